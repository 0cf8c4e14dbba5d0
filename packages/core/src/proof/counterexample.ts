/** A finding as a story: the words that replay it, what is found, what happened step by step, and the same as a drill. */
import { decideGiven } from '../decision/decide-given.ts';
import type { Policy } from '../policy/policy.ts';
import { drillOf } from './drill.ts';
import type { Finding } from './findings.ts';
import type { Counterexample } from './proof.ts';
import { givenOf, givenWords } from './situation.ts';
import { stepsOf } from './steps.ts';

export function counterexampleOf(policy: Policy, finding: Finding): Counterexample {
  const { plan, words } = finding;
  const given = givenOf(policy, plan, words);
  return {
    given: givenWords(policy, plan, words),
    found: { ...decideGiven(policy, given) },
    steps: stepsOf(policy, finding, given),
    drill: drillOf(policy, finding, given),
  };
}
