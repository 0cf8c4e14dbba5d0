/**
 * The moves of one holder's lease: seated, continued, seated again, without a seat. Each gives the row and the counts after it.
 *
 * Who may move is the judges' business; here every move is as generous as the rules allow.
 */
import type { Lease } from '../ports/records.ts';
import { after, type Instant, type Milliseconds } from '../time.ts';
import { firstRow } from './first-row.ts';
import { bindMachine } from './machine-binding.ts';
import { isBudgetUsed, promising } from './offline-budget.ts';
import { isInQueue, isPastDeadline, keepsPlace, placeMs, placeOf, queuedBefore } from './queue.ts';
import type { HolderInput, SeatDecision, SeatHappening, SeatVerdict } from './seat-decision.ts';
import { LISTED_MAX } from './seat-order.ts';
import { groupOf, openTo, type Room, roomWithin } from './seat-room.ts';
import {
  counted,
  floorTier,
  isCounted,
  isLive,
  overageStanding,
  seatLimit,
  seatsUsed,
  tierName,
  tierOfLease,
  UNTIL_REASSIGNED,
} from './seat-rules.ts';
import { queued, waitedTooLong } from './seat-verdicts.ts';
import { outOfQueue, type Settled } from './settle.ts';
import type { Counter } from './words.ts';

/** `seats`: the counts before the seat itself is counted. */
type SeatGiven = Pick<SeatDecision, 'seats' | 'happened'> & { readonly state: 'granted' | 'overage' };

/** Room within the limit for the requesting holder, which everybody who waits was offered before. */
export function roomFor(input: HolderInput, { seats, own }: Settled): Room {
  const { othersWait, waiting } = input.situation;
  if (input.plan.seats !== null && (othersWait ?? waiting.length >= LISTED_MAX)) return { kind: 'full' };
  return roomWithin(input, seats, own, groupOf(input, own));
}

/** A seat for somebody who has none: within the limit, else in an overage that is open or opens now, else null. */
export function seatFor(input: HolderInput, settled: Settled): SeatGiven | null {
  const room = roomFor(input, settled);
  if (room.kind === 'free') return { state: 'granted', seats: room.seats, happened: [...settled.happened, ...room.happened] };
  const past = input.plan.seats?.overage ?? null;
  if (past === null || room.kind === 'reassign-quota' || leftPastLimit(input, settled) <= 0) return null;
  const opened = openOverage(input, settled);
  return opened === null ? null : { state: 'overage', ...opened };
}

/** Seats past the limit that nobody has, and nobody who waits in the queue before this holder can ask for. */
function leftPastLimit(input: HolderInput, { seats, own, waiting }: Settled): number {
  const { plan, terms } = input;
  const limit = seatLimit(plan, terms);
  if (limit === null || plan.seats === null || plan.seats.overage === null) return 0;
  const row = own !== null && isInQueue(input, own) ? own : null;
  const open = openTo(plan.seats, limit, seats, groupOf(input, own));
  return open + plan.seats.overage.seats - seatsUsed(seats) - queuedBefore(input, waiting, row);
}

/** The counts with the overage open, or null when it is closed. Opening it tells everybody when it closes. */
function openOverage(input: HolderInput, { seats, happened }: Settled): Pick<SeatDecision, 'seats' | 'happened'> | null {
  const { plan, terms, situation, now } = input;
  const past = plan.seats?.overage ?? null;
  const standing = overageStanding(past, seats.overageOpenedAt, now);
  if (standing.kind === 'open') return { seats, happened };
  if (standing.kind !== 'openable' || past === null) return null;
  const facts = { limit: seatLimit(plan, terms), seats: past.seats, closesAt: after(now, past.forMs) };
  const opening: SeatHappening = { action: 'license.overage-opened', subject: situation.license.id, facts };
  return { seats: { ...seats, overageOpenedAt: now }, happened: [...happened, opening] };
}

/** Seats a holder. `epoch`: the one that it had where its old hold is taken up again, a new one otherwise. */
export function seat(input: HolderInput, settled: Settled, given: SeatGiven, epoch: Counter): SeatDecision {
  const { plan, now } = input;
  const isNew = settled.own === null || !isSame(epoch, settled.own.epoch);
  const kind = plan.seats?.kind ?? null;
  const { row: base, happened } = answered(input, baseRow(input, settled.own, isNew), isNew);
  // Who waits with a lease that runs is given a seat, and loses nothing by it.
  const wasRunning = !isNew && settled.own !== null && isLive(settled.own);
  const hold = given.state === 'granted' && kind === 'named' ? UNTIL_REASSIGNED : base.holdUntil;
  const lease = promising(input, {
    ...{ ...base, state: given.state, kind, tier: null, tierSince: now, waitingSince: null, holdUntil: hold, epoch },
    seatGroup: groupOf(input, settled.own),
    isShortened: isBudgetUsed(input, settled.silent) && !(wasRunning && settled.own?.isShortened === false),
  });
  const facts = { holder: lease.holder, state: lease.state, kind, epoch };
  const action = isNew ? 'lease.acquired' : settled.own !== null && isLive(settled.own) ? 'lease.promoted' : 'lease.regained';
  const told: SeatHappening = { action, subject: lease.id, facts };
  const happening = given.state === 'granted' ? ({ ...told, only: 'audit' } as const) : told;
  return {
    ...settled,
    seats: counted(given.seats, lease, 1),
    outcome: given.state,
    isReplay: false,
    lease,
    verdict: null,
    happened: [...given.happened, happening, ...happened],
  };
}

/** Answers a holder that has a live lease: it goes on, one tier lower per answer where its overage has closed. */
export function goOn(input: HolderInput, settled: Settled, own: Lease): SeatDecision {
  if (input.plan.seats === null || own.state === 'granted') return goOnSeated(input, settled, own);
  if (own.state === 'overage') {
    const open = openOverage(input, settled);
    if (open !== null) return goOnAt(input, { ...settled, ...open }, own, null);
    return goOnAt(input, settled, own, stepped(input, own));
  }
  const given = seatFor(input, settled);
  if (given !== null) return seat(input, settled, given, own.epoch);
  return goOnAt(input, settled, own, stepped(input, own));
}

/** A seat once granted is kept while it is renewed, whatever the limit is now: lowering it drains and never evicts. */
function goOnSeated(input: HolderInput, settled: Settled, own: Lease): SeatDecision {
  const kind = input.plan.seats?.kind ?? null;
  const row: Lease = { ...own, state: 'granted', kind, waitingSince: null };
  const seats = counted(counted(settled.seats, own, -1), row, 1);
  return goOnAt(input, { ...settled, seats }, row, null);
}

function goOnAt(input: HolderInput, settled: Settled, own: Lease, tier: string | null): SeatDecision {
  const { now } = input;
  const { row: renewed, happened: bound } = answered(input, { ...own, renewals: own.renewals + 1 }, false);
  const holdUntil = isCounted(own) && own.state === 'granted' && own.kind === 'named' ? UNTIL_REASSIGNED : renewed.holdUntil;
  const moved = tier !== own.tier;
  const isShortened = own.isShortened && isBudgetUsed(input, settled.silent);
  const lease = promising(input, { ...renewed, holdUntil, tier, tierSince: moved ? now : own.tierSince, isShortened });
  const outcome = own.state === 'granted' || own.state === 'overage' ? own.state : 'when-full';
  const happened = [...settled.happened, ...(moved ? [tierMoved(input, own, lease)] : []), ...bound];
  return { ...settled, outcome, isReplay: false, lease, verdict: null, happened };
}

/** A lease without a seat, for a holder that starts at the floor or is stepped towards it. */
export function withoutSeat(input: HolderInput, settled: Settled, tier: string | null, epoch: Counter): SeatDecision {
  const { now } = input;
  const isNew = settled.own === null || !isSame(epoch, settled.own.epoch);
  const { row: base } = answered(input, baseRow(input, settled.own, isNew), true);
  const waitingSince = settled.own?.waitingSince ?? now;
  const lease = promising(input, {
    ...{ ...base, state: 'when-full', kind: null, tier, tierSince: now, waitingSince, epoch },
    seatGroup: groupOf(input, settled.own),
    isShortened: isBudgetUsed(input, settled.silent),
  });
  const happening: SeatHappening = {
    action: 'lease.seatless',
    subject: lease.id,
    facts: { holder: lease.holder, tier: lease.tier, epoch },
  };
  return { ...settled, outcome: 'when-full', isReplay: false, lease, verdict: null, happened: [...settled.happened, happening] };
}

/** A place in the queue, new or kept. Where its deadline has passed the place is gone, and its holder told so once. */
export function waitInQueue(input: HolderInput, settled: Settled): SeatDecision {
  const { now, plan } = input;
  const { own } = settled;
  const isWaiting = own !== null && own.state === 'queued' && keepsPlace(input, own);
  if (isWaiting && isPastDeadline(input, own)) return leaveQueue(settled, waitedTooLong(input));
  const { row: base } = answered(input, baseRow(input, own, !isWaiting), true);
  const lease: Lease = {
    ...{ ...base, state: 'queued', kind: null, epoch: own?.epoch ?? base.epoch, seatGroup: groupOf(input, own) },
    waitingSince: isWaiting ? own.waitingSince : now,
    holdUntil: after(base.renewedAt, placeMs(plan)),
  };
  const joined: SeatHappening = { action: 'lease.queued', subject: lease.id, facts: { holder: lease.holder }, only: 'audit' };
  const happened = isWaiting ? settled.happened : [...settled.happened, joined];
  const verdict = queued(input, placeOf(input, settled.waiting, lease));
  return { ...settled, outcome: 'verdict', isReplay: false, lease, verdict, happened };
}

/** A "no" to somebody new: a place that it may have had ends with it. */
export function leaveQueue(settled: Settled, verdict: SeatVerdict): SeatDecision {
  const { own } = settled;
  return say(own?.state === 'queued' ? { ...settled, own: outOfQueue(own) } : settled, verdict);
}

/** The end of a hold whose seat somebody else has: its epoch moves, and its holder goes down one tier with the answer. */
export function supersede(input: HolderInput, settled: Settled, own: Lease, verdict: SeatVerdict): SeatDecision {
  const { now, request } = input;
  const tier = stepped(input, own);
  const tierSince = tier === own.tier ? own.tierSince : now;
  const lease: Lease = { ...own, tier, tierSince, epoch: nextEpoch(input, own), requestId: request.requestId, wordId: request.wordId };
  const happening: SeatHappening = {
    action: 'lease.superseded',
    subject: lease.id,
    facts: { holder: lease.holder, epoch: lease.epoch, tier },
  };
  return { ...settled, outcome: 'verdict', isReplay: false, lease, verdict, happened: [...settled.happened, happening] };
}

/** A "no" that moves nothing of this holder; what settling did to others stays done. */
export function say(settled: Settled, verdict: SeatVerdict): SeatDecision {
  return { ...settled, outcome: 'verdict', isReplay: false, lease: settled.own, verdict };
}

/** The floor at once for a holder that starts, since it loses nothing that it had. */
export function startingTier({ policy, plan }: HolderInput): string | null {
  return tierName(policy, plan, floorTier(policy, plan));
}

/** One tier lower than the lease has, as far as the floor; up to the floor at once where that has risen. */
export function stepped({ policy, plan }: HolderInput, own: Pick<Lease, 'tier'>): string | null {
  return tierName(policy, plan, Math.min(tierOfLease(policy, plan, own) + 1, floorTier(policy, plan)));
}

/** Nothing more can be taken from this lease. */
export function isAtFloor({ policy, plan }: HolderInput, own: Pick<Lease, 'tier'>): boolean {
  return tierOfLease(policy, plan, own) >= floorTier(policy, plan);
}

/** An epoch later than any that this holder was ever given, under the store's present incarnation. */
export function nextEpoch({ situation }: HolderInput, own: Lease | null): Counter {
  const last = own?.epoch ?? { incarnation: 0, count: 0 };
  return { incarnation: Math.max(last.incarnation, situation.incarnation), count: last.count + 1 };
}

function isSame(a: Counter, b: Counter): boolean {
  return a.incarnation === b.incarnation && a.count === b.count;
}

/** What every answer writes into the row; a seat that begins anew is bound to whatever machine asks. */
function answered(input: HolderInput, row: Lease, isNew: boolean): { readonly row: Lease; readonly happened: readonly SeatHappening[] } {
  const { request, plan, now } = input;
  const anew = { fingerprint: request.fingerprint ?? row.fingerprint, reboundAt: row.reboundAt, happened: [] };
  const { fingerprint, reboundAt, happened } = isNew ? anew : bindMachine(input, row);
  const renewedAt = laterOf(row.renewedAt, now, plan.lease.ttlMs);
  const installations = row.installations.includes(request.jkt)
    ? row.installations
    : [...row.installations, request.jkt].slice(-INSTALLATIONS_MAX);
  const client = request.client ?? row.client;
  const holdUntil = after(renewedAt, plan.lease.ttlMs);
  const { requestId, wordId } = request;
  return { row: { ...row, installations, fingerprint, reboundAt, client, renewedAt, holdUntil, requestId, wordId }, happened };
}

/** A request that was overtaken by a later one of its holder does not shorten the hold which that one was promised. */
function laterOf(at: Instant, now: Instant, within: Milliseconds): Instant {
  return at > now && at - now <= within ? at : now;
}

/** A person's installations beyond this many: the one that joined first has to acquire again. */
const INSTALLATIONS_MAX = 32;

function baseRow(input: HolderInput, own: Lease | null, isNew: boolean): Lease {
  if (own === null) return firstRow(input);
  if (!isNew) return { ...own, renewals: own.renewals + 1 };
  // What was released, or shut out and let in again, has no installations until they ask.
  const installations = own.state === 'released' ? [] : own.installations;
  return { ...own, installations, acquiredAt: input.now, renewals: 0, waitingSince: null };
}

function tierMoved({ policy, plan }: HolderInput, own: Lease, lease: Lease): SeatHappening {
  const down = tierOfLease(policy, plan, lease) > tierOfLease(policy, plan, own);
  const action = down ? 'lease.stepped-down' : 'lease.stepped-up';
  return { action, subject: lease.id, facts: { holder: lease.holder, from: own.tier, to: lease.tier } };
}
