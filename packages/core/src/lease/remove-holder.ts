/** Shutting a holder out for good (a leaver, a stolen laptop), and letting it in again. */
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

/** Lets a removed holder ask again, as a new one. */
export function readmitHolder(input: SeatInput): Result<HolderMoved, 'lease-unknown' | 'not-removed'> {
  const row = input.situation.lease;
  if (row === null) return deny('lease-unknown', 'The license has no such holder.');
  if (row.state !== 'removed') return deny('not-removed', 'This holder is not removed.', { state: row.state });
  const lease: Lease = { ...row, state: 'released' };
  const happened = [{ action: 'lease.holder-readmitted', subject: row.id, facts: { holder: row.holder } }];
  return ok({ ...untouched(input), lease, happened });
}
