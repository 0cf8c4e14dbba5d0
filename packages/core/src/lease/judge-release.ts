/** Judges who gives a seat back, and frees it. */
import type { Lease, SeatState } from '../ports/records.ts';
import { instant } from '../time.ts';
import { untouched } from './replay.ts';
import type { HolderInput, ReleaseDecision, SeatEffects, SeatHappening, SeatInput } from './seat-decision.ts';
import { counted } from './seat-rules.ts';
import { settle } from './settle.ts';
import { compareCounters } from './words.ts';

/**
 * Gives a seat back: at once, to whoever waits, and any number of times.
 *
 * There is no "no" to a release. What is not this installation's to release (another's lease, one of an older epoch, one
 * that is gone) is left as it is, and the caller is as free of it as it wanted to be. A person's seat goes back when the
 * last of its installations has released it; one that never says so leaves it to whoever manages the license.
 */
export function judgeRelease(input: HolderInput): ReleaseDecision {
  const { situation, request } = input;
  const row = situation.lease;
  if (
    row === null ||
    row.state === 'removed' ||
    row.state === 'released' ||
    !row.installations.includes(request.jkt) ||
    isStale(input, row)
  ) {
    return { ...untouched(input), outcome: 'nothing', lease: row };
  }
  const others = row.installations.filter((jkt) => jkt !== request.jkt);
  if (others.length > 0) {
    const lease: Lease = { ...row, installations: others };
    const happened = [
      { action: 'lease.installation-left', subject: row.id, facts: { holder: row.holder, left: others.length }, only: 'audit' },
    ] as const;
    return { ...untouched(input), outcome: 'kept', lease, happened };
  }
  const ended: Lease = { ...row, state: 'released', requestId: request.requestId };
  return { ...free(input, ended, { action: 'lease.released', only: 'audit' }), outcome: 'released' };
}

/** Ends a lease and gives its seat to who waits. `ended` is the row after it. */
export function free(
  input: SeatInput,
  ended: Lease,
  named: Pick<SeatHappening, 'action' | 'only'>,
): SeatEffects & { readonly lease: Lease } {
  const { situation } = input;
  const row = situation.lease ?? ended;
  const kind = row.state === 'granted' ? row.kind : null;
  const holdUntil = instant(Math.min(row.holdUntil, input.now));
  const lease: Lease = { ...ended, kind, holdUntil, waitingSince: null, tier: null };
  const seats = vacated(counted(situation.seats, row, -1), kind);
  const isOther = ({ id }: Lease) => id !== row.id;
  const without = {
    ...situation,
    lease: null,
    seats,
    lapsed: situation.lapsed.filter(isOther),
    waiting: situation.waiting.filter(isOther),
  };
  const settled = settle({ ...input, situation: without });
  const happening: SeatHappening = { ...named, subject: lease.id, facts: { holder: lease.holder, was: row.state } };
  return { seats: settled.seats, promoted: settled.promoted, reaped: settled.reaped, lease, happened: [happening, ...settled.happened] };
}

/** A person's seat is nobody's until somebody takes it over: giving it to another is a reassignment. */
function vacated(seats: SeatState, kind: Lease['kind']): SeatState {
  return kind === 'named' ? { ...seats, vacated: seats.vacated + 1 } : seats;
}

function isStale({ request }: HolderInput, row: Lease): boolean {
  return request.epoch !== null && compareCounters(request.epoch, row.epoch) < 0;
}
