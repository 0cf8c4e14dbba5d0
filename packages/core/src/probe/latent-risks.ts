/** What runs now and would not survive the next restart, upgrade or scale-out: a connector asked under a future clock. */
import { after, DAY, type Instant } from '../time.ts';
import type { LatentRisk, Snapshot } from './snapshot.ts';

/** What a connector would say if the clock stood at `at`. */
export type LatentAt = (snapshot: Snapshot, at: Instant) => readonly Omit<LatentRisk, 'from'>[];

/** How far ahead is asked: past a yearly renewal and its grace. */
const HORIZON_MS = 400 * DAY;
const AHEAD_DAYS = [1, 2, 7, 14, 30, 60, 90, 180, 365, 400] as const;

/** More than anybody reads; what a hostile capture may make. */
const RISKS_MAX = 100;

/**
 * Gives each act and reason once, with the first instant from which it holds.
 *
 * It asks at every end in the snapshot and one millisecond around it, up to 400 days back and ahead, now, and at fixed
 * distances; between two that differ it halves until it is exact, taking it that nothing goes and comes again in between. A
 * risk that holds now counts from when its present run began; one that held at the first instant asked counts from there.
 */
export function latentRisks(latentAt: LatentAt, snapshot: Snapshot, now: Instant): readonly LatentRisk[] {
  const points = breakpoints(snapshot, now);
  const found = new Map<string, LatentRisk>();
  const holding = new Map<string, LatentRisk>();
  let before: Instant | null = null;
  for (const at of points) {
    const risks = new Map(latentAt(snapshot, at).map((risk) => [keyOf(risk), risk]));
    for (const key of holding.keys()) if (!risks.has(key)) holding.delete(key);
    for (const [key, { act, reason }] of risks) {
      if (holding.has(key)) continue;
      const from =
        before === null ? at : firstBetween(before, at, (probe) => latentAt(snapshot, probe).some((risk) => keyOf(risk) === key));
      holding.set(key, { act, from, reason });
    }
    // What held in the past and no longer does is no risk; what holds from now on is.
    if (at >= now) for (const [key, risk] of holding) if (!found.has(key) && found.size < RISKS_MAX) found.set(key, risk);
    before = at;
  }
  return [...found.values()].sort((a, b) => a.from - b.from || compareTexts(a.act, b.act) || compareTexts(a.reason, b.reason));
}

function breakpoints({ takenAt, features }: Snapshot, now: Instant): readonly Instant[] {
  const ends = features.flatMap(({ expiresAt, stopsAt }) => [expiresAt, stopsAt]).filter((end) => end !== null);
  const points = new Set<Instant>([now, ...AHEAD_DAYS.map((days) => after(now, days * DAY))]);
  if (takenAt !== null && takenAt < now) points.add(takenAt);
  for (const end of new Set(ends)) {
    for (const at of [after(end, -1), end, after(end, 1)]) if (Math.abs(at - now) <= HORIZON_MS) points.add(at);
  }
  return [...points].sort((a, b) => a - b);
}

/** The first instant in `(before, at]` at which it holds; it does at `at`, and not at `before`. */
function firstBetween(before: Instant, at: Instant, holds: (at: Instant) => boolean): Instant {
  let [not, is]: [number, number] = [before, at];
  while (is - not > 1) {
    const middle = Math.floor((not + is) / 2) as Instant;
    if (holds(middle)) is = middle;
    else not = middle;
  }
  return is as Instant;
}

function keyOf({ act, reason }: Omit<LatentRisk, 'from'>): string {
  return `${act} ${reason}`;
}

function compareTexts(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
