/** What others ask a checked policy by name. */
import type { Plan, Policy } from './policy.ts';

/** The plan of that name, or null. */
export function planNamed(policy: Pick<Policy, 'plans'>, name: string): Plan | null {
  return policy.plans.find((plan) => plan.name === name) ?? null;
}

/** The position of the tier of that name, best first, or null. */
export function tierIndex(policy: Pick<Policy, 'tiers'>, name: string): number | null {
  const index = policy.tiers.findIndex((tier) => tier.name === name);
  return index === -1 ? null : index;
}
