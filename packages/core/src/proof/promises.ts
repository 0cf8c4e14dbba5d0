/** What is proved, as sentences: of every policy, and of what one promises itself. */
import { guaranteeSentence } from '../compare/guarantee-differences.ts';
import type { Guarantee, Policy } from '../policy/policy.ts';
import type { Finding } from './findings.ts';
import type { ProofOf, ProofRule } from './proof.ts';
import { PROOF_RULES } from './proof-rules.ts';

const RULES = Object.keys(PROOF_RULES) as readonly ProofRule[];
const BUILT_IN = RULES.filter((rule) => PROOF_RULES[rule].guarantee === null);

const RULE_OF: Readonly<Record<Guarantee['kind'], ProofRule>> = {
  always: 'always-broken',
  noCliff: 'no-cliff-broken',
  notice: 'notice-too-late',
  offline: 'offline-too-short',
  revocationBites: 'revocation-late',
};

export function promisesOf(policy: Policy, findings: readonly Finding[]): readonly ProofOf[] {
  const isKept = (rule: ProofRule, guarantee: number | null): boolean =>
    !findings.some((finding) => finding.rule === rule && finding.guarantee === guarantee);
  const builtIn = BUILT_IN.map((rule) => ({ rule, promise: PROOF_RULES[rule].promise, guarantee: null, isKept: isKept(rule, null) }));
  const own = policy.guarantees.map((guarantee, index) => {
    const rule = RULE_OF[guarantee.kind];
    return { rule, promise: guaranteeSentence(guarantee), guarantee: index, isKept: isKept(rule, index) };
  });
  return [...builtIn, ...own];
}

/** In the order in which violations are listed. */
export const RULE_ORDER = RULES;
