/** Which version of a policy holds while another one is on its way. */
import type { PolicyPointer } from '../ports/records.ts';
import type { LicenseSituation } from '../ports/store.ts';
import { BASIS_POINTS, isInCanary } from './rollout.ts';

/** The version that a license uses now: the candidate where the license takes part in its canary; null: the pointer is gone. */
export function policyUsed({ license, policy, candidate }: Pick<LicenseSituation, 'license' | 'policy' | 'candidate'>): string | null {
  if (candidate === null) return policy;
  return isInCanary(license.id, candidate.digest, candidate.shareBasisPoints) ? candidate.digest : policy;
}

/**
 * The version that an environment uses for everybody who takes part in no canary: what a new license gets, and what a new
 * candidate is compared with. A candidate that everybody has is that version, though its rollout is still watched.
 */
export function digestInForce({
  digest,
  candidate,
  shareBasisPoints,
}: Pick<PolicyPointer, 'digest' | 'candidate' | 'shareBasisPoints'>): string {
  return candidate !== null && shareBasisPoints >= BASIS_POINTS ? candidate : digest;
}

/** Of a pointer to which nothing is on its way. */
export const NO_CANDIDATE = { candidate: null, shareBasisPoints: 0, rollout: null } as const satisfies Partial<PolicyPointer>;
