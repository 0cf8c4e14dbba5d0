/** Who comes before whom among the leases of one license. The stores list in the same orders; nothing here decides who gets a seat. */
import type { Lease } from '../ports/records.ts';

/** A situation lists at most this many of those who wait, and of those who lapsed. */
export const LISTED_MAX = 200;

/** Freed seats go to overage holders first, since they have one already, then to those who wait for one with nothing at all. */
const TURNS: readonly Lease['state'][] = ['overage', 'queued', 'when-full'];

export function isWaiting(lease: Pick<Lease, 'state'>): boolean {
  return TURNS.includes(lease.state);
}

/** Overage holders by when they acquired, then queued ones, then those without a seat, these two by when they began to wait. */
export function compareWaiting(a: Lease, b: Lease): number {
  return TURNS.indexOf(a.state) - TURNS.indexOf(b.state) || sinceOf(a) - sinceOf(b) || compareIds(a, b);
}

/** The hold that ended first comes first. */
export function compareLapsed(a: Lease, b: Lease): number {
  return a.holdUntil - b.holdUntil || compareIds(a, b);
}

function sinceOf(lease: Lease): number {
  return lease.state === 'overage' ? lease.acquiredAt : (lease.waitingSince ?? lease.acquiredAt);
}

function compareIds(a: Lease, b: Lease): number {
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}
