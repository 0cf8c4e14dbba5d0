/** What was observed, as the words that `decide` takes: the plain way, which a replay must agree with. */
import { termsOf } from '../decision/path.ts';
import { seatFor } from '../decision/seat-for.ts';
import { isShareReached } from '../decision/shares.ts';
import { NOTHING_OBSERVED, type Observations, type Terms } from '../decision/terms.ts';
import { tierIndex } from '../policy/lookup.ts';
import type { Plan, Policy } from '../policy/policy.ts';
import type { ObservedDecision, ObservedUse } from './observed-decision.ts';

/** Terms and observations of a license under a policy that has its plan, when it was asked about. */
export function observedSituation(
  policy: Policy,
  plan: Plan,
  observed: ObservedDecision,
): { readonly terms: Terms; readonly observations: Observations } {
  const { startsAt, expiresAt, at } = observed;
  const lowered = observed.lowered.map(({ from, effectiveAt }, position) => {
    return { id: String(position), of: 'policy' as const, from: tierIndex(policy, from) ?? plan.tier, effectiveAt };
  });
  const given = seatTier(policy, plan, observed);
  const lease = given > plan.tier ? ({ tier: given, tierCause: 'seats', tierSince: at } as const) : {};
  return {
    terms: { ...termsOf(policy, plan, { digest: observed.policy, startsAt, expiresAt }), lowered, ...lease },
    observations: {
      ...NOTHING_OBSERVED,
      lastSignedWordAt: observed.lastSignedWordAt,
      suspendedAt: observed.suspendedAt,
      revokedAt: observed.revokedAt,
      usage: observed.usage.flatMap((use) => {
        const limit = limitUnder(plan, use);
        const rungs = policy.glidePath.quota[use.meter] ?? [];
        const receivedAt = rungs.map(({ percent }) => (isShareReached(use.used, percent, limit ?? 0) ? use.asOf : null));
        return limit === null ? [] : [{ meter: use.meter, used: use.used, limit, resetsAt: null, receivedAt }];
      }),
      loweringReceivedAt: Object.fromEntries(lowered.map(({ id, effectiveAt }) => [id, effectiveAt])),
    },
  };
}

/** The tier of the lease that somebody without a seat is given; the plan's for everybody else. */
function seatTier({ tiers }: Policy, { seats, tier }: Plan, observed: ObservedDecision): number {
  const { used, isAgreed, limit, overageOpenedAt } = observed.seats;
  if (observed.asked !== 'acquire' || seats === null || seats.whenFull.kind !== 'tier') return tier;
  const plan = isAgreed ? { ...seats, limit: limit ?? seats.limit } : seats;
  const answer = seatFor(plan, tiers, { used, overageForMs: overageOpenedAt === null ? null : observed.at - overageOpenedAt });
  return answer === 'granted' || answer === 'overage' ? tier : Math.max(tier, seats.whenFull.tier);
}

/** The limit of a meter under a plan; null: the plan has no quota for it. */
export function limitUnder(plan: Plan, { meter, limit, isAgreed }: ObservedUse): number | null {
  const quota = plan.quotas.find((candidate) => candidate.meter === meter);
  if (quota === undefined) return null;
  return isAgreed ? limit : quota.limit;
}
