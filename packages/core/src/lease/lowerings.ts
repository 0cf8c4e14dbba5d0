/** What a change of terms has taken from a holder, told so that each holder can come down at its own pace. */
import { termsInTurn } from '../license/status.ts';
import { planNamed, tierIndex } from '../policy/lookup.ts';
import type { Plan, Policy } from '../policy/policy.ts';
import type { LicenseTerms } from '../ports/records.ts';
import type { Instant } from '../time.ts';
import type { LoweringClaim } from './words.ts';

/** More than this many are not signed into a lease; the latest are kept. */
const LOWERINGS_MAX = 16;

export interface TermsHistory {
  readonly terms: readonly LicenseTerms[];
  readonly acquiredAt: Instant;
  /** In force now. */
  readonly policy: Policy;
  readonly plan: Plan;
  readonly now: Instant;
  /** The policies that the rows of terms name; null: it is gone, and what it lowered cannot be told. */
  readonly policyOf: (digest: string) => Policy | null;
}

/**
 * Lists the changes of terms that lowered the tier of a holder that had its lease before them.
 *
 * The list is the same for a holder that was dark and for one that watched: which of them it has received, and since when,
 * each holder knows itself. Tiers of older policies are found by name among the present ones; a name that is gone says
 * nothing about how far down the way is, and is left out.
 */
export function loweringsFor(history: TermsHistory): readonly LoweringClaim[] {
  const rows = termsInTurn(history.terms).filter(({ effectiveFrom }) => effectiveFrom <= history.now);
  const lowered: LoweringClaim[] = [];
  for (const [at, next] of rows.entries()) {
    const before = rows[at - 1];
    if (before === undefined || next.effectiveFrom <= history.acquiredAt) continue;
    const had = tierUnder(history, before);
    const has = tierUnder(history, next);
    if (had === null || has === null || had.index >= has.index || had.index >= history.plan.tier) continue;
    lowered.push({ id: next.id, of: before.plan === next.plan ? 'policy' : 'plan', from: had.name, effectiveAt: next.effectiveFrom });
  }
  return lowered.slice(-LOWERINGS_MAX);
}

/** The tier of a row's plan under the row's own policy, by its name, at its place among the present tiers. */
function tierUnder(history: TermsHistory, row: LicenseTerms): { readonly name: string; readonly index: number } | null {
  const policy = history.policyOf(row.policy);
  const plan = policy === null ? null : planNamed(policy, row.plan);
  const name = plan === null ? undefined : policy?.tiers[plan.tier]?.name;
  const index = name === undefined ? null : tierIndex(history.policy, name);
  return name === undefined || index === null ? null : { name, index };
}
