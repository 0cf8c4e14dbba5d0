/**
 * Finds room within the limit for one more holder: past what is reserved for groups, and for a named seat past what its
 * plan says of reassignment.
 *
 * A reservation that its group leaves free counts as taken for everybody else. A named seat that was given back is vacated:
 * seats that nobody ever had go first, then a vacated one, and giving that to somebody else is a reassignment. Its former
 * person takes it back for nothing, as long as none has been reassigned since.
 */
import type { SeatPlan } from '../policy/policy.ts';
import type { Lease, SeatState } from '../ports/records.ts';
import { after, type Instant } from '../time.ts';
import type { HolderInput, SeatHappening, SeatInput } from './seat-decision.ts';
import { seatLimit, seatsUsed } from './seat-rules.ts';

export type Room =
  /** `seats`: the counts before the seat itself is counted. */
  | { readonly kind: 'free'; readonly seats: SeatState; readonly happened: readonly SeatHappening[] }
  | { readonly kind: 'full' }
  /** A seat is free, but may not be given to somebody else before then. */
  | { readonly kind: 'reassign-quota'; readonly until: Instant };

/** Room for a holder of this group (null: of none); `row` is its lease, if it has or had one. */
export function roomWithin(input: SeatInput, seats: SeatState, row: Lease | null, group: string | null): Room {
  const { plan, terms } = input;
  const limit = seatLimit(plan, terms);
  if (limit === null || plan.seats === null) return { kind: 'free', seats, happened: [] };
  const open = openTo(plan.seats, limit, seats, group);
  // An overage seat is in use already; a further one must also fit with those that are past the limit.
  const fits = seats.granted < open && (row?.state === 'overage' || seatsUsed(seats) < open + (plan.seats.overage?.seats ?? 0));
  if (!fits) return { kind: 'full' };
  return plan.seats.kind === 'named' ? roomForPerson(input, plan.seats, seats, row, open) : { kind: 'free', seats, happened: [] };
}

/** How many seats anybody of this group can have at most: the limit without what others have reserved and not filled. */
export function openTo({ reserve }: SeatPlan, limit: number, { groups }: SeatState, group: string | null): number {
  const others = reserve.filter((reserved) => reserved.group !== group);
  return limit - others.reduce((sum, reserved) => sum + Math.max(0, reserved.seats - (groups[reserved.group] ?? 0)), 0);
}

/** The group whose reservation a holder uses: what it says, else what it had; one that the plan does not know is none. */
export function groupOf({ plan, request }: HolderInput, own: Lease | null): string | null {
  const named = request.group ?? (own === null || own.state === 'released' ? null : own.seatGroup);
  return plan.seats?.reserve.some(({ group }) => group === named) ? named : null;
}

function roomForPerson(input: SeatInput, { reassign }: SeatPlan, seats: SeatState, row: Lease | null, open: number): Room {
  const { now, situation } = input;
  if (seats.vacated === 0) return { kind: 'free', seats, happened: [] };
  const taken = { ...seats, vacated: seats.vacated - 1 };
  if (isItsOwn(seats, row)) return { kind: 'free', seats: taken, happened: [] };
  if (open - seats.granted - seats.vacated > 0) return { kind: 'free', seats, happened: [] };
  if (reassign === null) return { kind: 'free', seats: taken, happened: [] };
  const recent = seats.reassignedAt.filter((at) => at > now - reassign.perMs);
  if (recent.length >= reassign.count) return { kind: 'reassign-quota', until: after(recent.at(-reassign.count) ?? now, reassign.perMs) };
  const left = reassign.count - recent.length - 1;
  const happening = { action: 'license.seat-reassigned', subject: situation.license.id, facts: { left } };
  return { kind: 'free', seats: { ...taken, reassignedAt: [...recent, now] }, happened: [happening] };
}

/** Which of several vacated seats was reassigned nobody has written down: after one was, none is anybody's own. */
function isItsOwn({ reassignedAt }: SeatState, row: Lease | null): boolean {
  return (
    row !== null && row.state === 'released' && row.kind === 'named' && (reassignedAt.at(-1) ?? Number.NEGATIVE_INFINITY) < row.holdUntil
  );
}
