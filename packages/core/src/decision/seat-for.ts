/**
 * What the next new holder of a license gets, when its seats stand as they do.
 *
 * Counts only: whose turn it is, whether a named seat is the person's own and whether a machine matches are decided with
 * the lease.
 */
import type { SeatPlan, Tier } from '../policy/policy.ts';
import type { Milliseconds } from '../time.ts';
import { tierName } from './decide.ts';

/** `granted`, `overage`, `queue`, `deny`, or the name of the tier that a lease without a seat has. */
export type SeatAnswer = string;

export interface SeatSituation {
  readonly used: number;
  /** How long ago overage opened; null: it has not. */
  readonly overageForMs: Milliseconds | null;
}

/**
 * Says what the next holder gets: a seat below the limit, else one of the open overage, else what the plan says of a full
 * house.
 *
 * Overage opens with the first seat past the limit, is open for `[0, for)`, and opens again at `again` after it opened.
 */
export function seatFor(seats: SeatPlan, tiers: readonly Tier[], { used, overageForMs }: SeatSituation): SeatAnswer {
  if (used < seats.limit) return 'granted';
  if (isOverageOpen(seats, overageForMs ?? 0) && used < seats.limit + (seats.overage?.seats ?? 0)) return 'overage';
  return seats.whenFull.kind === 'tier' ? tierName(tiers, seats.whenFull.tier) : seats.whenFull.kind;
}

function isOverageOpen({ overage }: SeatPlan, openedForMs: Milliseconds): boolean {
  if (overage === null) return false;
  return openedForMs < overage.forMs || (overage.againMs !== null && openedForMs >= overage.againMs);
}
