/** The numbers that seats are judged by, from policy, plan and the license's own terms. Counts nothing and changes nothing. */
import { tierIndex } from '../policy/lookup.ts';
import type { Plan, Policy, SeatPlan } from '../policy/policy.ts';
import type { Lease, LicenseTerms, SeatState, ServiceState } from '../ports/records.ts';
import { after, type Instant, type Milliseconds, SECOND } from '../time.ts';

/** The server takes a silent holder's seat no earlier than this after its hold: clocks differ, packets are late. */
export const REAP_MARGIN_MS: Milliseconds = 2 * SECOND;

/** The hold of a seat that belongs to a person: the last instant that every store and every calendar can write. */
export const UNTIL_REASSIGNED = 253_402_300_799_999 as Instant;

/** The seats of a plan under these terms; null: the plan counts none. */
export function seatLimit(plan: Plan, terms: Pick<LicenseTerms, 'overrides'>): number | null {
  return plan.seats === null ? null : (terms.overrides.seats ?? plan.seats.limit);
}

export type OverageStanding =
  | { readonly kind: 'none' }
  | { readonly kind: 'closed'; readonly closedAt: Instant }
  /** It opens with the next seat past the limit. */
  | { readonly kind: 'openable' }
  | { readonly kind: 'open'; readonly closesAt: Instant };

/** Overage is open for `[0, for)` after it opened, and may open again at `again`; without an `again` it opens once. */
export function overageStanding(overage: SeatPlan['overage'], openedAt: Instant | null, now: Instant): OverageStanding {
  if (overage === null) return { kind: 'none' };
  if (openedAt === null) return { kind: 'openable' };
  const closesAt = after(openedAt, overage.forMs);
  if (now < closesAt) return { kind: 'open', closesAt };
  if (overage.againMs !== null && now >= openedAt + overage.againMs) return { kind: 'openable' };
  return { kind: 'closed', closedAt: closesAt };
}

/**
 * The tier that a running holder without a seat is stepped down to: `whenFull`'s, or under `deny` and `queue` the lowest
 * tier that has every essential feature. Never better than the plan's.
 */
export function floorTier(policy: Policy, plan: Plan): number {
  const whenFull = plan.seats?.whenFull;
  if (whenFull?.kind === 'tier') return Math.max(plan.tier, whenFull.tier);
  const essentials = policy.features.filter(({ essential }) => essential).map(({ name }) => name);
  const lowest = policy.tiers.findLastIndex((tier) => essentials.every((name) => tier.features.includes(name)));
  return Math.max(plan.tier, lowest);
}

/** Position of the tier that a lease has: what seats gave, never better than the plan's; an unknown name is the plan's. */
export function tierOfLease(policy: Policy, plan: Plan, lease: Pick<Lease, 'tier'>): number {
  const given = lease.tier === null ? null : tierIndex(policy, lease.tier);
  return Math.max(plan.tier, given ?? plan.tier);
}

/** As a lease's row says it: null for the plan's own. */
export function tierName(policy: Policy, plan: Plan, tier: number): string | null {
  return tier <= plan.tier ? null : (policy.tiers[tier]?.name ?? null);
}

/** A lease that takes one of the license's seats. One of a plan without seats, or of a full license, has kind null. */
export function isCounted(lease: Pick<Lease, 'state' | 'kind'>): boolean {
  return (lease.state === 'granted' || lease.state === 'overage') && lease.kind !== null;
}

/** A lease that answers for its holder now: it is renewed, not granted anew. */
export function isLive(lease: Pick<Lease, 'state'>): boolean {
  return lease.state === 'granted' || lease.state === 'overage' || lease.state === 'when-full';
}

/** Longer than this without a node that served is a time in which holders could not renew. */
export const GAP_MS: Milliseconds = 5 * SECOND;

/**
 * Says whether anybody may be called silent now: not before a gap in the service that has just ended is on record, since
 * nobody could have renewed in it.
 */
export function mayReapAt(service: ServiceState | null, now: Instant): boolean {
  return service === null || now - service.servedAt <= GAP_MS;
}

/**
 * Says whether a hold has ended in silence, and the margin after it.
 *
 * A holder that could not renew because no node served gets a whole hold to come back, counted from when one served again.
 */
export function isLapsed(lease: Pick<Lease, 'holdUntil' | 'renewedAt'>, { now, plan, situation: { service } }: Lapsing): boolean {
  if (lease.holdUntil + REAP_MARGIN_MS > now) return false;
  return service === null || lease.renewedAt >= service.resumedAt || now >= service.resumedAt + plan.lease.ttlMs;
}

interface Lapsing {
  readonly now: Instant;
  readonly plan: Pick<Plan, 'lease'>;
  readonly situation: { readonly service: ServiceState | null };
}

export function seatsUsed(seats: Pick<SeatState, 'granted' | 'overage'>): number {
  return seats.granted + seats.overage;
}

/** The counts after a lease came (+1) or went (-1). */
export function counted(seats: SeatState, lease: Pick<Lease, 'state' | 'kind' | 'seatGroup'>, by: 1 | -1): SeatState {
  if (!isCounted(lease)) return seats;
  const groups = lease.seatGroup === null ? seats.groups : countedIn(seats.groups, lease.seatGroup, by);
  return lease.state === 'granted' ? { ...seats, groups, granted: seats.granted + by } : { ...seats, groups, overage: seats.overage + by };
}

function countedIn(groups: SeatState['groups'], group: string, by: 1 | -1): SeatState['groups'] {
  const { [group]: count = 0, ...others } = groups;
  return count + by <= 0 ? others : { ...others, [group]: count + by };
}
