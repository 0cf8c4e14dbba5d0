/** Terms of a license that somebody else issues: what they agreed is written down, whichever way it moved. */
import type { Policy } from '../policy/policy.ts';
import type { License, LicenseTerms } from '../ports/records.ts';
import { invariant, ok, type Result } from '../result.ts';
import { after, DAY, type Instant } from '../time.ts';
import { type ChangeContext, type LicenseChange, type LicenseReason, misfit, raised } from './change.ts';
import { renew } from './change-terms.ts';
import { termsInForce, termsInTurn } from './status.ts';

export interface StatedTerms {
  /** Null: without an end, or with none that is known. */
  readonly expiresAt: Instant | null;
  readonly plan: string;
}

/**
 * Writes down the terms as they are stated now; null when they are known already.
 *
 * A later end alone is a renewal like any other. Anything else (an earlier end, one where there was none, another plan or
 * policy) corrects what was known, from now on and in all rows to come: nobody's seat depends on it.
 */
export function restate(
  license: License,
  terms: readonly LicenseTerms[],
  stated: StatedTerms,
  rules: { readonly policy: Policy; readonly digest: string },
  context: ChangeContext,
): Result<LicenseChange | null, LicenseReason> {
  const { now, by, incarnation, nextId } = context;
  const current = termsInForce(terms, now) ?? terms[0];
  invariant(current !== undefined, 'a license without terms');
  const wrong = misfit(rules.policy, stated.plan, current.overrides);
  if (wrong !== null) return wrong;
  const isSameUse = current.plan === stated.plan && current.policy === rules.digest;
  if (isSameUse && current.expiresAt === stated.expiresAt) return ok(null);
  if (isSameUse) {
    const renewed = renew(license, terms, { expiresAt: stated.expiresAt }, context);
    if (renewed.ok) return renewed;
  }
  const toCome = termsInTurn(terms).filter(({ effectiveFrom }) => effectiveFrom > now);
  const { expiresAt, plan } = stated;
  const startsAt = startBefore(current.startsAt, expiresAt);
  const appended = [{ ...current, effectiveFrom: now }, ...toCome].map((row) => ({
    ...row,
    ...{ id: nextId(), createdAt: now, createdBy: by, startsAt, expiresAt, plan, policy: rules.digest },
  }));
  return ok({ license: { ...license, seq: raised(license.seq, incarnation) }, appended });
}

/** Nobody tells us when a license of theirs began: a start is a formality, before the end. */
export function startBefore(startsAt: Instant, expiresAt: Instant | null): Instant {
  return expiresAt === null || startsAt < expiresAt ? startsAt : after(expiresAt, -DAY);
}
