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
import type { PolicyViolationCode } from './violation.ts';

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
  const { written, facts, violations } = readTree(tree);
  if (violations.length > 0 || !written || !facts) return refusal(violations);
  const policy = policyOf(written, facts);
  return { policy, violations, remarks: remarksOn(policy) };
}

/** What a document may break and still mean something: nobody publishes it, but what it would do can be decided. */
const STILL_MEANS_SOMETHING: readonly PolicyViolationCode[] = [
  ...(['tier-adds-feature', 'tier-raises-limit', 'limit-missing', 'tier-above-plan', 'tier-without-essential'] as const),
  ...(['overage-reopens-while-open', 'match-needs-too-many', 'reserved-above-limit'] as const),
  ...(['rung-says-nothing', 'at-not-ascending', 'tier-rises', 'tier-skipped', 'unreachable-ends-without-tier'] as const),
];

/**
 * The policy that a document would be if the rules between its places did not refuse it; null where its places cannot be read
 * or name what is not there. For whoever shows what the broken rule would have done.
 */
export function policyDespite(tree: unknown): Pick<CheckedPolicy, 'policy' | 'violations'> {
  const { written, facts, violations } = readTree(tree);
  const isSound = violations.every(({ code }) => (STILL_MEANS_SOMETHING as readonly string[]).includes(code));
  return { policy: isSound && written && facts ? policyOf(written, facts) : null, violations };
}

function readTree(tree: unknown) {
  const flaws = notJson(tree);
  if (flaws.length > 0) return { written: undefined, facts: null, violations: flaws };
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
  return { written, facts, violations };
}

function refusal(violations: readonly Violation[]): CheckedPolicy {
  return { policy: null, violations, remarks: [] };
}
