/** Judges who renews a lease that it has, or had. */
import type { Lease } from '../ports/records.ts';
import { start } from './judge-acquire.ts';
import { noticing } from './quarantine.ts';
import { replayOf, untouched } from './replay.ts';
import type { HolderInput, SeatDecision } from './seat-decision.ts';
import { goOn, nextEpoch, say, seat, seatFor, stepped, supersede, withoutSeat } from './seat-moves.ts';
import { isLive } from './seat-rules.ts';
import { barred, holderRemoved, leaseUnknown, statusVerdict, superseded, wrongInstallation } from './seat-verdicts.ts';
import { type Settled, settle } from './settle.ts';
import { compareCounters } from './words.ts';

/**
 * Decides whether a holder may renew its lease, and as what.
 *
 * A renewal is judged against the license as it is now, not as it was when the lease was signed, but never denied by it:
 * a suspended or revoked license answers a running holder with a lease that says so, and the holder's own dwell begins
 * with its receipt. An epoch older than the stored one is superseded even if the lease has not ended, so that a holder
 * that lost its seat in a partition cannot take it back. A later epoch than the stored one was given by a store that has
 * since been restored: it is believed, because it can only take a free seat.
 *
 * Pure: `now` is the server's clock, read once for the whole command.
 */
export function judgeRenew(input: HolderInput): SeatDecision {
  return noticing(input, judge);
}

function judge(input: HolderInput): SeatDecision {
  const { situation, request } = input;
  const row = situation.lease;
  if (row === null) return withoutRow(input);
  if (row.state === 'removed') return say(untouched(input), holderRemoved(row));
  if (!row.installations.includes(request.jkt)) return say(untouched(input), wrongInstallation(input));
  const replayed = replayOf(input, row);
  if (replayed !== null) return replayed;
  const age = request.epoch === null ? 0 : compareCounters(request.epoch, row.epoch);
  if (age < 0) return say(untouched(input), superseded(input, 'A later lease of this holder has taken the place of this one.'));
  const settled = settle(input);
  const own = settled.own ?? row;
  if (isLive(own)) return goOn(input, settled, age > 0 ? { ...own, epoch: believed(input, own) } : own);
  if (own.state === 'queued') return start(input, settled);
  if (own.state === 'reaped' || age > 0) return regain(input, settled, { ...own, epoch: age > 0 ? believed(input, own) : own.epoch });
  return afterRelease(input, settled, own);
}

/** No row: a lease of a store that was restored since is taken up like a reaped one; any other is not known here. */
function withoutRow(input: HolderInput): SeatDecision {
  const { situation, request, plan } = input;
  if (request.epoch === null || request.epoch.incarnation >= situation.incarnation) return say(untouched(input), leaseUnknown(input));
  const settled = settle(input);
  const epoch = request.epoch.count <= EPOCHS_FORGOTTEN_MAX ? request.epoch : nextEpoch(input, null);
  const given = seatFor(input, settled);
  if (given !== null) return seat(input, settled, given, epoch);
  if (plan.seats?.whenFull.kind === 'tier') return withoutSeat(input, settled, stepped(input, { tier: null }), epoch);
  return say(settled, statusVerdict(input) ?? superseded(input, TAKEN));
}

/** The hold ended in silence: a free seat at the same epoch, or the seat is somebody else's. */
function regain(input: HolderInput, settled: Settled, own: Lease): SeatDecision {
  const from = { ...settled, own };
  const given = seatFor(input, from);
  if (given !== null) return seat(input, from, given, own.epoch);
  const hadNone = own.kind === null;
  if (hadNone && input.plan.seats?.whenFull.kind === 'tier') return withoutSeat(input, from, stepped(input, own), own.epoch);
  const verdict = statusVerdict(input);
  if (verdict !== null) return say(settled, verdict);
  return supersede(input, from, own, superseded(input, TAKEN));
}

/** Another process of the installation gave the seat back: a free one is taken under a new epoch, none is taken away for it. */
function afterRelease(input: HolderInput, settled: Settled, own: Lease): SeatDecision {
  const bar = barred(input);
  if (bar !== null) return say(settled, bar);
  const given = seatFor(input, settled);
  if (given !== null) return seat(input, settled, given, nextEpoch(input, own));
  return supersede(input, settled, own, superseded(input, 'The seat was released and then given to another holder; none is free.'));
}

/** What a restored store has forgotten, as the holder says it: bounded, so that a lie cannot run the counter out. */
function believed({ request, situation }: HolderInput, own: Lease): Lease['epoch'] {
  const said = request.epoch ?? own.epoch;
  const isCredible = said.incarnation <= situation.incarnation && said.count <= own.epoch.count + EPOCHS_FORGOTTEN_MAX;
  return isCredible ? said : own.epoch;
}

const TAKEN = 'The seat was given to another holder while this one was silent; none is free.';
const EPOCHS_FORGOTTEN_MAX = 1_000_000;
