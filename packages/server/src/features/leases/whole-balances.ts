/**
 * Sees to it that a license is never judged by a balance that is not there: a snapshot is a cache, and one that was thrown
 * away, or that a new window has not begun, is folded from the events before anything is said.
 */
import { balanceKeys, type Instant, type LicenseFacts, type MeterRecord, type Store } from '@glidepath/core';

/** The snapshots of the windows of now, those that lack read from the store. Asks it nothing where none lacks. */
export async function completeMeters(store: Pick<Store, 'balances'>, facts: LicenseFacts, now: Instant): Promise<readonly MeterRecord[]> {
  if (facts.plan.quotas.length === 0) return facts.meters;
  const lacking = balanceKeys(facts, now).filter(
    (key) =>
      !facts.meters.some(
        (known) => known.meter === key.meter && known.windowStart === key.windowStart && known.windowEnd === key.windowEnd,
      ),
  );
  return lacking.length === 0 ? facts.meters : [...facts.meters, ...(await store.balances(lacking, now))];
}
