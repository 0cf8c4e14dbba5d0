/**
 * What is the same about the states of a cause: those with one tier and one notify are one class, because nothing that is
 * decided of a license with several causes can tell them apart. Combining classes is combining all states.
 */
import { type Course, higherNotify, UNTOUCHED } from '../decision/course.ts';
import type { Notify } from '../policy/policy.ts';
import { invariant } from '../result.ts';
import type { Milliseconds } from '../time.ts';
import type { Line, Point } from './lines.ts';
import { both, type Path, type Words } from './situation.ts';

export interface StateClass {
  /** Of its first state: the earliest, with the fewest meters. */
  readonly words: Words;
  readonly atMs: Milliseconds;
  readonly isBegun: boolean;
  /** Through which it is come to; null for the untouched one. */
  readonly rung: Path | null;
  readonly tier: number;
  readonly notify: Notify;
  /** One for each line of the cause. */
  readonly courses: readonly Course[];
}

/** A move of a cause past one of its points, from class to class. */
export interface Move {
  readonly from: number;
  readonly to: number;
  /** The state moved to. */
  readonly point: Point;
}

export interface Dimension {
  readonly cause: Line['cause'];
  /** The first is the untouched one. */
  readonly classes: readonly [StateClass, ...StateClass[]];
  readonly moves: readonly Move[];
}

/** The causes of a plan in a fixed order; the meters of its quotas are one cause. */
export function dimensionsOf(lines: readonly Line[]): readonly Dimension[] {
  const causes = [...new Set(lines.map(({ cause }) => cause))];
  return causes.map((cause) =>
    dimensionOf(
      cause,
      lines.filter((line) => line.cause === cause),
    ),
  );
}

/** How many combinations there are of the classes of each cause. */
export function combinationsOf(dimensions: readonly Dimension[]): number {
  return dimensions.reduce((product, { classes }) => product * classes.length, 1);
}

function dimensionOf(cause: Line['cause'], lines: readonly Line[]): Dimension {
  const idle: Course = { cause, begunAt: null, steps: [UNTOUCHED] };
  const [first] = lines;
  invariant(first !== undefined, 'a cause has a line');
  const untouched: StateClass = { ...first.points[0], courses: lines.map(() => idle) };
  const joint = new Map([[keyOf(untouched), untouched]]);
  const alone = lines.map((line) => classesOf(line));
  for (const [slot, classes] of alone.entries())
    for (const one of [...joint.values()])
      for (const other of classes) {
        const state = worse(one, other, slot);
        if (!joint.has(keyOf(state))) joint.set(keyOf(state), state);
      }
  const places = new Map([...joint.keys()].map((key, place) => [key, place]));
  const [, ...others] = joint.values();
  return { cause, classes: [{ ...untouched, courses: coursesAt(untouched, first) }, ...others], moves: movesOf(lines, places) };
}

/** The untouched state of expiry has a course too: its rungs lie ahead. */
function coursesAt({ courses }: StateClass, { points }: Line): readonly Course[] {
  return courses.map((course, slot) => (slot === 0 ? points[0].course : course));
}

/** The first point of each class of one line, the untouched one left out. */
function classesOf({ points }: Line): readonly Point[] {
  const classes = new Map<string, Point>();
  for (const point of points) if (!classes.has(keyOf(point))) classes.set(keyOf(point), point);
  return [...classes.values()].slice(1);
}

/** What two meters come to together. */
function worse(one: StateClass, other: Point, slot: number): StateClass {
  const isOther = !one.isBegun || other.tier > one.tier;
  return {
    words: both(one.words, other.words),
    atMs: Math.max(one.isBegun ? one.atMs : other.atMs, other.atMs),
    isBegun: true,
    rung: isOther ? other.rung : one.rung,
    tier: Math.max(one.tier, other.tier),
    notify: higherNotify(one.notify, other.notify),
    courses: one.courses.map((course, index) => (index === slot ? other.course : course)),
  };
}

function movesOf(lines: readonly Line[], places: ReadonlyMap<string, number>): readonly Move[] {
  const moves = new Map<string, Move>();
  for (const { points } of lines) {
    let from: number | undefined;
    for (const point of points) {
      const to = places.get(keyOf(point));
      if (from !== undefined && to !== undefined && from !== to && !moves.has(`${from} ${to}`))
        moves.set(`${from} ${to}`, { from, to, point });
      from = to;
    }
  }
  return [...moves.values()];
}

function keyOf({ tier, notify }: Pick<Point, 'tier' | 'notify'>): string {
  return `${tier} ${notify}`;
}
