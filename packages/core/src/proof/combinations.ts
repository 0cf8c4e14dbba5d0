/**
 * Every combination of the states of a plan's causes, each decided by the rule itself.
 *
 * That the worst cause counts is what makes one cause at a time enough to think about. A proof does not assume it: it
 * decides the combinations and would see the one that is worse than its parts.
 */
import type { Course } from '../decision/course.ts';
import { type Judgement, judge } from '../decision/decide.ts';
import type { Terms } from '../decision/terms.ts';
import { CAUSE_ORDER } from '../policy/policy.ts';
import { combinationsOf, type Dimension, type StateClass } from './classes.ts';
import { NOW } from './situation.ts';

/** Up to so many combined states of a policy are decided one by one; a plan past its share of them has its causes paired. */
export const COMBINATIONS_MAX = 4_194_304;

export interface Combinations {
  readonly size: number;
  /** Effective tier by state. A state is its causes' classes as the digits of a number, the first cause's the highest. */
  readonly tiers: Uint8Array;
  /** The class of one cause in a state. */
  readonly digit: (state: number, cause: number) => number;
  /** By how much a state's number grows with one cause's class. */
  readonly stride: (cause: number) => number;
  readonly classesAt: (state: number) => readonly StateClass[];
  /** What is decided there, in full. */
  readonly judgementAt: (state: number) => Judgement;
  /** One bit for each cause that has begun. */
  readonly begunAt: (state: number) => number;
}

/** All causes at once, or two at a time where those are too many. */
export function groupsOf(dimensions: readonly Dimension[], statesMax: number): readonly (readonly Dimension[])[] {
  if (combinationsOf(dimensions) <= statesMax) return [dimensions];
  const moving = dimensions.filter(({ classes }) => classes.length > 1);
  const resting = dimensions.map((dimension): Dimension => ({ ...dimension, classes: [dimension.classes[0]], moves: [] }));
  return moving.flatMap((one, index) =>
    moving.slice(index + 1).map((other) => resting.map((still, place) => [one, other].find((two) => two === dimensions[place]) ?? still)),
  );
}

/** Decides every combination. `always` are the courses that belong to no cause here: a bootstrap's and the lease's own. */
export function combine(terms: Terms, dimensions: readonly Dimension[], always: readonly Course[]): Combinations {
  const size = combinationsOf(dimensions);
  const strides = stridesOf(dimensions);
  const { courses, lay } = courseTable(dimensions, always);
  const tiers = new Uint8Array(size);
  const digits = dimensions.map(() => 0);
  for (let state = 0; state < size; state++) {
    tiers[state] = judge(terms, courses, NOW).tier;
    advance(digits, dimensions, lay);
  }
  const digit = (state: number, cause: number): number =>
    Math.floor(state / (strides[cause] ?? 1)) % (dimensions[cause]?.classes.length ?? 1);
  const classesAt = (state: number): readonly StateClass[] =>
    dimensions.flatMap(({ classes }, cause) => classes[digit(state, cause)] ?? []);
  return {
    size,
    tiers,
    digit,
    stride: (cause) => strides[cause] ?? 1,
    classesAt,
    judgementAt(state) {
      const table = courseTable(dimensions, always);
      for (const cause of dimensions.keys()) table.lay(cause, digit(state, cause));
      return judge(terms, table.courses, NOW);
    },
    begunAt: (state) => dimensions.reduce((begun, _, cause) => (digit(state, cause) > 0 ? begun | (1 << cause) : begun), 0),
  };
}

function stridesOf(dimensions: readonly Dimension[]): readonly number[] {
  const strides: number[] = [];
  let stride = 1;
  for (const { classes } of [...dimensions].reverse()) {
    strides.unshift(stride);
    stride *= classes.length;
  }
  return strides;
}

/** One list of courses that is changed in place, in the order in which causes win a tie. */
function courseTable(dimensions: readonly Dimension[], always: readonly Course[]) {
  const ordered = CAUSE_ORDER.flatMap((cause) => dimensions.flatMap((dimension, place) => (dimension.cause === cause ? [place] : [])));
  const slots = new Map<number, number>();
  const courses: Course[] = [];
  for (const place of ordered) {
    slots.set(place, courses.length);
    courses.push(...(dimensions[place]?.classes[0].courses ?? []));
  }
  courses.push(...always);
  const lay = (cause: number, chosen: number): void => {
    const slot = slots.get(cause) ?? 0;
    const laid = dimensions[cause]?.classes[chosen]?.courses ?? [];
    for (let index = 0; index < laid.length; index++) {
      const course = laid[index];
      if (course !== undefined) courses[slot + index] = course;
    }
  };
  return { courses: courses as readonly Course[], lay };
}

/** Counts on by one, the last cause fastest. */
function advance(digits: number[], dimensions: readonly Dimension[], lay: (cause: number, chosen: number) => void): void {
  for (let cause = digits.length - 1; cause >= 0; cause--) {
    const next = ((digits[cause] ?? 0) + 1) % (dimensions[cause]?.classes.length ?? 1);
    digits[cause] = next;
    lay(cause, next);
    if (next !== 0) return;
  }
}
