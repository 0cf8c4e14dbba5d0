import { describe, expect, it } from 'vitest';
import { ACME, changed, GONE, toPath } from './acme-fixture.ts';
import { checkPolicy, VIOLATIONS_MAX } from './check-policy.ts';
import { HELD_POLICY_DOCUMENT } from './held.ts';
import { PLACE_ROWS } from './place-rows-fixture.ts';
import type { Violation } from './policy.ts';
import { RULE_ROWS } from './rule-rows-fixture.ts';
import { POLICY_VIOLATIONS } from './violation.ts';

const found = (violations: readonly Violation[]) => violations.map(({ code, path }) => [code, path.join('.')]);

describe('checkPolicy', () => {
  it('finds nothing wrong with the policy of the design', () => {
    expect(checkPolicy(ACME).violations).toEqual([]);
    expect(checkPolicy(ACME).policy).toMatchObject({ name: 'acme-build', title: 'Acme Build Server' });
  });

  it('finds nothing wrong with the built-in policy', () => {
    expect(checkPolicy(HELD_POLICY_DOCUMENT)).toMatchObject({ violations: [], policy: { name: 'held' } });
  });

  it.each([...PLACE_ROWS, ...RULE_ROWS])('refuses %s', (_, changes, violations) => {
    const checked = checkPolicy(changed(...changes));
    expect(found(checked.violations)).toEqual(violations);
    expect(checked.policy).toBeNull();
  });

  it('has a row above for each code of the table', () => {
    const covered = new Set([...PLACE_ROWS, ...RULE_ROWS].flatMap(([, , violations]) => violations.map(([code]) => code)));
    const elsewhere = new Set(['too-deep', 'too-large']);
    expect(Object.keys(POLICY_VIOLATIONS).filter((code) => !covered.has(code) && !elsewhere.has(code))).toEqual([]);
  });

  it('says what it found, what it expected, and what was meant', () => {
    expect(checkPolicy(changed(['spec.plans.team.lease.renewat', '50%'])).violations).toEqual([
      {
        code: 'unknown-key',
        path: ['spec', 'plans', 'team', 'lease', 'renewat'],
        subject: 'key',
        message: 'nothing reads `renewat` here',
        found: '"renewat"',
        expected: 'one of ttl, renewAt',
        didYouMean: null,
      },
    ]);
    const unread = changed(['spec.plans.team.lease.renewAt', GONE], ['spec.plans.team.lease.renewat', '50%']);
    expect(checkPolicy(unread).violations[0]).toMatchObject({ didYouMean: 'renewAt' });
    expect(checkPolicy(changed(['spec.guarantees.0.always', 'biuld'])).violations[0]).toMatchObject({
      subject: 'value',
      found: '"biuld"',
      expected: 'one of build, parallel, cache, sso',
      didYouMean: 'build',
    });
  });

  it('reports all violations at once', () => {
    const tree = changed(
      ['metadata.title', ''],
      ['spec.plans.team.tier', 'ful'],
      ['spec.plans.team.lease.renewAt', '90%'],
      ['spec.glidePath.expiry.0.at', '60 days'],
      ['spec.glidePath.revoked.1.tier', 'essential'],
    );
    expect(found(checkPolicy(tree).violations)).toEqual([
      ['malformed-text', 'metadata.title'],
      ['renew-at-too-late', 'spec.plans.team.lease.renewAt'],
      ['malformed-duration', 'spec.glidePath.expiry.0.at'],
      ['unknown-tier', 'spec.plans.team.tier'],
    ]);
  });

  it('says nothing about references to a list that it could not read', () => {
    expect(found(checkPolicy(changed(['spec.tiers.0.name', 7])).violations)).toEqual([['wrong-type', 'spec.tiers.0.name']]);
    expect(found(checkPolicy(changed(['spec.meters', []])).violations)).toEqual([['wrong-type', 'spec.meters']]);
  });

  it.each([null, undefined, 7, 'text', [], true, () => {}, Symbol('x'), 7n, new Map(), new (class A {})()])(
    'refuses %s as a whole',
    (tree) => {
      expect(checkPolicy(tree)).toMatchObject({ policy: null, violations: [{ path: [] }] });
    },
  );

  it('refuses a tree that is its own branch, and one that explodes', () => {
    const cycle: Record<string, unknown> = {};
    cycle.spec = cycle;
    expect(checkPolicy(cycle).violations[0]).toMatchObject({ code: 'too-deep' });
    let bomb: unknown = 'x';
    for (let depth = 0; depth < 20; depth++) bomb = Array.from({ length: 10 }, () => bomb);
    expect(checkPolicy(bomb).violations[0]).toMatchObject({ code: 'too-large' });
    expect(checkPolicy(new Array(2 ** 32 - 1)).violations[0]).toMatchObject({ code: 'too-large' });
  });

  it('stops after so many violations that nobody reads more', () => {
    const tree = Object.fromEntries(Array.from({ length: 5_000 }, (_, index) => [`key-${index}`, index]));
    expect(checkPolicy(tree).violations).toHaveLength(VIOLATIONS_MAX);
  });

  it('shows hostile text without what a terminal acts on', () => {
    const [violation] = checkPolicy(changed(['spec.features.\u001b[31mred\u202e', {}])).violations;
    expect(violation?.found).toBe('"\\u001b[31mred\\u202e"');
  });

  it('keeps the names of the tree from reaching the prototype of anything', () => {
    const limits = (name: string) => [0, 1, 2].map((tier) => [`spec.tiers.${tier}.limits.${name}`, 1] as const);
    for (const name of ['__proto__', 'constructor', 'toString', 'hasOwnProperty'])
      expect(checkPolicy(changed(...limits(name))).violations, name).toHaveLength(3);
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
  });
});

describe('a checked policy', () => {
  it('has what the document leaves out', () => {
    const minimal = {
      apiVersion: 'glidepath.dev/v1',
      kind: 'Policy',
      metadata: { name: 'minimal' },
      spec: {
        features: { build: {} },
        tiers: [{ name: 'full', features: ['build'] }],
        plans: { team: { tier: 'full', seats: { limit: 1 } } },
        glidePath: { expiry: [], unreachable: [{ at: '30d', tier: 'full' }] },
      },
    };
    expect(checkPolicy(minimal)).toEqual({
      violations: [],
      remarks: [],
      policy: {
        name: 'minimal',
        title: 'minimal',
        features: [{ name: 'build', title: 'build', essential: false, lost: null }],
        meters: [],
        tiers: [{ name: 'full', features: ['build'], limits: {} }],
        plans: [
          {
            name: 'team',
            tier: 0,
            termMs: 31_536_000_000,
            seats: {
              limit: 1,
              kind: 'floating',
              overage: null,
              whenFull: { kind: 'deny' },
              offlineBudgetPercent: null,
              queue: null,
              reassign: null,
              rebind: null,
              match: null,
              reserve: [],
            },
            quotas: [],
            lease: { ttlMs: 3_600_000, renewAtPercent: 50 },
            bootstrap: null,
          },
        ],
        glidePath: { timed: { expiry: [], unreachable: [{ at: 2_592_000_000, tier: 0 }] }, seats: [], quota: {}, leadTime: [] },
        renewal: null,
        guarantees: [],
        tests: [],
      },
    });
  });

  it('has every optional part of the document', () => {
    const seats = {
      limit: 50,
      kind: 'node-locked',
      overage: { seats: 5, for: '72h' },
      whenFull: 'queue',
      queue: { for: '5m' },
      reassign: { count: 2, per: '30d' },
      rebind: { count: 1, per: '8w' },
      match: { of: ['mac', 'disk', 'board'], need: 2 },
      reserve: { 'Team Ä': 10 },
    };
    expect(checkPolicy(changed(['spec.plans.team.seats', seats])).policy?.plans[0]?.seats).toEqual({
      limit: 50,
      kind: 'node-locked',
      overage: { seats: 5, forMs: 259_200_000, againMs: null },
      whenFull: { kind: 'queue' },
      offlineBudgetPercent: null,
      queue: { forMs: 300_000 },
      reassign: { count: 2, perMs: 2_592_000_000 },
      rebind: { count: 1, perMs: 4_838_400_000 },
      match: { of: ['mac', 'disk', 'board'], need: 2 },
      reserve: [{ group: 'Team Ä', seats: 10 }],
    });
  });

  it('keeps lead times apart from rungs', () => {
    const expiry = [
      { at: '3x leadTime', notify: 'info' },
      { at: '-1d', notify: 'warning' },
      { at: '0h', tier: 'reduced' },
    ];
    expect(checkPolicy(changed(['spec.glidePath.expiry', expiry])).policy?.glidePath).toMatchObject({
      timed: {
        expiry: [
          { at: -86_400_000, notify: 'warning' },
          { at: 0, tier: 1 },
        ],
      },
      leadTime: [{ leadTimes: 3, notify: 'info' }],
    });
  });

  it('has paths that are tied to tiers by position', () => {
    expect(checkPolicy(ACME).policy?.glidePath.timed.revoked).toEqual([
      { at: 0, notify: 'critical' },
      { at: 86_400_000, tier: 1 },
      { at: 172_800_000, tier: 2 },
    ]);
    expect(toPath('spec.tiers.0')).toEqual(['spec', 'tiers', 0]);
  });
});
