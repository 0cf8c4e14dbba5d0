/**
 * Who waits for a seat with nothing else, and until when its place is kept.
 *
 * A place is by when one began to wait, and is kept while its holder goes on asking; whoever leaves the queue and comes back
 * joins at its end. Nobody holds a seat by waiting.
 */
import type { Plan } from '../policy/policy.ts';
import type { Lease } from '../ports/records.ts';
import { after, type Instant, MINUTE, type Milliseconds, SECOND } from '../time.ts';
import type { SeatInput } from './seat-decision.ts';
import { compareWaiting, LISTED_MAX } from './seat-order.ts';
import { mayReapAt } from './seat-rules.ts';
import type { QueuePlace } from './words.ts';

/** A new holder is told to ask again as often as a running one would, but no less often than this. */
const ASK_AGAIN_MS: Milliseconds = MINUTE;

export function askAgainMs({ lease }: Pick<Plan, 'lease'>): Milliseconds {
  return Math.min(ASK_AGAIN_MS, Math.floor((lease.ttlMs * lease.renewAtPercent) / 100));
}

/** Two answers may be lost before a place is. */
export function placeMs(plan: Pick<Plan, 'lease'>): Milliseconds {
  return 3 * askAgainMs(plan) + 2 * SECOND;
}

/** When a place ends without a seat; null: it does not. */
export function deadlineOf({ seats }: Plan, { waitingSince }: Pick<Lease, 'waitingSince'>): Instant | null {
  return seats?.queue == null || waitingSince === null ? null : after(waitingSince, seats.queue.forMs);
}

export function isPastDeadline({ plan, now }: SeatInput, row: Lease): boolean {
  const deadlineAt = deadlineOf(plan, row);
  return deadlineAt !== null && now >= deadlineAt;
}

/** Says whether a queued holder still has its place. A clock in doubt takes none, nor does a time in which no node served. */
export function keepsPlace(input: SeatInput, row: Lease): boolean {
  const { now, plan, situation, mayReap } = input;
  const { service } = situation;
  if (now < row.holdUntil || !mayReap || !mayReapAt(service, now)) return true;
  return service !== null && row.renewedAt < service.resumedAt && now < service.resumedAt + placeMs(plan);
}

/** One whose turn may come: queued, with a place, in time. */
export function isInQueue(input: SeatInput, row: Lease): boolean {
  return row.state === 'queued' && keepsPlace(input, row) && !isPastDeadline(input, row);
}

/** Those of the queue that come before a row; before one that is not in it (null), all of them. */
export function queuedBefore(input: SeatInput, waiting: readonly Lease[], row: Lease | null): number {
  const isBefore = (other: Lease) => row === null || (other.id !== row.id && compareWaiting(other, row) < 0);
  return waiting.filter((other) => isInQueue(input, other) && isBefore(other)).length;
}

export function placeOf(input: SeatInput, waiting: readonly Lease[], row: Lease): QueuePlace {
  const isListed = input.situation.othersWait !== true || input.situation.waiting.some(({ id }) => id === row.id);
  const position = isListed ? queuedBefore(input, waiting, row) + 1 : LISTED_MAX + 1;
  return { position, deadlineAt: deadlineOf(input.plan, row) };
}
