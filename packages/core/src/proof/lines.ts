/**
 * The points of one plan at which a proof looks, cause by cause with nothing else begun: each breakpoint, and one point on
 * either side of it. Between two neighbouring points a cause changes nothing, so that these are all of its states.
 */
import { type Course, UNTOUCHED } from '../decision/course.ts';
import { pathTerms } from '../decision/path.ts';
import { isShareReached } from '../decision/shares.ts';
import { DURATION_MAX_MS } from '../policy/durations.ts';
import type { Notify, Plan, Policy, Rung, ShareRung, TimedCause } from '../policy/policy.ts';
import { TIMED_CAUSES } from '../policy/rules-path.ts';
import { type Milliseconds, SECOND } from '../time.ts';
import { elapsedWords, judged, type Path, type Words } from './situation.ts';

/** One state of one cause. */
export interface Point {
  readonly words: Words;
  /** Since the cause began; for expiry since the end of the license, negative before it; 0 where no time counts. */
  readonly atMs: Milliseconds;
  /** Whether anything has happened: the license untouched is the first point of every line. */
  readonly isBegun: boolean;
  /** The rung that is reached exactly here. */
  readonly rung: Path | null;
  /** Effective, so never better than the plan's own. */
  readonly tier: number;
  readonly notify: Notify;
  /** Of this cause alone, for combining it with others. */
  readonly course: Course;
}

/** A cause from untouched to its last rung. */
export interface Line {
  readonly cause: TimedCause | 'quota' | 'seats';
  readonly meter: string | null;
  readonly points: readonly [Point, ...Point[]];
}

/** The smallest difference that the words of `given` can say; every rung stands on a whole second. */
export const STEP_MS: Milliseconds = SECOND;

/** Every cause of a plan that can begin: the timed ones, each metered quota, seats. */
export function linesOf(policy: Policy, plan: Plan): readonly Line[] {
  const path = pathTerms(policy);
  const timed = TIMED_CAUSES.map((cause) => timedLine(policy, plan, cause, path.timed[cause] ?? []));
  const quota = plan.quotas.flatMap(({ meter, limit }) => {
    const rungs = Object.hasOwn(path.quota, meter) ? (path.quota[meter] ?? []) : [];
    return rungs.length === 0 ? [] : [shareLine(policy, plan, { cause: 'quota', meter, limit, rungs })];
  });
  const seats =
    plan.seats === null ? [] : [shareLine(policy, plan, { cause: 'seats', meter: null, limit: plan.seats.limit, rungs: path.seats })];
  return [...timed, ...quota, ...seats];
}

/** Where a rung stands in the document; lead times stand among the rungs of expiry, so that those have the path alone. */
export function rungPath(policy: Policy, cause: Line['cause'], meter: string | null, index: number): Path {
  const path = ['spec', 'glidePath', cause, ...(meter === null ? [] : [meter])];
  return cause === 'expiry' && policy.glidePath.leadTime.length > 0 ? path : [...path, index];
}

function timedLine(policy: Policy, plan: Plan, cause: TimedCause, rungs: readonly Rung[]): Line {
  const untouched = pointOf(policy, plan, cause, null, { words: {}, atMs: 0, isBegun: false, rung: null });
  const rungAt = new Map(rungs.map(({ at }, index) => [at, rungPath(policy, cause, null, index)]));
  const beginning = cause === 'expiry' ? [0] : rungs.length > 0 ? [0, STEP_MS] : [];
  const instants = [...beginning, ...rungs.flatMap(({ at }) => [at - STEP_MS, at, at + STEP_MS])];
  const reached = ascending(instants.filter((at) => (cause === 'expiry' || at >= 0) && Math.abs(at) <= DURATION_MAX_MS)).map((atMs) =>
    pointOf(policy, plan, cause, null, { words: elapsedWords(cause, atMs), atMs, isBegun: true, rung: rungAt.get(atMs) ?? null }),
  );
  return { cause, meter: null, points: [untouched, ...reached] };
}

interface Shared {
  readonly cause: 'quota' | 'seats';
  readonly meter: string | null;
  readonly limit: number;
  readonly rungs: readonly ShareRung[];
}

/** Use is taken as continuous: a breakpoint is the least use that reaches a rung, and between two of them lies a point. */
function shareLine(policy: Policy, plan: Plan, { cause, meter, limit, rungs }: Shared): Line {
  const wordsOf = (used: number): Words => (meter === null ? { seatsUsed: used } : { usage: { [meter]: used } });
  const rungAt = new Map<number, Path>();
  for (const [index, { percent }] of rungs.entries()) {
    const least = leastReaching(percent, limit, cause === 'seats');
    if (!rungAt.has(least)) rungAt.set(least, rungPath(policy, cause, meter, index));
  }
  const breaks = ascending(rungAt.keys());
  const between = breaks.map((at, index) => (at + (breaks[index - 1] ?? 0)) / 2);
  const beyond = (breaks.at(-1) ?? 0) + 1;
  const uses = ascending([0, ...breaks, ...(cause === 'seats' ? breaks.flatMap((at) => [at - 1, at + 1]) : between), beyond]);
  const points = uses
    .filter((used) => used >= 0 && used <= Number.MAX_SAFE_INTEGER)
    .map((used) => pointOf(policy, plan, cause, meter, { words: wordsOf(used), atMs: 0, isBegun: true, rung: rungAt.get(used) ?? null }));
  return { cause, meter, points: [pointOf(policy, plan, cause, meter, { words: {}, atMs: 0, isBegun: false, rung: null }), ...points] };
}

/** The least use that reaches a share, in whole seats or as near as a number comes. */
function leastReaching(percent: number, limit: number, isWhole: boolean): number {
  const exact = (percent * limit) / 100;
  if (isWhole || !isShareReached(exact, percent, limit)) return Math.ceil(exact);
  return exact;
}

function pointOf(
  policy: Policy,
  plan: Plan,
  cause: Line['cause'],
  _meter: string | null,
  point: Pick<Point, 'words' | 'atMs' | 'isBegun' | 'rung'>,
): Point {
  const { courses, judgement } = judged(policy, plan, point.words);
  const course = courses.find((candidate) => candidate.cause === cause) ?? { cause, begunAt: null, steps: [UNTOUCHED] };
  return { ...point, tier: judgement.tier, notify: judgement.notify, course };
}

function ascending(numbers: Iterable<number>): readonly number[] {
  return [...new Set(numbers)].sort((a, b) => a - b);
}
