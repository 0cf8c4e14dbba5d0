import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { policyDespite } from '../policy/check-policy.ts';
import type { Policy } from '../policy/policy.ts';
import type { Proof } from './proof.ts';
import { provePolicy } from './prove-policy.ts';
import { answerOf, brokenIn, missedBy } from './test-brute-force.ts';
import { arbitraryDrawn, arbitraryPolicyDocument } from './test-random-policy.ts';

const POLICIES = 400;
const STATES = 50;

function policyOf(tree: unknown): Policy {
  const { policy, violations } = policyDespite(tree);
  if (policy === null) throw new Error(JSON.stringify(violations));
  return policy;
}

const NOTHING_FOUND: Proof = { isProved: true, states: 0, promises: [], violations: [], notes: [] };

describe('a proof against brute force', () => {
  it('misses nothing that 20,000 random states of random policies show, and every counterexample replays', () => {
    fc.assert(
      fc.property(arbitraryPolicyDocument, fc.array(arbitraryDrawn, { minLength: STATES, maxLength: STATES }), (tree, states) => {
        const policy = policyOf(tree);
        const proof = provePolicy(policy);
        for (const { counterexample } of proof.violations) expect(answerOf(policy, counterexample.given)).toEqual(counterexample.found);
        for (const drawn of states) expect(missedBy(proof, brokenIn(policy, drawn)), JSON.stringify(drawn)).toEqual([]);
      }),
      { numRuns: POLICIES, seed: 20_261_124 },
    );
  }, 240_000);

  it('is compared with an oracle that sees each of these rules broken', () => {
    const seen = new Map<string, number>();
    let clean = 0;
    const few = fc.tuple(arbitraryPolicyDocument, fc.array(arbitraryDrawn, { minLength: STATES, maxLength: STATES }));
    for (const [tree, states] of fc.sample(few, { numRuns: POLICIES, seed: 7 })) {
      const policy = policyOf(tree);
      const broken = states.flatMap((drawn) => missedBy(NOTHING_FOUND, brokenIn(policy, drawn)));
      if (broken.length === 0) clean += 1;
      for (const rule of new Set(broken.map((word) => word.split(' ')[0] ?? ''))) seen.set(rule, (seen.get(rule) ?? 0) + 1);
    }
    expect([...seen.keys()].sort()).toEqual(
      [
        ...[
          'above-limit',
          'always-broken',
          'cliff',
          'essential-lost',
          'loss-unannounced',
          'no-cliff-broken',
          'not-monotone',
          'not-restored',
        ],
        ...['notice-too-late', 'offline-too-short', 'revocation-late'],
      ].sort(),
    );
    expect(clean).toBeGreaterThan(0);
  });
});
