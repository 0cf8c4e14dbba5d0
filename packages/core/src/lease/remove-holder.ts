/** Shutting a holder out for good (a leaver, a stolen laptop), letting it in again, and giving its seat back in its place. */
import type { Lease } from '../ports/records.ts';
import { deny, ok, type Result } from '../result.ts';
import { free } from './judge-release.ts';
import { untouched } from './replay.ts';
import type { SeatEffects, SeatInput } from './seat-decision.ts';

export type HolderMoved = SeatEffects & { readonly lease: Lease };

/**
 * Removes the holder whose lease the situation carries: its seat is free at once, and from now on it gets the verdict
 * `holder-removed` whatever it asks, until it is admitted again.
 *
 * A matter of security, and so outside the promises that protect a running holder; nobody else notices. The row keeps
 * its installations, so that whoever reads it can see which keys were shut out.
 */
export function removeHolder(input: SeatInput): Result<HolderMoved, 'lease-unknown' | 'already-removed'> {
  const row = input.situation.lease;
  if (row === null) return deny('lease-unknown', 'The license has no such holder.');
  if (row.state === 'removed') return deny('already-removed', 'This holder was removed before.', { removedAt: row.tierSince });
  const ended: Lease = { ...row, state: 'removed', tierSince: input.now, requestId: '' };
  return ok(free(input, ended, { action: 'lease.holder-removed' }));
}

/**
 * Gives back the seat of the holder whose lease the situation carries, as if all of its installations had: it may come back
 * as anybody may. For a person who is elsewhere now; a named seat is vacated by it, and who takes it next is a reassignment.
 */
export function releaseHolder(input: SeatInput): Result<HolderMoved, 'lease-unknown' | 'not-held'> {
  const row = input.situation.lease;
  if (row === null) return deny('lease-unknown', 'The license has no such holder.');
  if (row.state === 'released' || row.state === 'removed' || row.state === 'reaped') {
    return deny('not-held', `This holder has nothing to give back: its lease is ${row.state}.`, { state: row.state });
  }
  const ended: Lease = { ...row, state: 'released', requestId: '' };
  return ok(free(input, ended, { action: 'lease.holder-released' }));
}

/** Lets a removed holder ask again, as a new one. */
export function readmitHolder(input: SeatInput): Result<HolderMoved, 'lease-unknown' | 'not-removed'> {
  const row = input.situation.lease;
  if (row === null) return deny('lease-unknown', 'The license has no such holder.');
  if (row.state !== 'removed') return deny('not-removed', 'This holder is not removed.', { state: row.state });
  const lease: Lease = { ...row, state: 'released' };
  const happened = [{ action: 'lease.holder-readmitted', subject: row.id, facts: { holder: row.holder } }];
  return ok({ ...untouched(input), lease, happened });
}
