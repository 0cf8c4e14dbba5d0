/** The same request again: the same answer, and nothing else happens. */
import type { Lease } from '../ports/records.ts';
import { placeOf } from './queue.ts';
import type { HolderInput, SeatDecision, SeatInput } from './seat-decision.ts';
import { isLive } from './seat-rules.ts';
import { queued, superseded } from './seat-verdicts.ts';
import type { Settled } from './settle.ts';

/**
 * Finds the answer that this request already had, in the row itself; null: it is a new one.
 *
 * A row keeps its last request. An older request of the same holder that arrives late is judged anew: it can only renew
 * what the holder has. Reaping voids the last request, so a copy of it cannot pass for a renewal.
 */
export function replayOf(input: HolderInput, row: Lease | null): SeatDecision | null {
  if (row === null || row.requestId !== input.request.requestId || !row.installations.includes(input.request.jkt)) return null;
  const { situation } = input;
  const lease = row;
  const same = { ...untouched(input), isReplay: true, lease };
  if (row.state === 'granted' || row.state === 'overage') return { ...same, outcome: row.state, verdict: null };
  if (isLive(row)) return { ...same, outcome: 'when-full', verdict: null };
  if (row.state === 'queued') return { ...same, outcome: 'verdict', verdict: queued(input, placeOf(input, situation.waiting, row)) };
  if (row.state !== 'reaped') return null;
  return { ...same, outcome: 'verdict', verdict: superseded(input, 'The seat was given to another holder while this one was silent.') };
}

/** The situation as it was found. */
export function untouched({ situation }: SeatInput): Settled {
  return {
    own: situation.lease,
    seats: situation.seats,
    promoted: [],
    reaped: [],
    waiting: situation.waiting,
    silent: situation.silent,
    happened: [],
  };
}
