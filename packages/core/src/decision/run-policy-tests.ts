/** A policy's own tests: each is a situation and what is expected of the answer. */
import type { Policy, PolicyTest } from '../policy/policy.ts';
import { decideGiven } from './decide-given.ts';
import { type Difference, differencesOf, parseExpect } from './expect.ts';
import { parseGiven } from './given.ts';
import { problemsOf, type WordProblem } from './word-problem.ts';

export interface PolicyTestResult {
  readonly name: string;
  readonly passed: boolean;
  readonly differences: readonly Difference[];
  /** Words that could not be read; a test that has any was not run, and has not passed. */
  readonly problems: readonly WordProblem[];
}

/** Runs all tests of a policy, in their order. */
export function runPolicyTests(policy: Policy): readonly PolicyTestResult[] {
  return policy.tests.map((test) => resultOf(policy, test));
}

function resultOf(policy: Policy, test: PolicyTest): PolicyTestResult {
  const given = parseGiven(policy, test.given);
  const expected = parseExpect(policy, test.expect);
  if (!given.ok || !expected.ok) {
    const problems = [given, expected].flatMap((read) => (read.ok ? [] : problemsOf(read)));
    return { name: test.name, passed: false, differences: [], problems };
  }
  const differences = differencesOf(expected.value, decideGiven(policy, given.value));
  return { name: test.name, passed: differences.length === 0, differences, problems: [] };
}
