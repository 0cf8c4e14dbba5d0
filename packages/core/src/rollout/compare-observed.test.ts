import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BUILD_SERVER, STARTS_AT, TEAM } from '../decision/test-policy.ts';
import type { Plan, Policy } from '../policy/policy.ts';
import { after, DAY, YEAR } from '../time.ts';
import { createComparison } from './compare-observed.ts';
import type { ObservedDecision } from './observed-decision.ts';
import { createReplayer } from './replay.ts';
import { arbitraryObserved, arbitraryPolicy } from './test-observed.ts';

const NOW = after(STARTS_AT, 30 * DAY);

const QUIET: ObservedDecision = {
  ...{ license: 'lic_1', at: NOW, policy: 'sha256:0', plan: 'team', startsAt: STARTS_AT, expiresAt: after(STARTS_AT, YEAR) },
  ...{ lastSignedWordAt: NOW, suspendedAt: null, revokedAt: null, usage: [], lowered: [] },
  seats: { used: 30, limit: 50, isAgreed: false, overageOpenedAt: null },
  ...{ asked: 'check', tier: 'full', isDenied: false },
};

const withTiers = (change: (policy: Policy) => Partial<Policy>): Policy => ({ ...BUILD_SERVER, ...change(BUILD_SERVER) });
const ofTeam = (differing: Partial<Plan>): Policy => withTiers(() => ({ plans: [{ ...TEAM, ...differing }] }));
const withoutFeature = (name: string): Policy =>
  withTiers(({ tiers }) => ({ tiers: tiers.map((tier) => ({ ...tier, features: tier.features.filter((each) => each !== name) })) }));
const withJobs = (jobs: number): Policy =>
  withTiers(({ tiers }) => ({ tiers: tiers.map((tier, at) => (at === 0 ? { ...tier, limits: { 'parallel-jobs': jobs } } : tier)) }));
const strict = ofTeam({ seats: TEAM.seats === null ? null : { ...TEAM.seats, limit: 10, overage: null, whenFull: { kind: 'deny' } } });

function compared(after: Policy, differing: Partial<ObservedDecision> = {}, before: Policy = BUILD_SERVER) {
  return createComparison(createReplayer(before), createReplayer(after)).compare({ ...QUIET, ...differing }, 'before');
}

describe('two versions of a policy over one decision', () => {
  it('differ in nothing when they are the same', () => {
    fc.assert(
      fc.property(arbitraryPolicy, arbitraryObserved, (policy, observed) => {
        expect(compared(policy, observed, policy)?.change ?? null).toBeNull();
      }),
      { numRuns: 5_000 },
    );
  });

  it('lose one way what they gain the other, unless something is lost both ways', () => {
    fc.assert(
      fc.property(arbitraryPolicy, arbitraryPolicy, arbitraryObserved, (a, b, observed) => {
        const there = compared(b, { ...observed, isDenied: false }, a)?.change?.kind;
        const back = compared(a, { ...observed, isDenied: false }, b)?.change?.kind;
        if (there === 'gain') expect(['loss', 'denial']).toContain(back);
        if (there === 'denial') expect(back).toBe('gain');
        if (there === 'change') expect(back).toBe('change');
        if (there === undefined) expect(back).toBeUndefined();
      }),
      { numRuns: 5_000 },
    );
  });

  it.each<[string, Policy, object]>([
    ['a feature that is gone', withoutFeature('parallel'), { kind: 'loss', cause: 'none', tier: { featuresLost: ['parallel'] } }],
    ['a lower limit', withJobs(8), { kind: 'loss', tier: { limits: [{ name: 'parallel-jobs', before: 64, after: 8 }] } }],
    ['a higher limit', withJobs(128), { kind: 'gain', tier: { before: 'full', after: 'full' } }],
    [
      'a tier under another name',
      withTiers(({ tiers }) => ({ tiers: tiers.map((t) => ({ ...t, name: `${t.name}-2` })) })),
      { kind: 'change' },
    ],
    ['a lower plan', ofTeam({ tier: 1 }), { kind: 'loss', tier: { before: 'full', after: 'reduced', featuresLost: ['parallel'] } }],
  ])('differ in %s', (_what, after, expected) => {
    expect(compared(after)?.change).toMatchObject(expected);
  });

  it('differ in a seat that one of them denies', () => {
    expect(compared(strict, { asked: 'acquire' })).toMatchObject({ change: { kind: 'denial', cause: 'seats' }, isDeniedAfter: true });
    expect(compared(BUILD_SERVER, { asked: 'acquire', isDenied: true }, strict)?.change).toMatchObject({ kind: 'gain', cause: 'seats' });
  });

  it('both deny what was denied for a reason that the record does not keep', () => {
    expect(compared(withJobs(8), { asked: 'acquire', isDenied: true })).toMatchObject({
      change: null,
      isDeniedBefore: true,
      isDeniedAfter: true,
    });
  });

  it('cannot be compared where one lacks the plan', () => {
    expect(compared(BUILD_SERVER, { plan: 'gone' })).toBeNull();
  });
});
