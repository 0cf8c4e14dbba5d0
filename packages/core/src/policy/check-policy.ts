/**
 * Whether a document may be published, and the policy that it then is.
 *
 * Three steps: what JSON cannot say, the shape of each place, the rules between places. A later step passes over what an
 * earlier one refused, so that one mistake is one violation and all of them are reported at once. Tests of the document are
 * checked for their shape only; its guarantees for what they name.
 */
import { policyOf } from './build.ts';
import { policyDocument } from './document.ts';
import { factsOf } from './facts.ts';
import { notJson } from './json-tree.ts';
import type { Policy, Remark, Violation } from './policy.ts';
import { remarksOn } from './remarks.ts';
import { RULES } from './rules.ts';

export interface CheckedPolicy {
  /** Null when there are violations. */
  readonly policy: Policy | null;
  readonly violations: readonly Violation[];
  readonly remarks: readonly Remark[];
}

/** So many violations are reported at once; whoever has more has the wrong file. */
export const VIOLATIONS_MAX = 500;

/** Never throws, for any tree. The tree is not copied: a test's `given` and `expect` are the tree's own objects. */
export function checkPolicy(tree: unknown): CheckedPolicy {
  const flaws = notJson(tree);
  if (flaws.length > 0) return refusal(flaws);
  const violations: Violation[] = [];
  const refuse = (violation: Violation): void => {
    if (violations.length < VIOLATIONS_MAX) violations.push(violation);
  };
  const written = policyDocument({ value: tree, path: [], refuse });
  const facts = factsOf(written);
  for (const rule of RULES) {
    if (violations.length >= VIOLATIONS_MAX) break;
    for (const violation of rule(facts)) {
      refuse(violation);
      if (violations.length >= VIOLATIONS_MAX) break;
    }
  }
  if (violations.length > 0 || !written) return refusal(violations);
  const policy = policyOf(written, facts);
  return { policy, violations, remarks: remarksOn(policy) };
}

function refusal(violations: readonly Violation[]): CheckedPolicy {
  return { policy: null, violations, remarks: [] };
}
