/** The cause `quota`: one meter's use against its limit, lowered by dwell and given back when the window ends. */
import type { ShareRung } from '../policy/policy.ts';
import { type Course, LONG_SINCE, type Step, stepAt } from './course.ts';
import { bitesOf } from './dwell.ts';
import { isShareReached, shareNotify } from './shares.ts';
import type { MeterObservation } from './terms.ts';

/**
 * Lays out what a meter's use does. A reached rung notifies at once; its tier bites by dwell, from `base` down. At
 * `resetsAt` use falls back to 0, which is the one way up that time alone brings.
 */
export function quotaCourse(observed: MeterObservation, rungs: readonly ShareRung[], base: number): Course {
  const { resetsAt } = observed;
  const inWindow = courseOfUse(observed, observed.used, rungs, base);
  if (resetsAt === null) return inWindow;
  const afterwards = courseOfUse(observed, 0, rungs, base);
  const [first, ...later] = inWindow.steps;
  const reset: Step = { ...stepAt(afterwards, resetsAt), at: resetsAt };
  const steps = [...later.filter(({ at }) => at < resetsAt), reset, ...afterwards.steps.filter(({ at }) => at > resetsAt)];
  return { ...inWindow, steps: [first, ...steps] };
}

function courseOfUse({ limit, receivedAt }: MeterObservation, used: number, rungs: readonly ShareRung[], base: number): Course {
  const announced = rungs.flatMap(({ percent, tier }, position) =>
    tier !== undefined && isShareReached(used, percent, limit) ? [{ tier, receivedAt: receivedAt[position] ?? LONG_SINCE }] : [],
  );
  const notify = shareNotify(rungs, used, limit);
  const steps: [Step, ...Step[]] = [{ at: LONG_SINCE, tier: null, since: LONG_SINCE, notify }];
  for (const { tier, at } of bitesOf(announced, base)) {
    const step = { at, tier, since: at, notify };
    if (at === LONG_SINCE) steps[0] = step;
    else steps.push(step);
  }
  return { cause: 'quota', begunAt: null, steps };
}
