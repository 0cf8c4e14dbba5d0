/**
 * Renewing a license and changing its terms. Terms are append-only: a change adds rows and raises `seq`, and the history
 * stays, because holders that were dark are told what was lowered while they were.
 */
import type { Policy } from '../policy/policy.ts';
import type { License, LicenseTerms } from '../ports/records.ts';
import { deny, invariant, ok, type Result } from '../result.ts';
import { after, type Instant, instant, type Milliseconds } from '../time.ts';
import { type ChangeContext, type LicenseChange, type LicenseReason, misfit, raised } from './change.ts';
import { isRevoked } from './change-status.ts';
import { termsInForce } from './status.ts';

/** `expiresAt: null`: the license has no end any more. */
export type Renewal = { readonly expiresAt: Instant | null } | { readonly termMs: Milliseconds };

/**
 * Moves the end of a license. A term counts from the present end, or from now where that has long passed.
 *
 * Rows to come keep their plan and get the new end too, so that a change scheduled before the renewal does not undo it.
 */
export function renew(
  license: License,
  terms: readonly LicenseTerms[],
  renewal: Renewal,
  context: ChangeContext,
): Result<LicenseChange, LicenseReason> {
  const { now, incarnation } = context;
  if (license.status === 'revoked' && license.statusAt <= now) return isRevoked(license, 'Reinstate it before renewing it.');
  const current = inForce(terms, now);
  if (current.expiresAt === null) return deny('no-end', 'This license has no end to renew.');
  const end = endAfter(renewal, current.expiresAt, now);
  const facts = { expiresAt: end, presentEnd: current.expiresAt };
  if (end !== null && end <= current.expiresAt)
    return deny('end-not-later', 'A renewal has to end later than the license does now.', facts);
  if (end !== null && end <= now) return deny('end-has-passed', 'The license would have ended already.', facts);
  const toCome = terms.filter(
    ({ effectiveFrom, expiresAt }) => effectiveFrom > now && expiresAt !== null && (end === null || expiresAt < end),
  );
  const appended = [{ ...current, effectiveFrom: now }, ...toCome].map((row) => ({ ...appendedRow(row, context), expiresAt: end }));
  return ok({ license: { ...license, seq: raised(license.seq, incarnation) }, appended });
}

function endAfter(renewal: Renewal, presentEnd: Instant, now: Instant): Instant | null {
  if ('expiresAt' in renewal) return renewal.expiresAt;
  const fromEnd = after(presentEnd, renewal.termMs);
  return fromEnd > now ? fromEnd : after(now, renewal.termMs);
}

export interface TermsChange {
  readonly plan?: string;
  /** In place of the present ones, as a whole. */
  readonly overrides?: LicenseTerms['overrides'];
  /** Default: now. */
  readonly effectiveFrom?: Instant;
}

/** Changes plan or overrides, judged by the policy that the license uses now. A change comes after all that are recorded. */
export function changeTerms(
  license: License,
  terms: readonly LicenseTerms[],
  change: TermsChange,
  rules: { readonly policy: Policy; readonly digest: string },
  context: ChangeContext,
): Result<LicenseChange, LicenseReason> {
  const { now, incarnation } = context;
  if (license.status === 'revoked' && license.statusAt <= now) return isRevoked(license, 'Reinstate it before changing its terms.');
  const effectiveFrom = change.effectiveFrom ?? now;
  const last = instant(Math.max(effectiveFrom, ...terms.map((row) => row.effectiveFrom)));
  if (last > effectiveFrom) {
    const sentence = 'A change of terms cannot take effect before one that is recorded already.';
    return deny('effective-before-last-change', sentence, { effectiveFrom, lastChangeAt: last });
  }
  const base = inForce(terms, effectiveFrom);
  const next = { ...base, plan: change.plan ?? base.plan, overrides: change.overrides ?? base.overrides, policy: rules.digest };
  const wrong = misfit(rules.policy, next.plan, next.overrides);
  if (wrong !== null) return wrong;
  if (isSameTerms(base, next)) return deny('nothing-changes', 'The license has these terms already.', { plan: base.plan });
  const appended = [{ ...appendedRow(next, context), effectiveFrom }];
  return ok({ license: { ...license, seq: raised(license.seq, incarnation) }, appended });
}

/**
 * Writes down that a license which follows a policy's name has come to another digest; null: it has not.
 *
 * Done by the first command that meets the license after the pointer moved, so that promoting a policy is one write
 * however many licenses follow it, and so that a change of policy is a change of terms like any other.
 */
export function followPolicy(
  license: License,
  terms: readonly LicenseTerms[],
  digest: string,
  context: ChangeContext,
): LicenseChange | null {
  const current = inForce(terms, context.now);
  if (current.policy === digest) return null;
  const row = { ...appendedRow(current, context), effectiveFrom: context.now, policy: digest };
  return { license: { ...license, seq: raised(license.seq, context.incarnation) }, appended: [row] };
}

function appendedRow(row: LicenseTerms, { now, by, nextId }: ChangeContext): LicenseTerms {
  return { ...row, id: nextId(), createdAt: now, createdBy: by };
}

function inForce(terms: readonly LicenseTerms[], at: Instant): LicenseTerms {
  const found = termsInForce(terms, at) ?? terms[0];
  invariant(found !== undefined, 'a license without terms');
  return found;
}

function isSameTerms(a: LicenseTerms, b: LicenseTerms): boolean {
  return a.plan === b.plan && a.policy === b.policy && isSameOverrides(a.overrides, b.overrides);
}

function isSameOverrides(a: LicenseTerms['overrides'], b: LicenseTerms['overrides']): boolean {
  const meters = new Set([...Object.keys(a.quotas ?? {}), ...Object.keys(b.quotas ?? {})]);
  return a.seats === b.seats && [...meters].every((meter) => a.quotas?.[meter] === b.quotas?.[meter]);
}
