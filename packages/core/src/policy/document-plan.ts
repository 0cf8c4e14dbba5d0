/** The shape of a plan: tier, term, seats, quotas, lease, bootstrap. */
import { SECOND } from '../time.ts';
import { list, mapping, may, must, namedItems, type Place, refuseKey } from './reading.ts';
import { count, duration, freeKey, freeName, oneOf, percent, reference, tierReference } from './values.ts';

export const SEAT_KINDS = ['floating', 'named', 'node-locked'] as const;

/** Past this share of the hold too little of it is left for retries. */
export const RENEW_AT_PERCENT_MAX = 70;

/** Lists within a plan. */
export const PLAN_ITEMS_MAX = { quotas: 200, groups: 1_000, components: 32 } as const;

export const GROUP_LENGTH_MAX = 200;

const somethingPer = mapping({ count: must(count(1)), per: must(duration(SECOND)) });

const seats = mapping({
  limit: must(count()),
  kind: may(oneOf(SEAT_KINDS)),
  overage: may(mapping({ seats: must(count(1)), for: must(duration(SECOND)), again: may(duration(SECOND)) })),
  whenFull: may(reference('`deny`, `queue` or the name of a tier')),
  offlineBudget: may(percent(0, 100)),
  queue: may(mapping({ for: must(duration(SECOND)) })),
  reassign: may(somethingPer),
  rebind: may(somethingPer),
  match: may(mapping({ of: must(list(freeName, { atLeast: 1, atMost: PLAN_ITEMS_MAX.components })), need: must(count(1)) })),
  reserve: may(namedItems(groupKey, count(), { atLeast: 0, atMost: PLAN_ITEMS_MAX.groups })),
});

const quota = mapping({ limit: must(count()), offlineSlice: may(percent(0, 100)) });

export const plan = mapping({
  tier: must(tierReference),
  term: may(duration(SECOND)),
  seats: may(seats),
  quotas: may(namedItems(freeKey, quota, { atLeast: 0, atMost: PLAN_ITEMS_MAX.quotas })),
  lease: may(mapping({ ttl: may(duration(SECOND)), renewAt: may(percent(1, RENEW_AT_PERCENT_MAX, 'renew-at-too-late')) })),
  bootstrap: may(mapping({ tier: must(tierReference), for: must(duration(SECOND)) })),
});

/** Groups of people are named by their directory, not by the author: any printable text. */
function groupKey(place: Place, name: string): void {
  if (name.trim() === '' || name.length > GROUP_LENGTH_MAX || /[\p{Cc}\p{Cf}]/u.test(name))
    refuseKey(place, 'malformed-name', 'this is no name of a group', `1 to ${GROUP_LENGTH_MAX} printable characters`);
}
