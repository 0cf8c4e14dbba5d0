/** What a document that breaks a publishing rule would have done: the rule as a state, for whoever asks why it is refused. */
import { policyDespite } from '../policy/check-policy.ts';
import type { Policy, Violation } from '../policy/policy.ts';
import type { Proof } from './proof.ts';
import { provePolicy } from './prove-policy.ts';

export interface ProvedDocument {
  /** What checking the document says; with any of these it is not published, whatever the proof says. */
  readonly violations: readonly Violation[];
  /** Null where the document names what is not there, so that nothing can be decided. */
  readonly policy: Policy | null;
  readonly proof: Proof | null;
}

/** Proves a document as far as it means something. Never throws, for any tree. */
export function proveDocument(tree: unknown): ProvedDocument {
  const { policy, violations } = policyDespite(tree);
  return { violations, policy, proof: policy === null ? null : provePolicy(policy) };
}
