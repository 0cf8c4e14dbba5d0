/**
 * How a running application goes down: one tier per step, whatever is due. Pure; `now` is trusted time.
 *
 * A fall of exactly one tier is taken when it is due. A fall of more (after a sleep, a long restart, a policy of a new
 * shape) takes one tier at once and each next one an hour later, so that the people behind the application can act
 * between them. The way up is taken at once, in one step.
 */
import { after, HOUR, type Instant, type Milliseconds } from '@glidepath/core';

export const STEP_MS: Milliseconds = HOUR;

export interface Descent {
  /** Position of the tier in force; one past the last for "no tier". */
  readonly tier: number;
  /** Until when no further tier is taken; null while no fall of several tiers is under way. */
  readonly stepAt: Instant | null;
}

export function descend({ tier, stepAt }: Descent, due: number, now: Instant): Descent {
  if (due <= tier) return { tier: due, stepAt: null };
  // A step further away than any can be was set before a word said that it is earlier than was thought.
  if (stepAt !== null && now < stepAt && stepAt - now <= STEP_MS) return { tier, stepAt };
  return { tier: tier + 1, stepAt: due > tier + 1 ? after(now, STEP_MS) : null };
}
