/** What a license is at an instant, from its row and its terms. Changes nothing. */
import type { LicenseStatus } from '../lease/words.ts';
import type { License, LicenseTerms } from '../ports/records.ts';
import type { Instant } from '../time.ts';

/**
 * The status in force, and since when.
 *
 * A suspension or revocation may be recorded ahead of its time, but only of an active license; until then it is active.
 */
export function licenseStatusAt(license: License, now: Instant): { readonly status: LicenseStatus; readonly since: Instant } {
  if (license.status !== 'active' && license.statusAt > now) return { status: 'active', since: license.createdAt };
  return { status: license.status, since: license.statusAt };
}

/**
 * The terms in force: the row with the latest `effectiveFrom` that has come, of several at the same instant the last
 * one written. Null before the first.
 */
export function termsInForce(terms: readonly LicenseTerms[], now: Instant): LicenseTerms | null {
  return termsInTurn(terms).findLast(({ effectiveFrom }) => effectiveFrom <= now) ?? null;
}

/** The rows that were, are and will be in force, one after another: of several at the same instant only the last written. */
export function termsInTurn(terms: readonly LicenseTerms[]): readonly LicenseTerms[] {
  const sorted = [...terms].sort((a, b) => a.effectiveFrom - b.effectiveFrom || a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1));
  return sorted.filter((row, at) => sorted[at + 1]?.effectiveFrom !== row.effectiveFrom);
}

export type LicenseState = 'not-started' | 'active' | 'expired' | 'suspended' | 'revoked';

/** What people call a license's state. Expiry is derived, never stored: a path begins with it, nothing ends. */
export function licenseState(license: License, terms: Pick<LicenseTerms, 'startsAt' | 'expiresAt'>, now: Instant): LicenseState {
  const { status } = licenseStatusAt(license, now);
  if (status !== 'active') return status;
  if (terms.startsAt > now) return 'not-started';
  return terms.expiresAt !== null && terms.expiresAt <= now ? 'expired' : 'active';
}
