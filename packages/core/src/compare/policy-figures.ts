/** What of a policy is put beside that of others, plan by plan. */
import { pathTerms } from '../decision/path.ts';
import type { Plan, Policy, Rung } from '../policy/policy.ts';
import type { Milliseconds } from '../time.ts';
import type { PolicyFigures } from './policy-difference.ts';

const LOUD: readonly (Rung['notify'] | undefined)[] = ['warning', 'critical'];

/** One row for each plan, in the policy's order. */
export function figuresOf(policy: Policy): readonly PolicyFigures[] {
  const { timed } = pathTerms(policy);
  return policy.plans.map((plan) => {
    const worst = worstTier(policy, plan, timed);
    const kept = policy.tiers[worst]?.features ?? [];
    return {
      name: policy.name,
      plan: plan.name,
      offlineMs: firstLoss(timed.unreachable, plan)?.at ?? null,
      exposureMs: exposureMs(timed.unreachable, timed.revoked, plan),
      worstTier: policy.tiers[worst]?.name ?? '',
      worstLoss: (policy.tiers[plan.tier]?.features ?? []).filter((feature) => !kept.includes(feature)),
      noticeMs: noticeMs(timed.expiry, plan),
    };
  });
}

function firstLoss(rungs: readonly Rung[] | undefined, plan: Plan): Rung | null {
  return rungs?.find(({ tier }) => tier !== undefined && tier > plan.tier) ?? null;
}

/**
 * How long a holder goes on that never hears that it was revoked: until silence has taken it as low as revocation would
 * have. Null: silence never does. A policy without a revoked path takes nothing by it: 0.
 */
function exposureMs(unreachable: readonly Rung[] | undefined, revoked: readonly Rung[] | undefined, plan: Plan): Milliseconds | null {
  const last = Math.max(plan.tier, ...(revoked ?? []).map(({ tier }) => tier ?? plan.tier));
  if (last === plan.tier) return 0;
  return unreachable?.find(({ tier }) => tier !== undefined && tier >= last)?.at ?? null;
}

/** The lowest tier that anything but suspension and revocation leads a running license or its next holder to. */
function worstTier(policy: Policy, plan: Plan, timed: Policy['glidePath']['timed']): number {
  const paths = [timed.expiry, timed.unreachable, timed.trust, timed.identity, timed.clock].flatMap((rungs) => rungs ?? []);
  const quotas = plan.quotas.flatMap(({ meter }) => policy.glidePath.quota[meter] ?? []);
  const full = plan.seats?.whenFull.kind === 'tier' ? [plan.seats.whenFull.tier] : [];
  return Math.max(plan.tier, ...[...paths, ...quotas].map(({ tier }) => tier ?? plan.tier), ...full);
}

function noticeMs(expiry: readonly Rung[] | undefined, plan: Plan): Milliseconds | null {
  const loss = firstLoss(expiry, plan);
  if (loss === null) return null;
  const notice = expiry?.find(({ notify }) => LOUD.includes(notify)) ?? loss;
  return Math.max(0, loss.at - notice.at);
}
