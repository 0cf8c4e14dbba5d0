/**
 * Suspending, revoking and reinstating. Each raises `seq`; none takes anything from a running application at once: what
 * they begin is a path, with the policy's dwell.
 *
 * A revocation can be taken back, since a wrong "no" is expected. A change may be dated back as far as the last change
 * of status, never before it, and ahead only from an active license, because a row holds one status to come.
 */
import type { License } from '../ports/records.ts';
import { type Denial, deny, ok, type Result } from '../result.ts';
import type { Instant } from '../time.ts';
import { type ChangeContext, type LicenseReason, raised } from './change.ts';
import { licenseStatusAt } from './status.ts';

export interface StatusChange {
  readonly reason: string;
  /** Default: now. */
  readonly effectiveAt?: Instant;
}

type StatusContext = Pick<ChangeContext, 'now' | 'incarnation'>;

export function suspend(license: License, change: StatusChange, context: StatusContext): Result<License, LicenseReason> {
  if (license.status === 'suspended') return deny('already-suspended', 'This license is suspended already.', { since: license.statusAt });
  if (license.status === 'revoked') return isRevoked(license, 'Reinstate it before suspending it.');
  return changed(license, 'suspended', change, context);
}

export function revoke(license: License, change: StatusChange, context: StatusContext): Result<License, LicenseReason> {
  if (license.status === 'revoked') return deny('already-revoked', 'This license is revoked already.', { since: license.statusAt });
  return changed(license, 'revoked', change, context);
}

/** Back to active: also from revoked, and also before a status to come has begun. */
export function reinstate(license: License, change: StatusChange, context: StatusContext): Result<License, LicenseReason> {
  if (license.status === 'active') return deny('already-active', 'This license is active already.', { since: license.statusAt });
  return changed(license, 'active', change, context);
}

export function isRevoked(license: License, sentence: string): Denial<LicenseReason> {
  return deny('is-revoked', `This license is revoked. ${sentence}`, { since: license.statusAt });
}

function changed(
  license: License,
  status: License['status'],
  change: StatusChange,
  { now, incarnation }: StatusContext,
): Result<License, LicenseReason> {
  const reason = change.reason.trim();
  if (reason === '') return deny('reason-required', 'A change of status needs a reason that others can read later.');
  const statusAt = change.effectiveAt ?? now;
  const wrongTime = mistimed(license, status, statusAt, now);
  if (wrongTime !== null) return wrongTime;
  return ok({ ...license, status, statusAt, statusReason: status === 'active' ? null : reason, seq: raised(license.seq, incarnation) });
}

function mistimed(license: License, status: License['status'], at: Instant, now: Instant): Denial<LicenseReason> | null {
  // A status that is still to come has changed nothing yet: what is before it counts from now.
  const lastChangeAt = license.statusAt > now ? now : license.statusAt;
  if (at < lastChangeAt) {
    const sentence = 'A change of status cannot take effect before the last one.';
    return deny('effective-before-last-change', sentence, { effectiveAt: at, lastChangeAt });
  }
  const mayWait = status !== 'active' && licenseStatusAt(license, now).status === 'active';
  if (at <= now || mayWait) return null;
  return deny('effective-too-late', 'Only an active license can be suspended or revoked ahead of time; this change takes effect at once.', {
    effectiveAt: at,
  });
}
