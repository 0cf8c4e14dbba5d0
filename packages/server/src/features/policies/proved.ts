/**
 * What a policy has to show before anybody gets it: its own tests pass, and it keeps what it guarantees in every state.
 *
 * The same at publication and at every step of a promotion. It takes some ten milliseconds, of a node that does nothing
 * else meanwhile; a version that has passed on this node is not asked again.
 */
import { type Policy, provePolicy, runPolicyTests } from '@glidepath/core';
import type { ReadPolicy } from '@glidepath/protocol/policy';
import { type Refusal, refuse } from '../../command.ts';

/** A document can break more rules than anybody reads at once. */
export const VIOLATIONS_SHOWN = 200;

const passed = new WeakSet<Policy>();

/** `locate`: where the document says so, when its text is at hand. Null: it may go on. */
export function refuseUnproved(policy: Policy, locate: ReadPolicy['locate'] | null): Refusal | null {
  if (passed.has(policy)) return null;
  const placed = (path: readonly (string | number)[]) => ({ path, ...(locate === null ? {} : locate(path, 'value')) });
  const failed = failedTests(policy).map(({ path, ...test }) => ({ ...test, ...placed(path) }));
  if (failed.length > 0) {
    const detail = `${failed.length} of ${policy.tests.length} tests of the policy itself fail; the first: ${failed[0]?.message ?? ''}`;
    return refuse('policy-invalid', detail, { violations: failed.slice(0, VIOLATIONS_SHOWN) });
  }
  const { violations } = provePolicy(policy);
  if (violations.length > 0) {
    const shown = violations.slice(0, VIOLATIONS_SHOWN).map(({ rule, path, message, counterexample: { given, found, steps } }) => ({
      ...{ code: rule, message, ...placed(path) },
      counterexample: { given, found, steps },
    }));
    const detail = `The policy is not proved: it breaks ${violations.length} promise${violations.length === 1 ? '' : 's'}; the first: ${violations[0]?.message ?? ''}`;
    return refuse('policy-unproved', detail, { violations: shown });
  }
  passed.add(policy);
  return null;
}

/** What the document says of itself and does not keep: such a version is a mistake, whichever of the two is wrong. */
function failedTests(policy: Policy) {
  return runPolicyTests(policy).flatMap(({ name, passed: isGood, differences, problems }, position) => {
    if (isGood) return [];
    const wrong = differences.map(({ word, expected, found }) => `${word} is ${JSON.stringify(found)}, not ${JSON.stringify(expected)}`);
    const why = [...wrong, ...problems.map(({ message }) => message)].join('; ');
    return [{ code: 'test-failed', path: ['spec', 'tests', position], message: `The test "${name}" fails: ${why}` }];
  });
}
