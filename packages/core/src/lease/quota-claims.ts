/** What a lease says about use. Counting it, and what reaching a rung means, is decided elsewhere. */
import { isShareReached } from '../decision/shares.ts';
import { termsInTurn } from '../license/status.ts';
import { windowAt } from '../meter/window-at.ts';
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
  const window = windowAt(meter, now, { termStart: terms.startsAt, termEnd: endOfTerm(terms, history) });
  const record = meters.find((row) => row.meter === meter.name && row.windowStart === window.startsAt);
  const limit = terms.overrides.quotas?.[meter.name] ?? quota.limit;
  const { used, asOf } = record ?? { used: 0, asOf: now };
  const slice = quota.offlineSlicePercent === null ? null : Math.floor((limit * quota.offlineSlicePercent) / 100);
  const rungs = policy.glidePath.quota[meter.name] ?? [];
  const reachedAt = rungs.map(({ percent }) => (isShareReached(used, percent, limit) ? asOf : null));
  return [{ meter: meter.name, unit: meter.unit, used, limit, asOf, resetsAt: window.endsAt, slice, reachedAt }];
}

/** A renewal that came early has moved the license's end already; the term still ends where the next one begins. */
function endOfTerm(terms: LicenseTerms, history: readonly LicenseTerms[]): Instant | null {
  const next = termsInTurn(history).find(({ effectiveFrom, startsAt }) => effectiveFrom > terms.effectiveFrom && startsAt > terms.startsAt);
  return next?.startsAt ?? terms.expiresAt;
}
