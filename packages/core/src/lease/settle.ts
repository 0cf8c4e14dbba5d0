/**
 * Brings a license's seats up to date before anything is judged: frees the seats of silent holders, gives free seats to
 * those who wait.
 *
 * Reaping frees the count and moves no epoch, so that the holder may come back to a free seat as if nothing had been.
 * The lease of the request itself is never reaped by it: a holder that renews late, before anybody took its seat, has
 * lost nothing.
 */
import type { Lease, SeatState } from '../ports/records.ts';
import { after } from '../time.ts';
import { isBudgetUsed } from './offline-budget.ts';
import { isInQueue, keepsPlace } from './queue.ts';
import type { SeatEffects, SeatHappening, SeatInput } from './seat-decision.ts';
import { roomWithin } from './seat-room.ts';
import { counted, isLapsed, isLive, mayReapAt, UNTIL_REASSIGNED } from './seat-rules.ts';

export interface Settled extends SeatEffects {
  /** The requesting holder's lease, promoted if its turn had come. */
  readonly own: Lease | null;
  /** Who waits still, in order, the requesting holder too. */
  readonly waiting: readonly Lease[];
  /** Others that were reaped, now or before, and were promised more than has passed. */
  readonly silent: number;
}

export function settle(input: SeatInput): Settled {
  const { situation } = input;
  const own = situation.lease;
  const swept = sweep(input);
  const gone = new Set(swept.reaped.map(({ id }) => id));
  const silent =
    situation.silent + swept.reaped.filter((row) => isSilent(input, row)).length - Number(own !== null && isSilent(input, own));
  const waiting = situation.waiting.filter(({ id }) => !gone.has(id));
  const { seats, promoted, happened } = promote(input, waiting, swept.seats, silent);
  const seated = new Set(promoted.map(({ id }) => id));
  return {
    seats,
    reaped: swept.reaped,
    promoted: promoted.filter(({ id }) => id !== own?.id),
    own: promoted.find(({ id }) => id === own?.id) ?? own,
    waiting: waiting.filter(({ id }) => !seated.has(id)),
    silent,
    happened: [...swept.happened, ...happened],
  };
}

function isSilent({ now }: SeatInput, { state, promisedUntil }: Lease): boolean {
  return state === 'reaped' && promisedUntil > now;
}

/** Ends what has ended in silence: holds, and places in the queue. */
function sweep(input: SeatInput): Pick<Settled, 'seats' | 'reaped' | 'happened'> {
  const { situation, now } = input;
  const seen = new Map([...situation.lapsed, ...situation.waiting].map((lease) => [lease.id, lease]));
  const mayReap = input.mayReap && mayReapAt(situation.service, now);
  const reaped: Lease[] = [];
  const happened: SeatHappening[] = [];
  let { seats } = situation;
  for (const lease of mayReap ? seen.values() : []) {
    if (lease.id === situation.lease?.id) continue;
    const action = lease.state === 'queued' ? 'lease.left-queue' : 'lease.reaped';
    if (lease.state === 'queued' ? keepsPlace(input, lease) : !isLive(lease) || !isLapsed(lease, input)) continue;
    seats = counted(seats, lease, -1);
    reaped.push(lease.state === 'queued' ? outOfQueue(lease) : reapedRow(lease));
    happened.push({ action, subject: lease.id, facts: { holder: lease.holder, was: lease.state }, only: 'audit' });
  }
  return { seats, reaped, happened };
}

/** An empty request id: the answer to the last request is void, so a late copy of that request is judged anew. */
function reapedRow(lease: Lease): Lease {
  return { ...lease, state: 'reaped', requestId: '', waitingSince: null };
}

/** A place that ended: there was nothing to take away. */
export function outOfQueue(lease: Lease): Lease {
  return { ...lease, state: 'released', requestId: '', waitingSince: null };
}

/** Freed seats go to the oldest overage holder, then to the queue, then to the oldest holder at the `whenFull` tier: the order of `waiting`. */
function promote(input: SeatInput, waiting: readonly Lease[], before: SeatState, silent: number) {
  const { plan, situation } = input;
  const promoted: Lease[] = [];
  const happened: SeatHappening[] = [];
  let seats = before;
  for (const lease of waiting) {
    if (plan.seats === null) break;
    const mayStart = lease.state !== 'queued' || (isInQueue(input, lease) && situation.license.quarantinedAt === null);
    const room = roomWithin(input, seats, lease, lease.seatGroup);
    if (!mayStart || room.kind !== 'free') continue;
    const row = promotedRow(input, lease, plan.seats.kind, silent);
    seats = counted(counted(room.seats, lease, -1), row, 1);
    promoted.push(row);
    const promotion: SeatHappening = {
      ...{ action: 'lease.promoted', subject: lease.id, only: 'audit' },
      facts: { holder: lease.holder, was: lease.state },
    };
    happened.push(...room.happened, promotion);
  }
  return { seats, promoted, happened };
}

function promotedRow(input: SeatInput, lease: Lease, kind: NonNullable<Lease['kind']>, silent: number): Lease {
  const { now } = input;
  const row: Lease = {
    ...lease,
    state: 'granted',
    kind,
    tier: null,
    tierSince: lease.tier === null ? lease.tierSince : now,
    waitingSince: null,
    holdUntil: kind === 'named' ? UNTIL_REASSIGNED : lease.holdUntil,
  };
  return lease.state === 'queued' ? fromQueue(input, row, silent) : row;
}

/**
 * A seat that begins now: it is held for a hold, and its holder finds it when it asks next. The answer to its last request
 * was its place in the queue, so that a late copy of that request is judged anew too.
 */
function fromQueue(input: SeatInput, row: Lease, silent: number): Lease {
  const { now, plan, situation } = input;
  return {
    ...row,
    epoch: { incarnation: Math.max(row.epoch.incarnation, situation.incarnation), count: row.epoch.count + 1 },
    tierSince: now,
    acquiredAt: now,
    holdUntil: row.kind === 'named' ? UNTIL_REASSIGNED : after(now, plan.lease.ttlMs),
    requestId: '',
    renewals: 0,
    isShortened: isBudgetUsed(input, silent),
  };
}
