import { describe, expect, it } from 'vitest';
import { runPolicyTests } from '../decision/run-policy-tests.ts';
import { ACME } from '../policy/acme-fixture.ts';
import { checkPolicy } from '../policy/check-policy.ts';
import { coverageOf } from './coverage.ts';

type Tree = { spec: { tests?: unknown[] } };

function coverage(...tests: unknown[]) {
  const tree = structuredClone(ACME) as unknown as Tree;
  tree.spec.tests = tests;
  const { policy, violations } = checkPolicy(tree);
  if (policy === null) throw new Error(JSON.stringify(violations));
  return { policy, coverage: coverageOf(policy), tree };
}

const reached = (...tests: unknown[]) =>
  coverage(...tests)
    .coverage.rungs.filter((rung) => rung.tests.length > 0)
    .map(({ rung }) => rung);

describe('coverage of a policy by its tests', () => {
  it('is nothing without tests', () => {
    expect(coverage().coverage).toMatchObject({ share: 0 });
    expect(reached()).toEqual([]);
  });

  it.each([
    ['the rung that is reached, not those that were passed', { expiresIn: '-14d' }, ['expiry at 14d']],
    ['one moment before it', { expiresIn: '-1209599s' }, ['expiry at -7d']],
    ['of silence', { unreachableFor: '20d' }, ['unreachable at 14d']],
    ['of a quota', { usage: { 'build-minutes': 120_000 } }, ['quota build-minutes at 120%']],
    ['of seats', { seatsUsed: 41 }, ['seats at 80%']],
    ['of two causes at once', { suspendedFor: '0h', identityChangedFor: '7d' }, ['suspended at 0h', 'identity at 7d']],
    ['none before anything begins', {}, []],
  ])('names %s', (_what, given, expected) => {
    expect(reached({ name: 'x', given, expect: { code: 'ok' } })).toEqual(expected);
  });

  it('names the tiers that tests come to', () => {
    const { coverage: found } = coverage({ name: 'late', given: { expiresIn: '-14d' }, expect: { tier: 'reduced' } });
    expect(found.tiers.map(({ tier, tests }) => [tier, tests])).toEqual([
      ['full', []],
      ['reduced', ['late']],
      ['essential', []],
    ]);
  });

  it('suggests tests that pass, and with which everything is covered that can be', () => {
    const { coverage: bare, tree } = coverage();
    tree.spec.tests = bare.rungs.flatMap(({ suggested }) => (suggested === null ? [] : [suggested]));
    const { policy } = checkPolicy(tree);
    if (policy === null) throw new Error('the suggested tests are no tests');
    expect(runPolicyTests(policy).every(({ passed }) => passed)).toBe(true);
    expect(coverageOf(policy).rungs.filter(({ tests }) => tests.length === 0)).toEqual([]);
  });
});
