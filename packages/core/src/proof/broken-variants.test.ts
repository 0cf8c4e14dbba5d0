import { describe, expect, it } from 'vitest';
import { decideGiven } from '../decision/decide-given.ts';
import { parseGiven } from '../decision/given.ts';
import { ACME, changed } from '../policy/acme-fixture.ts';
import { checkPolicy } from '../policy/check-policy.ts';
import { parseDuration } from '../policy/durations.ts';
import { BROKEN_VARIANTS } from './broken-variants-fixture.ts';
import type { Counterexample } from './proof.ts';
import { proveDocument } from './prove-document.ts';

function replayed(tree: unknown, { given }: Counterexample): unknown {
  const { policy } = proveDocument(tree);
  const parsed = policy === null ? null : parseGiven(policy, given);
  return policy !== null && parsed?.ok ? decideGiven(policy, parsed.value) : parsed;
}

describe('the policy of the design', () => {
  it('keeps what it promises', () => {
    expect(checkPolicy(ACME).policy).not.toBeNull();
    const { proof } = proveDocument(ACME);
    expect(proof?.violations).toEqual([]);
    expect(proof?.isProved).toBe(true);
    expect(proof?.promises.every(({ isKept }) => isKept)).toBe(true);
    expect(proof?.states).toBe(93_477);
  });
});

describe('a broken policy', () => {
  it('is broken in more than thirty ways here, every built-in rule and guarantee among them', () => {
    const rules = new Set(BROKEN_VARIANTS.flatMap(([, , broken]) => broken));
    expect(BROKEN_VARIANTS.length).toBeGreaterThan(30);
    expect(rules.size).toBe(15);
  });

  it.each(BROKEN_VARIANTS)('fails with the right rule: %s', (_, changes, rules) => {
    const { proof } = proveDocument(changed(...changes));
    expect([...new Set(proof?.violations.map(({ rule }) => rule))].sort()).toEqual([...rules].sort());
    expect(proof?.isProved).toBe(false);
  });

  it.each(BROKEN_VARIANTS)('has counterexamples that replay and can be told: %s', (_, changes) => {
    const tree = changed(...changes);
    const { proof } = proveDocument(tree);
    for (const { counterexample } of proof?.violations ?? []) {
      expect(replayed(tree, counterexample)).toEqual(counterexample.found);
      const { steps, found, drill } = counterexample;
      expect(steps.map(({ atMs }) => atMs)).toEqual(steps.map(({ atMs }) => atMs).toSorted((a, b) => a - b));
      expect(steps[0]?.atMs).toBe(0);
      expect(steps.at(-1)).toMatchObject({ tier: found.tier, cause: found.cause, notify: found.notify });
      for (const { sentence } of steps) expect(sentence).toMatch(/^[A-Z0-9].*\.$/);
      for (const event of drill.events as readonly { at: string }[]) expect(parseDuration(event.at).ok).toBe(true);
    }
  });
});
