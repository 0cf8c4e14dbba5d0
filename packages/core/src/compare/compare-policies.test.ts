import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decideGiven } from '../decision/decide-given.ts';
import { parseGiven } from '../decision/given.ts';
import { BUILD_SERVER, ESSENTIAL, REDUCED, TEAM } from '../decision/test-policy.ts';
import type { Plan, Policy, Rung, TimedCause } from '../policy/policy.ts';
import { invariant } from '../result.ts';
import { DAY, HOUR } from '../time.ts';
import { comparePolicies, isSamePolicy } from './compare-policies.ts';

function withPath(cause: TimedCause, rungs: readonly Rung[]): Policy {
  return { ...BUILD_SERVER, glidePath: { ...BUILD_SERVER.glidePath, timed: { ...BUILD_SERVER.glidePath.timed, [cause]: rungs } } };
}

function withPlan(differing: Partial<Plan>): Policy {
  return { ...BUILD_SERVER, plans: [{ ...TEAM, ...differing }] };
}

const EXPIRY: readonly Rung[] = [
  { at: -60 * DAY, notify: 'info' },
  { at: -30 * DAY, notify: 'warning' },
  { at: -7 * DAY, notify: 'critical' },
  { at: 7 * DAY, tier: REDUCED, notify: 'critical' },
  { at: 30 * DAY, tier: ESSENTIAL, notify: 'critical' },
];

describe('compare policies', () => {
  describe('given the same policy twice', () => {
    it('finds nothing', () => {
      expect(isSamePolicy(comparePolicies(BUILD_SERVER, { ...BUILD_SERVER }))).toBe(true);
    });
  });

  describe('given nothing before', () => {
    it('says which plans are new', () => {
      expect(comparePolicies(null, BUILD_SERVER)).toMatchObject({ before: null, plansAdded: ['team'], sentences: ['Plan team is new.'] });
    });
  });

  describe('given a rung that comes a week earlier', () => {
    it('names the week, what is lost in it, and a situation that shows it', () => {
      const { states, sentences } = comparePolicies(BUILD_SERVER, withPath('expiry', EXPIRY));
      expect(states).toHaveLength(1);
      expect(states[0]).toMatchObject({
        kind: 'loss',
        plan: 'team',
        when: 'from 7 days to 14 days after the end',
        given: { plan: 'team', expiresIn: '-7d' },
        featuresLost: ['parallel'],
        tier: { before: 'full', after: 'reduced' },
      });
      expect(sentences).toEqual([
        'Plan team: loses parallel, parallel-jobs 4 instead of 64 (tier reduced instead of full) from 7 days to 14 days after the end.',
      ]);
    });

    it('calls the way back a gain', () => {
      expect(comparePolicies(withPath('expiry', EXPIRY), BUILD_SERVER).states).toMatchObject([
        { kind: 'gain', featuresGained: ['parallel'] },
      ]);
    });
  });

  it('sees a notice that is gone, and no loss in it', () => {
    const { states } = comparePolicies(BUILD_SERVER, withPath('expiry', EXPIRY.with(3, { at: 14 * DAY, tier: REDUCED }).toSpliced(1, 1)));
    expect(states).toMatchObject([{ kind: 'change', notify: { before: 'warning', after: 'info' } }]);
  });

  it('sees seats that are taken away, for whoever comes next', () => {
    const after = withPlan({ seats: TEAM.seats === null ? null : { ...TEAM.seats, limit: 40 } });
    const { states } = comparePolicies(BUILD_SERVER, after);
    expect(states.filter(({ seat }) => seat !== null)).not.toHaveLength(0);
    expect(states[0]).toMatchObject({ kind: 'loss', range: { cause: 'seats' } });
  });

  it('says once what a tier loses everywhere', () => {
    const tiers = BUILD_SERVER.tiers.map((tier) => ({ ...tier, features: tier.features.filter((name) => name !== 'parallel') }));
    const { states } = comparePolicies(BUILD_SERVER, { ...BUILD_SERVER, tiers });
    expect(states).toMatchObject([{ kind: 'loss', featuresLost: ['parallel'], range: null, when: 'as long as nothing has happened' }]);
  });

  it('finds what only two causes together show: tiers ranked the other way round', () => {
    const features = ['build', 'sso'];
    const before: Policy = {
      ...BUILD_SERVER,
      tiers: [
        { name: 'full', features, limits: {} },
        { name: 'a', features, limits: {} },
        { name: 'b', features, limits: {} },
      ],
      plans: [{ ...TEAM, seats: null, bootstrap: null, quotas: [] }],
      glidePath: {
        timed: { expiry: [{ at: DAY, tier: 1 }], unreachable: [{ at: DAY, tier: 2 }] },
        seats: [],
        quota: {},
        leadTime: [],
      },
    };
    const [full, a, b] = before.tiers;
    invariant(full && a && b, 'there are three tiers');
    const after: Policy = {
      ...before,
      tiers: [full, b, a],
      glidePath: { ...before.glidePath, timed: { expiry: [{ at: DAY, tier: 2 }], unreachable: [{ at: DAY, tier: 1 }] } },
    };
    expect(comparePolicies(before, after).states).toMatchObject([
      { tier: { before: 'b', after: 'a' }, given: { expiresIn: '-1d', unreachableFor: '1d' } },
    ]);
  });

  it('ranks promises: weaker, stronger, gone', () => {
    const before: Policy = {
      ...BUILD_SERVER,
      guarantees: [
        { kind: 'offline', ms: 14 * DAY },
        { kind: 'always', feature: 'sso', unless: ['revoked'] },
      ],
    };
    const after: Policy = {
      ...BUILD_SERVER,
      guarantees: [
        { kind: 'offline', ms: 7 * DAY },
        { kind: 'always', feature: 'sso', unless: [] },
      ],
    };
    expect(comparePolicies(before, after).guarantees.map(({ kind }) => kind)).toEqual(['weaker', 'stronger']);
    expect(comparePolicies(before, BUILD_SERVER).guarantees.map(({ kind }) => kind)).toEqual(['removed', 'removed']);
  });

  it('tells terms that no state shows', () => {
    const { terms, states } = comparePolicies(BUILD_SERVER, withPlan({ lease: { ttlMs: 2 * HOUR, renewAtPercent: 50 }, bootstrap: null }));
    expect(states).toEqual([]);
    expect(terms).toMatchObject([
      { kind: 'loss', plan: 'team', what: 'bootstrap lease', before: '14d', after: 'none' },
      { kind: 'change', what: 'bootstrap tier' },
      { kind: 'gain', what: 'lease', before: '1h', after: '2h' },
    ]);
  });

  it('names plans that come and go', () => {
    const after: Policy = { ...BUILD_SERVER, plans: [{ ...TEAM, name: 'solo' }] };
    expect(comparePolicies(BUILD_SERVER, after)).toMatchObject({ plansRemoved: ['team'], plansAdded: ['solo'], states: [] });
  });

  it('agrees with deciding: random situations differ only in ranges that it names', () => {
    const drawn = fc.record({
      moved: fc.constantFrom<TimedCause>('expiry', 'unreachable', 'suspended', 'revoked', 'trust', 'identity', 'clock'),
      byDays: fc.integer({ min: 0, max: 20 }),
      expiresIn: fc.integer({ min: -60, max: 90 }),
      elapsed: fc.dictionary(
        fc.constantFrom('unreachableFor', 'suspendedFor', 'revokedFor', 'trustLostFor'),
        fc.integer({ min: 0, max: 60 }),
      ),
    });
    const property = fc.property(drawn, ({ moved, byDays, expiresIn, elapsed }) => {
      const rungs = (BUILD_SERVER.glidePath.timed[moved] ?? []).map((rung) => ({ ...rung, at: rung.at + byDays * DAY }));
      const after = withPath(moved, rungs);
      const words = {
        expiresIn: `${expiresIn}d`,
        ...Object.fromEntries(Object.entries(elapsed).map(([word, days]) => [word, `${days}d`])),
      };
      const answers = [BUILD_SERVER, after].map((policy) => {
        const given = parseGiven(policy, words);
        invariant(given.ok, 'the words are well-formed');
        const { tier, notify, features } = decideGiven(policy, given.value);
        return JSON.stringify({ tier, notify, features });
      });
      if (answers[0] !== answers[1]) expect(comparePolicies(BUILD_SERVER, after).states).not.toEqual([]);
    });
    fc.assert(property, { numRuns: 300 });
  });

  it('shows each state by a situation in which the two indeed differ', () => {
    const after = {
      ...withPath('expiry', EXPIRY),
      ...{ plans: withPlan({ quotas: [{ meter: 'build-minutes', limit: 7, offlineSlicePercent: null }] }).plans },
    };
    const { states } = comparePolicies(BUILD_SERVER, after);
    expect(states.length).toBeGreaterThan(3);
    for (const { given, tier } of states) {
      const tiers = [BUILD_SERVER, after].map((policy) => {
        const read = parseGiven(policy, given);
        invariant(read.ok, 'what is shown can be read');
        return decideGiven(policy, read.value).tier;
      });
      expect(tiers).toEqual([tier.before, tier.after]);
    }
  });
});
