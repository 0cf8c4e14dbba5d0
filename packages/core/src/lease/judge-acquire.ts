/** Judges who asks for a seat. What renewing, releasing and reaping mean is decided elsewhere. */
import type { Lease } from '../ports/records.ts';
import { noticing } from './quarantine.ts';
import { replayOf, untouched } from './replay.ts';
import type { HolderInput, SeatDecision } from './seat-decision.ts';
import {
  goOn,
  isAtFloor,
  leaveQueue,
  nextEpoch,
  roomFor,
  say,
  seat,
  seatFor,
  startingTier,
  stepped,
  supersede,
  waitInQueue,
  withoutSeat,
} from './seat-moves.ts';
import { isLive } from './seat-rules.ts';
import { barred, holderRemoved, noSeat, statusVerdict, superseded } from './seat-verdicts.ts';
import { type Settled, settle } from './settle.ts';

/**
 * Decides what a holder that asks for a seat gets: one, an overage seat, a lease without a seat, or a "no" to be signed.
 *
 * A holder that has a live lease gets that one, so that a restart and a second process cost no second seat. One that was
 * reaped is still running on what was signed for it: it is not judged as a new holder, and where no seat is free it goes
 * down a tier at a time, as closed overage does. Only new holders meet a suspended license, a start to come, or `whenFull`
 * at full depth.
 *
 * Pure: `now` is the server's clock, read once for the whole command.
 */
export function judgeAcquire(input: HolderInput): SeatDecision {
  return noticing(input, judge);
}

function judge(input: HolderInput): SeatDecision {
  const { situation, request } = input;
  const row = situation.lease;
  if (row !== null && row.state === 'removed') return say(untouched(input), holderRemoved(row));
  const replayed = replayOf(input, row);
  if (replayed !== null) return replayed;
  const settled = settle(input);
  const own = settled.own;
  if (own !== null && isLive(own)) return goOn(input, settled, own);
  if (own !== null && own.state === 'reaped' && own.installations.includes(request.jkt)) return comeBack(input, settled, own);
  return start(input, settled);
}

/** A new holder, or one that had released its seat. */
export function start(input: HolderInput, settled: Settled): SeatDecision {
  const bar = barred(input);
  if (bar !== null) return say(settled, bar);
  const epoch = nextEpoch(input, settled.own);
  const given = seatFor(input, settled);
  if (given !== null) return seat(input, settled, given, epoch);
  switch (input.plan.seats?.whenFull.kind) {
    case 'tier':
      return withoutSeat(input, settled, startingTier(input), epoch);
    case 'queue':
      return waitInQueue(input, settled);
    default:
      return leaveQueue(settled, noSeat(input, roomFor(input, settled)));
  }
}

/**
 * A reaped holder that asks anew. What its superseding took already is not taken twice; one that has nothing left to lose,
 * or never had the seat that it was given from the queue, waits for one like everybody else.
 */
function comeBack(input: HolderInput, settled: Settled, own: Lease): SeatDecision {
  const given = seatFor(input, settled);
  if (given !== null) return seat(input, settled, given, own.epoch);
  const tier = own.tier ?? stepped(input, own);
  if (input.plan.seats?.whenFull.kind === 'tier') return withoutSeat(input, settled, tier, nextEpoch(input, own));
  const verdict = statusVerdict(input);
  if (verdict !== null) return say(settled, verdict);
  const hasNothing = own.promisedUntil <= own.acquiredAt || isAtFloor(input, own);
  if (input.plan.seats?.whenFull.kind === 'queue' && hasNothing) return waitInQueue(input, settled);
  return supersede(input, settled, own, superseded(input, 'The seat was given to another holder while this one was silent; none is free.'));
}
