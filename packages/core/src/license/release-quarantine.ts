/**
 * Ends a quarantine, once somebody has looked and done again what the restored store had forgotten.
 *
 * `seq` goes past all that a holder can have shown meanwhile, not only the one that began the quarantine: nobody has
 * written down the others, and each of them would begin it anew.
 */
import type { License } from '../ports/records.ts';
import { deny, ok, type Result } from '../result.ts';
import { type ChangeContext, type LicenseReason, raised } from './change.ts';

/** How many changes a restored store can have forgotten; a holder that shows more is not believed. */
export const FORGOTTEN_MAX = 1_000_000;

export function releaseQuarantine(
  license: License,
  change: { readonly reason: string },
  { incarnation }: Pick<ChangeContext, 'incarnation'>,
): Result<License, LicenseReason> {
  if (license.quarantinedAt === null) return deny('not-quarantined', 'This license is not in quarantine.');
  if (change.reason.trim() === '') return deny('reason-required', 'Ending a quarantine needs a reason that others can read later.');
  const { seq } = license;
  return ok({ ...license, quarantinedAt: null, seq: raised({ ...seq, count: seq.count + FORGOTTEN_MAX }, incarnation) });
}
