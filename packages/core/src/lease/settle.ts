/**
 * Brings a license's seats up to date before anything is judged: frees the seats of silent holders, gives free seats to
 * those who wait.
 *
 * Reaping frees the count and moves no epoch, so that the holder may come back to a free seat as if nothing had been.
 * The lease of the request itself is never reaped by it: a holder that renews late, before anybody took its seat, has
 * lost nothing.
 */
import type { Lease } from '../ports/records.ts';
import type { SeatEffects, SeatHappening, SeatInput } from './seat-decision.ts';
import { counted, isLapsed, isLive, mayReapAt, seatLimit, seatsUsed, UNTIL_REASSIGNED } from './seat-rules.ts';

export interface Settled extends SeatEffects {
  /** The requesting holder's lease, promoted if its turn had come. */
  readonly own: Lease | null;
}

export function settle(input: SeatInput): Settled {
  const { situation, now } = input;
  const mayReap = input.mayReap && mayReapAt(situation.service, now);
  const own = situation.lease;
  const seen = new Map([...situation.lapsed, ...situation.waiting].map((lease) => [lease.id, lease]));
  const reaped: Lease[] = [];
  const happened: SeatHappening[] = [];
  let seats = situation.seats;
  for (const lease of seen.values()) {
    if (!mayReap || lease.id === own?.id || !isLive(lease) || !isLapsed(lease, input)) continue;
    seats = counted(seats, lease, -1);
    reaped.push(reapedRow(lease));
    happened.push({ action: 'lease.reaped', subject: lease.id, facts: { holder: lease.holder, was: lease.state }, only: 'audit' });
  }
  const gone = new Set(reaped.map(({ id }) => id));
  const waiting = situation.waiting.filter(({ id }) => !gone.has(id));
  const promotion = promote(input, waiting, seats);
  return {
    seats: promotion.seats,
    reaped,
    promoted: promotion.promoted.filter(({ id }) => id !== own?.id),
    own: promotion.promoted.find(({ id }) => id === own?.id) ?? own,
    happened: [...happened, ...promotion.happened],
  };
}

/** An empty request id: the answer to the last request is void, so a late copy of that request is judged anew. */
function reapedRow(lease: Lease): Lease {
  return { ...lease, state: 'reaped', requestId: '', waitingSince: null };
}

/** Freed seats go to the oldest overage holder, then to the oldest holder at the `whenFull` tier: the order of `waiting`. */
function promote(input: SeatInput, waiting: readonly Lease[], before: SeatInput['situation']['seats']) {
  const { plan, terms, now } = input;
  const limit = seatLimit(plan, terms);
  const promoted: Lease[] = [];
  const happened: SeatHappening[] = [];
  let seats = before;
  for (const lease of waiting) {
    if (limit === null || plan.seats === null) break;
    // An overage seat is in use already: what must be free for it is a seat within the limit.
    const isFree = lease.state === 'overage' ? seats.granted < limit : seatsUsed(seats) < limit;
    if (!isFree) continue;
    const row = promotedRow(lease, plan.seats.kind, now);
    seats = counted(counted(seats, lease, -1), row, 1);
    promoted.push(row);
    happened.push({ action: 'lease.promoted', subject: lease.id, facts: { holder: lease.holder, was: lease.state }, only: 'audit' });
  }
  return { seats, promoted, happened };
}

function promotedRow(lease: Lease, kind: NonNullable<Lease['kind']>, now: SeatInput['now']): Lease {
  return {
    ...lease,
    state: 'granted',
    kind,
    tier: null,
    tierSince: lease.tier === null ? lease.tierSince : now,
    waitingSince: null,
    holdUntil: kind === 'named' ? UNTIL_REASSIGNED : lease.holdUntil,
  };
}
