/** Which balances a plan's quotas stand on at an instant: one per metered quota, of the window that the instant lies in. */
import { termsInTurn } from '../license/status.ts';
import type { Plan, Policy } from '../policy/policy.ts';
import type { License, LicenseTerms } from '../ports/records.ts';
import type { BalanceKey } from '../ports/store.ts';
import type { Instant } from '../time.ts';
import { type TermSpan, windowAt } from './window-at.ts';

export interface BalanceFacts {
  readonly license: Pick<License, 'id'>;
  readonly policy: Policy;
  readonly plan: Plan;
  readonly terms: LicenseTerms;
  readonly history: readonly LicenseTerms[];
}

export function balanceKeys({ license, policy, plan, terms, history }: BalanceFacts, now: Instant): readonly BalanceKey[] {
  return plan.quotas.flatMap((quota) => {
    const meter = policy.meters.find(({ name }) => name === quota.meter);
    if (meter === undefined) return [];
    const { startsAt, endsAt } = windowAt(meter, now, termSpan(terms, history));
    return [{ license: license.id, meter: meter.name, aggregate: meter.aggregate, windowStart: startsAt, windowEnd: endsAt }];
  });
}

/** A renewal that came early has moved the license's end already; the term still ends where the next one begins. */
export function termSpan(terms: LicenseTerms, history: readonly LicenseTerms[]): TermSpan {
  const next = termsInTurn(history).find(({ effectiveFrom, startsAt }) => effectiveFrom > terms.effectiveFrom && startsAt > terms.startsAt);
  return { termStart: terms.startsAt, termEnd: next?.startsAt ?? terms.expiresAt };
}
