import { describe, expect, it } from 'vitest';
import { ACME, type Change, changed } from '../policy/acme-fixture.ts';
import { policyDespite } from '../policy/check-policy.ts';
import { HELD_POLICY_DOCUMENT } from '../policy/held.ts';
import type { Policy } from '../policy/policy.ts';
import type { Proof, ProofViolation } from './proof.ts';
import { PROOF_POINTS_MAX, proofSize, provePolicy } from './prove-policy.ts';

function policyOf(tree: unknown): Policy {
  const { policy, violations } = policyDespite(tree);
  if (policy === null) throw new Error(JSON.stringify(violations));
  return policy;
}

const proofOf = (...changes: readonly Change[]): Proof => provePolicy(policyOf(changed(...changes)));

function only(proof: Proof): ProofViolation {
  const [first, ...others] = proof.violations;
  if (first === undefined || others.length > 0) throw new Error(`one violation was expected, not ${proof.violations.length}`);
  return first;
}

describe('prove policy', () => {
  it('tells what each guarantee promises, and what it leaves open', () => {
    const { promises, notes } = provePolicy(policyOf(ACME));
    expect(promises.filter(({ guarantee }) => guarantee !== null).map(({ promise }) => promise)).toEqual([
      'build is always allowed',
      'sso is always allowed, unless revoked',
      'no step takes more than 1 tier',
      'a notice at least 14 days before a loss by expiry',
      'everything for the first 14 days without a signed word',
      'a revocation is at its last tier 2 days after it was received',
    ]);
    expect(notes.map(({ code, ms }) => [code, ms])).toEqual([
      ['exposure-without-receipt', 2_592_000_000],
      ['offline-budget-spent', 3_600_000],
    ]);
  });

  it('shows the shortest way to a violation as a story and as a drill', () => {
    const { rule, path, counterexample } = only(proofOf(['spec.glidePath.unreachable.1.at', '13d']));
    expect([rule, path]).toEqual(['offline-too-short', ['spec', 'guarantees', 4]]);
    expect(counterexample.given).toEqual({ plan: 'team', unreachableFor: '13d' });
    expect(counterexample.steps.map(({ atMs, sentence, tier }) => [atMs / 3_600_000, sentence, tier])).toEqual([
      [0, 'A license of plan team stands at tier full, and nothing has happened.', 'full'],
      [24, 'The last signed word is read: nothing changes.', 'full'],
      [25, '1 hour after the last signed word: a notice of severity warning is given.', 'full'],
      [
        336,
        '13 days after the last signed word: a notice of severity critical is given; the tier goes from full to reduced without parallel; ' +
          "that breaks the rule: tier reduced comes after 13 days without a signed word, and 14 days at the plan's own were promised.",
        'reduced',
      ],
    ]);
    expect(counterexample.drill).toEqual({
      world: { start: '2026-01-01T00:00:00Z', license: { plan: 'team', expiresIn: '379d' }, nodes: 1, until: '15d' },
      events: [{ at: '1d', issuer: 'down', for: '14d' }],
      expect: [{ tier: 'full', from: '14d', to: '1209601s' }],
    });
  });

  it('points at the rung that breaks what every policy keeps', () => {
    expect(only(proofOf(['spec.glidePath.expiry.5', { at: '60d', tier: 'reduced' }])).path).toEqual(['spec', 'glidePath', 'expiry', 5]);
    expect(only(proofOf(['spec.tiers.2.limits.parallel-jobs', 5])).path).toEqual(['spec', 'tiers', 2, 'limits', 'parallel-jobs']);
  });

  it('takes the case with the fewest causes, and of those the earliest', () => {
    const proof = proofOf(['spec.guarantees', [{ always: 'parallel', unless: ['seats', 'revoked', 'suspended', 'quota', 'expiry'] }]]);
    expect(only(proof).counterexample.given).toEqual({ plan: 'team', clockBehindFor: '1d' });
  });

  it('says of a guarantee that no state could break that it is vacuous', () => {
    const { isProved, notes } = proofOf(['spec.guarantees', [{ notice: '14d', before: 'loss', cause: 'seats' }]]);
    expect(isProved).toBe(true);
    expect(notes.filter(({ code }) => code === 'guarantee-vacuous')).toHaveLength(1);
  });

  it('says of a silence that takes nothing that a revoked holder goes on for ever', () => {
    const { isProved, notes } = provePolicy(policyOf(HELD_POLICY_DOCUMENT));
    expect(isProved).toBe(true);
    expect(notes).toContainEqual(expect.objectContaining({ code: 'exposure-without-receipt', ms: null }));
  });

  it('is the same every time', () => {
    const broken = changed(['spec.guarantees.0.always', 'parallel'], ['spec.glidePath.clock.1.tier', 'essential']);
    expect(JSON.stringify(provePolicy(policyOf(broken)))).toBe(JSON.stringify(provePolicy(policyOf(broken))));
  });

  it('pairs the causes of a policy with too many states, says so, and still finds what is wrong', () => {
    const names = ['t0', 't1', 't2', 't3', 't4', 't5', 't6', 't7'];
    const rungs = names.map((tier, index) => (index === 0 ? { at: '0h', notify: 'warning' } : { at: `${index}d`, tier }));
    const paths = ['expiry', 'unreachable', 'suspended', 'revoked', 'trust', 'identity', 'clock'];
    const large: readonly Change[] = [
      ['spec.tiers', names.map((name) => ({ name, features: ['build', 'sso'], limits: {} }))],
      ['spec.plans', { team: { tier: 't0' } }],
      ['spec.meters', {}],
      ['spec.glidePath', Object.fromEntries(paths.map((cause) => [cause, rungs]))],
      ['spec.guarantees', []],
    ];
    const proof = proofOf(...large);
    expect(proof.violations).toEqual([]);
    expect(proof.notes.map(({ code }) => code)).toContain('combined-by-pairs');
    expect(proof.states).toBeLessThan(10_000);
    const broken = proofOf(
      ...large,
      ['spec.glidePath.trust.3.tier', 't5'],
      ['spec.glidePath.trust.4.tier', 't5'],
      ['spec.glidePath.trust.4.notify', 'critical'],
    );
    expect(broken.violations.map(({ rule }) => rule)).toContain('cliff');
  });
});

describe('proof size', () => {
  it('grows with plans and rungs, and is far from the most for the policy of the design', () => {
    const size = proofSize(policyOf(ACME));
    expect(size).toBeGreaterThan(60);
    expect(size).toBeLessThan(PROOF_POINTS_MAX / 100);
    expect(proofSize(policyOf(changed(['spec.plans.second', { tier: 'full' }])))).toBeGreaterThan(size);
  });
});
