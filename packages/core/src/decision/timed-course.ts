/** Causes whose rungs are reached by elapsed time. */
import type { Rung, TimedCause } from '../policy/policy.ts';
import { after, type Instant } from '../time.ts';
import { type Course, higherNotify, type Step, UNTOUCHED } from './course.ts';

/**
 * Lays a path's rungs out from the instant at which its cause began.
 *
 * The tier is that of the last reached rung that names one, the notify the highest of all reached rungs: a rung without
 * a tier gives nothing back, and one without a notify silences nothing. `begunAt` null: the cause has not begun.
 */
export function timedCourse(cause: TimedCause, rungs: readonly Rung[], begunAt: Instant | null): Course {
  const steps: [Step, ...Step[]] = [UNTOUCHED];
  if (begunAt !== null) {
    let held = UNTOUCHED;
    for (const rung of rungs) {
      const at = after(begunAt, rung.at);
      const tier = rung.tier ?? held.tier;
      held = { at, tier, since: tier === held.tier ? held.since : at, notify: higherNotify(held.notify, rung.notify ?? 'none') };
      steps.push(held);
    }
  }
  return { cause, begunAt, steps };
}
