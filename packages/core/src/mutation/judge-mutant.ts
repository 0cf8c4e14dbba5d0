/**
 * What becomes of a mutant: found by the publishing rules, by a test or by the proof; or, if by none of them, either no other
 * policy at all, or one that a test would tell apart, which is given.
 */
import { comparePolicies, isSamePolicy } from '../compare/compare-policies.ts';
import { decideGiven } from '../decision/decide-given.ts';
import { parseGiven } from '../decision/given.ts';
import { runPolicyTests } from '../decision/run-policy-tests.ts';
import { checkPolicy } from '../policy/check-policy.ts';
import type { Policy } from '../policy/policy.ts';
import type { GivenWords, SuggestedTest } from '../policy-tests/given-words.ts';
import { provePolicy } from '../proof/prove-policy.ts';
import type { Mutant } from './mutants.ts';

export type Judged =
  | { readonly kind: 'killed'; readonly by: 'rule' | 'test' | 'proof'; readonly what: string }
  /** It decides every state alike. */
  | { readonly kind: 'equivalent' }
  | { readonly kind: 'survived'; readonly test: SuggestedTest }
  /** It differs, and in nothing that a test can see. */
  | { readonly kind: 'unseen'; readonly what: string };

export function judgeMutant(policy: Policy, { path, change, tree }: Mutant): Judged {
  const { policy: mutated, violations } = checkPolicy(tree);
  if (mutated === null) return { kind: 'killed', by: 'rule', what: violations[0]?.message ?? '' };
  const failed = runPolicyTests(mutated).find(({ passed }) => !passed);
  if (failed !== undefined) return { kind: 'killed', by: 'test', what: failed.name };
  const broken = provePolicy(mutated).violations[0];
  if (broken !== undefined) return { kind: 'killed', by: 'proof', what: broken.message };
  const difference = comparePolicies(policy, mutated, { before: 'before', after: 'after' });
  if (isSamePolicy(difference)) return { kind: 'equivalent' };
  for (const { given } of difference.states) {
    const test = tellingApart(policy, mutated, `${placeOf(path)}: ${change}`, given as GivenWords);
    if (test !== null) return { kind: 'survived', test };
  }
  return { kind: 'unseen', what: difference.sentences[0] ?? 'it differs' };
}

/** A test that holds of one and fails of the other; null: in this situation they say the same. */
function tellingApart(policy: Policy, mutated: Policy, name: string, given: GivenWords): SuggestedTest | null {
  const [one, other] = [parseGiven(policy, given), parseGiven(mutated, given)];
  if (!one.ok || !other.ok) return null;
  const [is, would] = [decideGiven(policy, one.value), decideGiven(mutated, other.value)];
  const words = (['tier', 'cause', 'notify', 'seat', 'limits'] as const).filter(
    (word) => JSON.stringify(is[word]) !== JSON.stringify(would[word]),
  );
  const features = Object.keys(is.features).filter((feature) => is.features[feature] !== would.features[feature]);
  const expect = Object.fromEntries([
    ...words.map((word) => [word, is[word]]),
    ...features.map((feature) => [feature, is.features[feature]]),
  ]);
  return Object.keys(expect).length === 0 ? null : { name, given, expect };
}

function placeOf(path: readonly (string | number)[]): string {
  return path.filter((part) => part !== 'spec' && part !== 'glidePath').join('.');
}
