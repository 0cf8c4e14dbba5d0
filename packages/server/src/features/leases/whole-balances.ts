/**
 * Sees to it that a license is never judged by a balance that is not there: a snapshot is a cache, and one that was thrown
 * away, or that a new window has not begun, is folded from the events before anything is said.
 */
import {
  type BalanceKey,
  balanceKeys,
  type Instant,
  type LicenseFacts,
  type LicenseSituation,
  type MeterRecord,
  type Store,
} from '@glidepath/core';

/**
 * The snapshots of the windows of now, those that lack read from the store; it is asked nothing where none lacks. A window
 * without an event has no balance: nothing was used in it, as of whenever that is said.
 */
export async function completeMeters(
  store: Pick<Store, 'balances'>,
  facts: LicenseFacts,
  { isMetered }: Pick<LicenseSituation, 'isMetered'>,
  now: Instant,
): Promise<readonly MeterRecord[]> {
  if (facts.plan.quotas.length === 0 || !isMetered) return facts.meters;
  const lacking = balanceKeys(facts, now).filter((key) => !facts.meters.some((known) => isOfWindow(known, key)));
  if (lacking.length === 0) return facts.meters;
  const found = await store.balances(lacking, now);
  return [...facts.meters, ...found.filter(({ used, asOf }) => used > 0 || asOf !== now)];
}

function isOfWindow(known: MeterRecord, { meter, windowStart, windowEnd }: BalanceKey): boolean {
  return known.meter === meter && known.windowStart === windowStart && known.windowEnd === windowEnd;
}
