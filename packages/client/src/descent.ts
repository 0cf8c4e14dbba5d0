/**
 * How a running application goes down: one tier per step, whatever is due. Pure; `now` is monotonic.
 *
 * A fall of exactly one tier is taken when it is due. A fall of more (after a sleep, a long restart, a policy of a new
 * shape) takes one tier at once and each next one an hour later, so that the people behind the application can act
 * between them. The way up is taken at once, in one step.
 */
import { HOUR, type Milliseconds } from '@glidepath/core';

export const STEP_MS: Milliseconds = HOUR;

export interface Descent {
  /** Position of the tier in force; one past the last for "no tier". */
  readonly tier: number;
  /** Until when no further tier is taken; null while no fall of several tiers is under way. */
  readonly stepAt: Milliseconds | null;
}

export function descend({ tier, stepAt }: Descent, due: number, now: Milliseconds): Descent {
  if (due <= tier) return { tier: due, stepAt: null };
  if (stepAt !== null && now < stepAt) return { tier, stepAt };
  return { tier: tier + 1, stepAt: due > tier + 1 ? now + STEP_MS : null };
}
