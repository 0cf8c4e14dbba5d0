/** A cause as a function of time: piecewise constant, so that deciding is looking up and compiling is merging. */
import type { Cause, Notify } from '../policy/policy.ts';
import type { Instant } from '../time.ts';

/** What a cause comes to from `at` on, until the next step. */
export interface Step {
  readonly at: Instant;
  /** Position of the tier that it takes the license to; null: it takes none. */
  readonly tier: number | null;
  /** When the cause reached this tier. */
  readonly since: Instant;
  readonly notify: Notify;
}

export interface Course {
  readonly cause: Cause;
  /** From when its elapsed time counts; null when it has none, or has not begun. */
  readonly begunAt: Instant | null;
  /** Ascending by `at`; the first is at `LONG_SINCE`, so that every instant has a step. */
  readonly steps: readonly [Step, ...Step[]];
}

/** Before every instant: what was reached "long since". Never leaves the decision. */
export const LONG_SINCE = Number.NEGATIVE_INFINITY as Instant;

/** The step that holds before anything is reached. */
export const UNTOUCHED: Step = { at: LONG_SINCE, tier: null, since: LONG_SINCE, notify: 'none' };

/** The step that holds at an instant; `at` itself counts as reached. */
export function stepAt(course: Course, now: Instant): Step {
  let [held] = course.steps;
  for (const step of course.steps) {
    if (step.at > now) break;
    held = step;
  }
  return held;
}

const SEVERITIES: readonly Notify[] = ['none', 'info', 'warning', 'critical'];

export function higherNotify<N extends Notify>(a: N, b: N): N {
  return SEVERITIES.indexOf(a) >= SEVERITIES.indexOf(b) ? a : b;
}
