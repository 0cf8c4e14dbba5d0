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
import { termsInForce, termsInTurn } from './status.ts';

/** `expiresAt: null`: the license has no end any more. */
export type Renewal = { readonly expiresAt: Instant | null } | { readonly termMs: Milliseconds };

/**
 * Moves the end of a license. A term counts from the present end, or from now where that has long passed.
 *
 * The new end holds from now on, and a new term begins where the old one ended or would have: quotas of a term begin anew
 * there. Rows to come keep their plan and get the new end too, so that a change scheduled before does not undo the renewal.
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
  const termStart = 'termMs' in renewal && end === after(now, renewal.termMs) ? now : current.expiresAt;
  const toCome = termsInTurn(terms).filter(({ effectiveFrom }) => effectiveFrom > now);
  const rows = withTermAt(termStart, [{ ...current, effectiveFrom: now }, ...toCome]);
  const appended = rows.map((row) => ({ ...appendedRow(row, context), expiresAt: laterEnd(row.expiresAt, end) }));
  return ok({ license: { ...license, seq: raised(license.seq, incarnation) }, appended });
}

function endAfter(renewal: Renewal, presentEnd: Instant, now: Instant): Instant | null {
  if ('expiresAt' in renewal) return renewal.expiresAt;
  const fromEnd = after(presentEnd, renewal.termMs);
  return fromEnd > now ? fromEnd : after(now, renewal.termMs);
}

function laterEnd(a: Instant | null, b: Instant | null): Instant | null {
  return a === null || b === null ? null : instant(Math.max(a, b));
}

/** The rows with a new term from an instant on: in what is in force then, and in all that follows. */
function withTermAt(termStart: Instant, rows: readonly LicenseTerms[]): readonly LicenseTerms[] {
  const before = rows.filter(({ effectiveFrom }) => effectiveFrom < termStart);
  const later = rows.filter(({ effectiveFrom }) => effectiveFrom >= termStart);
  const last = before.at(-1);
  const begins = last === undefined || later[0]?.effectiveFrom === termStart ? [] : [{ ...last, effectiveFrom: termStart }];
  return [...before, ...[...begins, ...later].map((row) => ({ ...row, startsAt: instant(Math.max(row.startsAt, termStart)) }))];
}

export interface TermsChange {
  readonly plan?: string;
  /** In place of the present ones, as a whole. */
  readonly overrides?: LicenseTerms['overrides'];
  /** Default: now. */
  readonly effectiveFrom?: Instant;
}

/**
 * Changes plan or overrides, judged by the policy that the license uses now.
 *
 * A change comes after all that are recorded. Rows to come that only begin a new term go along with it; one that changes
 * plan or overrides itself has to be changed first.
 */
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
  const rows = termsInTurn(terms);
  const lastChange = rows.findLast((row, at) => !isSameUse(row, rows[at - 1]));
  if (lastChange !== undefined && lastChange.effectiveFrom > effectiveFrom) {
    const sentence = 'A change of terms cannot take effect before one that is recorded already.';
    return deny('effective-before-last-change', sentence, { effectiveFrom, lastChangeAt: lastChange.effectiveFrom });
  }
  const base = inForce(terms, effectiveFrom);
  const next = { ...base, plan: change.plan ?? base.plan, overrides: change.overrides ?? base.overrides, policy: rules.digest };
  const wrong = misfit(rules.policy, next.plan, next.overrides);
  if (wrong !== null) return wrong;
  if (isSameTerms(base, next)) return deny('nothing-changes', 'The license has these terms already.', { plan: base.plan });
  const { plan, overrides, policy } = next;
  const toCome = rows.filter((row) => row.effectiveFrom > effectiveFrom);
  const appended = [{ ...next, effectiveFrom }, ...toCome].map((row) => ({ ...appendedRow(row, context), plan, overrides, policy }));
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
  return a.policy === b.policy && isSameUse(a, b);
}

/** Rows that differ in their term or their policy only; the first row of all begins something. */
function isSameUse(a: LicenseTerms, b: LicenseTerms | undefined): boolean {
  return b !== undefined && a.plan === b.plan && isSameOverrides(a.overrides, b.overrides);
}

function isSameOverrides(a: LicenseTerms['overrides'], b: LicenseTerms['overrides']): boolean {
  const meters = new Set([...Object.keys(a.quotas ?? {}), ...Object.keys(b.quotas ?? {})]);
  return a.seats === b.seats && [...meters].every((meter) => a.quotas?.[meter] === b.quotas?.[meter]);
}
