/** Terms made from a policy: the part of the document that decides, ready to be signed into a lease. */
import type { Plan, Policy, Rung } from '../policy/policy.ts';
import type { Instant, Milliseconds } from '../time.ts';
import { higherNotify } from './course.ts';
import type { PathTerms, Terms } from './terms.ts';

/** Takes from a policy what a holder needs to decide alone; nothing in it has to be looked up elsewhere. */
export function pathTerms(policy: Policy): PathTerms {
  const { glidePath } = policy;
  const expiry = glidePath.timed.expiry ?? [];
  return {
    features: policy.features.map(({ name, title, lost }) => ({ name, title, lost })),
    tiers: policy.tiers,
    timed: glidePath.leadTime.length === 0 ? glidePath.timed : { ...glidePath.timed, expiry: withLeadTimes(expiry, policy) },
    seats: glidePath.seats,
    quota: glidePath.quota,
  };
}

/**
 * The terms of a license at its plan's own tier. A lease that has less, or that is being lowered, says so on top of these.
 */
export function termsOf(
  policy: Policy,
  plan: Plan,
  license: { readonly digest: string | null; readonly startsAt: Instant; readonly expiresAt: Instant | null },
): Terms {
  return {
    policy: license.digest,
    path: pathTerms(policy),
    planTier: plan.tier,
    tier: plan.tier,
    tierCause: 'none',
    tierSince: license.startsAt,
    startsAt: license.startsAt,
    expiresAt: license.expiresAt,
    lowered: [],
  };
}

/**
 * Sets the rungs `at: 2x leadTime` of a held license among those in days: that many times the policy's whole lead time
 * before the end. Without a lead time there is nothing to multiply, and the rung is not reached.
 */
function withLeadTimes(rungs: readonly Rung[], { glidePath, renewal }: Policy): readonly Rung[] {
  const leadTimeMs = (renewal?.leadTime ?? []).reduce<Milliseconds>((sum, { ms }) => sum + ms, 0);
  if (leadTimeMs === 0) return rungs;
  const byInstant = new Map(rungs.map((rung) => [rung.at, rung]));
  for (const { leadTimes, notify } of glidePath.leadTime) {
    const at = -Math.round(Math.abs(leadTimes) * leadTimeMs);
    const there = byInstant.get(at);
    byInstant.set(at, { ...there, at, notify: higherNotify(there?.notify ?? notify, notify) });
  }
  return [...byInstant.values()].sort((a, b) => a.at - b.at);
}
