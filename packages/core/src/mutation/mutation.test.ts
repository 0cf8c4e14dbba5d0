import { describe, expect, it } from 'vitest';
import { decideGiven } from '../decision/decide-given.ts';
import { differencesOf, parseExpect } from '../decision/expect.ts';
import { parseGiven } from '../decision/given.ts';
import { ACME } from '../policy/acme-fixture.ts';
import { checkPolicy } from '../policy/check-policy.ts';
import type { Policy } from '../policy/policy.ts';
import { coverageOf } from '../policy-tests/coverage.ts';
import { type Judged, judgeMutant } from './judge-mutant.ts';
import { type Mutant, mutantsOf, type Tree } from './mutants.ts';

type Edited = { spec: { tests?: unknown[] } };

function checked(tree: unknown): Policy {
  const { policy, violations } = checkPolicy(tree);
  if (policy === null) throw new Error(JSON.stringify(violations));
  return policy;
}

const tree = structuredClone(ACME) as unknown as Tree;
const policy = checked(tree);
const mutants = mutantsOf(tree);
const judged = mutants.map((mutant): readonly [Mutant, Judged] => [mutant, judgeMutant(policy, mutant)]);
const named = ({ path, change }: Mutant) => `${path.join('.')}: ${change}`;

function holds(of: unknown, test: { readonly given: unknown; readonly expect: unknown }): boolean {
  const { policy: read } = checkPolicy(of);
  if (read === null) throw new Error('no policy');
  const [given, expected] = [parseGiven(read, test.given), parseExpect(read, test.expect)];
  if (!given.ok || !expected.ok) throw new Error(`no test: ${JSON.stringify(test)}`);
  return differencesOf(expected.value, decideGiven(read, given.value)).length === 0;
}

describe('mutants of a policy', () => {
  it('change each part once, and leave the document itself alone', () => {
    expect(mutants.length).toBeGreaterThan(120);
    expect(new Set(mutants.map((mutant) => JSON.stringify(mutant.tree))).size).toBe(mutants.length);
    expect(tree).toEqual(ACME);
    expect(mutants.map(named)).toContain('spec.glidePath.expiry.3.at: at 14d → 28d');
    expect(mutants.map(named)).toContain('spec.plans.team.seats.limit: seats 50 → 49');
  });

  it('are each killed, equivalent, or told apart by the test that is given', () => {
    for (const [mutant, outcome] of judged) {
      expect(outcome.kind, named(mutant)).not.toBe('unseen');
      if (outcome.kind !== 'survived') continue;
      expect([holds(tree, outcome.test), holds(mutant.tree, outcome.test)], named(mutant)).toEqual([true, false]);
    }
  });

  it('are found by rules, by tests and by the proof', () => {
    const by = (how: string) =>
      judged.filter(([, outcome]) => outcome.kind === 'killed' && outcome.by === how).map(([mutant]) => named(mutant));
    expect(by('proof')).toContain('spec.glidePath.unreachable.1.at: at 14d → 7d');
    expect(by('rule')).toContain('spec.tiers.0.features.0: feature build dropped');
    expect(by('test').length).toBeGreaterThan(0);
  });

  it('survive no more when their tests are in the policy', () => {
    const edited = structuredClone(tree) as unknown as Edited;
    const survivors = judged.flatMap(([mutant, outcome]) => (outcome.kind === 'survived' ? [{ mutant, test: outcome.test }] : []));
    expect(survivors.length).toBeGreaterThan(10);
    edited.spec.tests = [...(edited.spec.tests ?? []), ...survivors.map(({ test }) => test)];
    const mended = checked(edited);
    expect(coverageOf(mended).share).toBeGreaterThan(coverageOf(policy).share);
    for (const mutant of mutantsOf(edited as unknown as Tree)) {
      const outcome = judgeMutant(mended, mutant);
      expect(outcome.kind === 'killed' || outcome.kind === 'equivalent', named(mutant)).toBe(true);
    }
  });
});
