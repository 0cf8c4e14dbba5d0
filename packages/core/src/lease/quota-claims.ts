/** What a lease says about use. Counting it, and what reaching a rung means, is decided elsewhere. */
import { isShareReached } from '../decision/shares.ts';
import { balanceKey, isSnapshotOf } from '../meter/balance-keys.ts';
import type { Plan, Policy, QuotaPlan } from '../policy/policy.ts';
import type { LicenseTerms, MeterRecord } from '../ports/records.ts';
import type { Instant } from '../time.ts';
import type { QuotaClaim } from './words.ts';

export interface QuotaFacts {
  readonly policy: Policy;
  readonly plan: Plan;
  readonly terms: LicenseTerms;
  readonly history: readonly LicenseTerms[];
  readonly meters: readonly MeterRecord[];
}

/** What is used and what may be, per quota of the plan, in the window that `now` lies in; an unused one says so as of now. */
export function quotaClaims(facts: QuotaFacts, now: Instant): readonly QuotaClaim[] {
  return facts.plan.quotas.flatMap((quota) => quotaClaim(facts, quota, now));
}

function quotaClaim({ policy, terms, history, meters }: QuotaFacts, quota: QuotaPlan, now: Instant): readonly QuotaClaim[] {
  const meter = policy.meters.find(({ name }) => name === quota.meter);
  if (meter === undefined) return [];
  const key = balanceKey({ license: { id: terms.license }, terms, history }, meter, now);
  const record = meters.find((candidate) => isSnapshotOf(key, candidate));
  const limit = terms.overrides.quotas?.[meter.name] ?? quota.limit;
  const { used, asOf } = record ?? { used: 0, asOf: now };
  const slice = quota.offlineSlicePercent === null ? null : sliceOf(limit, quota.offlineSlicePercent, used);
  const rungs = policy.glidePath.quota[meter.name] ?? [];
  const reachedAt = rungs.map(({ percent }) => (isShareReached(used, percent, limit) ? asOf : null));
  return [{ meter: meter.name, unit: meter.unit, used, limit, asOf, resetsAt: key.windowEnd, slice, reachedAt }];
}

/** What a holder may use without asking: its share of the limit, and never more than remains of it. */
function sliceOf(limit: number, percent: number, used: number): number {
  return Math.max(0, Math.min(Math.floor((limit * percent) / 100), Math.floor(limit - used)));
}
