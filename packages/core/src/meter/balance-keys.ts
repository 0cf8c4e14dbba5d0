/** Which balances a plan's quotas stand on at an instant: one per metered quota, of the window that the instant lies in. */
import { termsInTurn } from '../license/status.ts';
import type { Meter, Plan, Policy } from '../policy/policy.ts';
import type { License, LicenseTerms, MeterRecord } from '../ports/records.ts';
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

export function balanceKeys(facts: BalanceFacts, now: Instant): readonly BalanceKey[] {
  return facts.plan.quotas.flatMap((quota) => {
    const meter = facts.policy.meters.find(({ name }) => name === quota.meter);
    return meter === undefined ? [] : [balanceKey(facts, meter, now)];
  });
}

/** The balances of all meters of the policy, limited by the plan or not, in the policy's order. */
export function meterKeys(facts: Omit<BalanceFacts, 'plan'>, now: Instant): readonly BalanceKey[] {
  return facts.policy.meters.map((meter) => balanceKey(facts, meter, now));
}

export function balanceKey({ license, terms, history }: Omit<BalanceFacts, 'plan' | 'policy'>, meter: Meter, now: Instant): BalanceKey {
  const { startsAt, endsAt } = windowAt(meter, now, termSpan(terms, history));
  return { license: license.id, meter: meter.name, aggregate: meter.aggregate, windowStart: startsAt, windowEnd: endsAt };
}

/** Whether a snapshot is the one that a key asks for: an aggregate or a window that was changed makes it another's. */
export function isSnapshotOf(key: Omit<BalanceKey, 'license'>, record: MeterRecord): boolean {
  const isAlike = record.meter === key.meter && record.aggregate === key.aggregate;
  return isAlike && record.windowStart === key.windowStart && record.windowEnd === key.windowEnd;
}

/** A renewal that came early has moved the license's end already; the term still ends where the next one begins. */
export function termSpan(terms: LicenseTerms, history: readonly LicenseTerms[]): TermSpan {
  const next = termsInTurn(history).find(({ effectiveFrom, startsAt }) => effectiveFrom > terms.effectiveFrom && startsAt > terms.startsAt);
  return { termStart: terms.startsAt, termEnd: next?.startsAt ?? terms.expiresAt };
}
