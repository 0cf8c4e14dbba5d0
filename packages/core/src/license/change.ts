/** What every change of a license needs, and why one may be refused. */
import type { Counter } from '../lease/words.ts';
import { planNamed } from '../policy/lookup.ts';
import type { Policy } from '../policy/policy.ts';
import type { License, LicenseTerms } from '../ports/records.ts';
import { type Denial, deny } from '../result.ts';
import type { Instant } from '../time.ts';

export type LicenseReason =
  | 'plan-unknown'
  | 'meter-unknown'
  | 'plan-without-seats'
  | 'limit-invalid'
  | 'end-before-start'
  | 'end-not-later'
  | 'end-has-passed'
  | 'no-end'
  | 'reason-required'
  | 'already-suspended'
  | 'already-revoked'
  | 'already-active'
  | 'is-revoked'
  | 'not-quarantined'
  | 'effective-before-last-change'
  | 'effective-too-late'
  | 'nothing-changes';

/** Who changes a license, from which store, and ids for the rows that the change makes. */
export interface ChangeContext {
  readonly now: Instant;
  /** Id of the principal. */
  readonly by: string;
  /** The store's. */
  readonly incarnation: number;
  /** A new id for a row of terms. */
  readonly nextId: () => string;
}

/** The license and the rows of terms that a change appends. */
export interface LicenseChange {
  readonly license: License;
  readonly appended: readonly LicenseTerms[];
}

/** Raised by each change of terms or status, so that a client can tell an older word from a newer one. */
export function raised(seq: Counter, incarnation: number): Counter {
  return { incarnation: Math.max(seq.incarnation, incarnation), count: seq.count + 1 };
}

/** Whether terms fit the policy: its plan, its meters, limits that can be counted. */
export function misfit(policy: Policy, plan: string, overrides: LicenseTerms['overrides']): Denial<LicenseReason> | null {
  const found = planNamed(policy, plan);
  if (found === null) {
    const known = policy.plans.map(({ name }) => name);
    return deny('plan-unknown', `The policy ${policy.name} has no plan ${plan}; it has ${known.join(', ')}.`, { plan, known });
  }
  if (overrides.seats !== undefined && found.seats === null) {
    return deny('plan-without-seats', `The plan ${plan} counts no seats, so their number cannot be set.`, { plan });
  }
  for (const [what, limit] of [['seats', overrides.seats ?? 0] as const, ...Object.entries(overrides.quotas ?? {})]) {
    if (!Number.isSafeInteger(limit) || limit < 0) {
      return deny('limit-invalid', `The limit of ${what} has to be a whole number of at least 0.`, { what, limit });
    }
  }
  const metered = found.quotas.map(({ meter }) => meter);
  const unknown = Object.keys(overrides.quotas ?? {}).find((meter) => !metered.includes(meter));
  if (unknown === undefined) return null;
  return deny('meter-unknown', `The plan ${plan} has no quota for ${unknown}.`, { meter: unknown, known: metered });
}
