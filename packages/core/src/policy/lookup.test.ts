import { describe, expect, it } from 'vitest';
import { ACME } from './acme-fixture.ts';
import { checkPolicy } from './check-policy.ts';
import { planNamed, tierIndex } from './lookup.ts';

const { policy } = checkPolicy(ACME);

describe('a checked policy, asked by name', () => {
  it('gives the plan, or null', () => {
    expect(policy && planNamed(policy, 'team')).toMatchObject({ name: 'team', tier: 0 });
    for (const unknown of ['Team', '', 'toString']) expect(policy && planNamed(policy, unknown)).toBeNull();
  });

  it('gives the position of a tier, best first, or null', () => {
    expect(['full', 'reduced', 'essential', 'none', '__proto__'].map((name) => policy && tierIndex(policy, name))).toEqual([
      0,
      1,
      2,
      null,
      null,
    ]);
  });
});
