import { describe, expect, it } from 'vitest';
import { pathTerms } from '../decision/path.ts';
import { BUILD_SERVER, EXPIRES_AT, STARTS_AT, TEAM } from '../decision/test-policy.ts';
import { observedByServer } from '../license/observed.ts';
import { DIGEST, issued, licenseWith, termsWith } from '../license/test-license.ts';
import type { Plan, Policy } from '../policy/policy.ts';
import type { MeterRecord } from '../ports/records.ts';
import { after, DAY, HOUR, type Instant, instant, SECOND, YEAR } from '../time.ts';
import { bootstrapClaims, type LicenseFacts, leaseClaims, verdictClaims } from './claims.ts';
import { planWith, SeatWorld } from './test-seats.ts';

const NOW = after(STARTS_AT, 10 * DAY + 123);
const IDENTITY = { jti: 'wrd_1', iss: 'https://issuer.example', env: 'production', answers: { jkt: 'a', nonce: 'n' } };
const SMALL: Plan = { ...TEAM, name: 'small', tier: 2 };
const REDUCED: Policy = { ...BUILD_SERVER, plans: [{ ...TEAM, tier: 1 }, SMALL] };

function facts(differing: Partial<LicenseFacts> = {}): LicenseFacts {
  const terms = differing.terms ?? issued().terms;
  return {
    ...{
      license: issued().license,
      terms,
      history: [terms],
      policy: BUILD_SERVER,
      plan: TEAM,
      digest: DIGEST,
      path: pathTerms(BUILD_SERVER),
    },
    ...{ policyOf: () => BUILD_SERVER, meters: [], seats: { ...issued().seats, granted: 3, overage: 1 } },
    ...differing,
  };
}

function leaseAt(now: Instant, plan: Plan = TEAM) {
  const world = new SeatWorld(plan);
  world.now = now;
  world.acquire('a');
  return world.row('a');
}

describe('claims of a lease', () => {
  it('count everything from iatMs, and end with the last rung of silence', () => {
    const claims = leaseClaims(facts(), leaseAt(NOW), IDENTITY, NOW);
    const iat = Math.floor(NOW / SECOND);
    expect(claims).toMatchObject({
      ...{ iss: IDENTITY.iss, aud: 'glidepath-client', env: 'production', jti: 'wrd_1', sub: 'a', cnf: { jkt: 'a' }, nonce: 'n' },
      ...{ iatMs: NOW, iat, nbf: iat, exp: iat + (30 * DAY) / SECOND, hold: NOW + HOUR, ttlMs: HOUR, renewAfterMs: HOUR / 2 },
      ...{
        seats: { used: 4, limit: 50 },
        seat: { kind: 'floating', overageClosesAt: null },
        match: null,
        auditHead: null,
        bootstrap: null,
      },
      ...{
        startsAt: STARTS_AT,
        expiresAt: EXPIRES_AT,
        status: 'active',
        statusAt: STARTS_AT,
        policy: DIGEST,
        path: pathTerms(BUILD_SERVER),
      },
    });
  });

  it('say that the path of silence is shortened, and end with its last rung', () => {
    const row = leaseAt(NOW);
    expect(leaseClaims(facts(), row, IDENTITY, NOW)).not.toHaveProperty('shortened');
    const claims = leaseClaims(facts(), { ...row, isShortened: true }, IDENTITY, NOW);
    expect(claims).toMatchObject({ shortened: true, exp: claims.iat + (2 * HOUR) / SECOND });
    expect(claims.path.timed.unreachable?.map(({ at }) => at)).toEqual([0, HOUR, 2 * HOUR]);
  });

  it('are renewed later while the server is pressed', () => {
    const { renewAfterMs } = leaseClaims(facts(), leaseAt(NOW), IDENTITY, NOW, 'pressed');
    expect(renewAfterMs).toBeGreaterThan(HOUR / 2);
    expect(renewAfterMs).toBeLessThanOrEqual(0.8 * HOUR);
  });

  it('have the plan’s tier, or the lower one that seats gave', () => {
    const row = leaseAt(NOW);
    const own = { planTier: 'full', floorTier: 'essential' };
    expect(leaseClaims(facts(), row, IDENTITY, NOW)).toMatchObject({
      ...own,
      tier: 'full',
      tierCause: 'none',
      limits: { 'parallel-jobs': 64 },
    });
    const stepped = { ...row, tier: 'reduced', tierSince: STARTS_AT };
    expect(leaseClaims(facts(), stepped, IDENTITY, NOW)).toMatchObject({
      ...{ ...own, tier: 'reduced', tierCause: 'seats', tierSince: STARTS_AT, limits: { 'parallel-jobs': 4 } },
    });
  });

  it.each([
    ['a tier that the policy no longer has', { tier: 'golden' }, 'full'],
    ['a tier better than the plan’s', { tier: 'full' }, 'reduced'],
  ])('take %s for the plan’s own', (_, row, tier) => {
    const policy = tier === 'reduced' ? REDUCED : BUILD_SERVER;
    const plan = policy.plans[0] ?? TEAM;
    expect(leaseClaims(facts({ policy, plan }), { ...leaseAt(NOW), ...row }, IDENTITY, NOW)).toMatchObject({ tier, tierCause: 'none' });
  });

  it('say when an overage seat closes, also after it has', () => {
    const row = { ...leaseAt(NOW), state: 'overage' as const };
    const opened = (at: Instant) => facts({ seats: { ...issued().seats, overage: 1, overageOpenedAt: at } });
    expect(leaseClaims(opened(NOW), row, IDENTITY, NOW).seat).toEqual({ kind: 'floating', overageClosesAt: NOW + 72 * HOUR });
    const long = after(NOW, -60 * DAY);
    expect(leaseClaims(opened(long), row, IDENTITY, NOW).seat).toEqual({ kind: 'floating', overageClosesAt: long + 72 * HOUR });
  });

  it('hold no seat without one, and count none for a plan without seats', () => {
    const seatless = { ...leaseAt(NOW), kind: null, state: 'when-full' as const };
    expect(leaseClaims(facts(), seatless, IDENTITY, NOW)).toMatchObject({ seat: null, seats: { used: 4, limit: 50 } });
    expect(leaseClaims(facts({ plan: planWith(null) }), seatless, IDENTITY, NOW).seats).toBeNull();
  });

  it('tell a node-locked client how to watch its machine', () => {
    const match = { of: ['cpu', 'disk'], need: 1 };
    const plan = planWith({ kind: 'node-locked', match });
    expect(leaseClaims(facts({ plan }), leaseAt(NOW, plan), IDENTITY, NOW).match).toEqual(match);
  });

  it('carry a status that has come, and not one that is to come', () => {
    const since = after(NOW, -1);
    const license = licenseWith({ status: 'suspended', statusAt: since, seq: { incarnation: 1, count: 2 } });
    const said = { status: 'suspended', statusAt: since, seq: { count: 2 }, tier: 'full' };
    expect(leaseClaims(facts({ license }), leaseAt(NOW), IDENTITY, NOW)).toMatchObject(said);
    const ahead = licenseWith({ status: 'suspended', statusAt: after(NOW, 1) });
    expect(leaseClaims(facts({ license: ahead }), leaseAt(NOW), IDENTITY, NOW).status).toBe('active');
  });

  it('keep a fraction of a second of the last rung', () => {
    const path = { ...pathTerms(BUILD_SERVER), timed: { unreachable: [{ at: 1_500, tier: 1 }] } };
    expect(leaseClaims(facts({ path }), leaseAt(NOW), IDENTITY, NOW).exp).toBe(Math.floor(NOW / SECOND) + 2);
  });
});

describe('claims of a lease > quotas', () => {
  const record = (differing: Partial<MeterRecord>): MeterRecord => ({
    ...{
      id: 'met_1',
      license: 'lic_1',
      meter: 'build-minutes',
      aggregate: 'sum',
      windowStart: STARTS_AT,
      windowEnd: after(STARTS_AT, 31 * DAY),
      lastAt: null,
      lastKey: null,
      used: 90_000,
      asOf: after(NOW, -HOUR),
      revision: 0,
    },
    ...differing,
  });

  it('say what is used in the window of now, since when rungs are known to be reached, and the slice', () => {
    expect(leaseClaims(facts({ meters: [record({})] }), leaseAt(NOW), IDENTITY, NOW).quotas).toEqual([
      {
        ...{ meter: 'build-minutes', unit: 'min', used: 90_000, limit: 100_000, asOf: NOW - HOUR, resetsAt: instant(Date.UTC(2026, 1, 1)) },
        ...{ slice: 2_000, reachedAt: [NOW - HOUR, null, null] },
      },
    ]);
  });

  it('begin at nothing in a new window', () => {
    const february = instant(Date.UTC(2026, 1, 2));
    const [quota] = leaseClaims(facts({ meters: [record({})] }), leaseAt(february), IDENTITY, february).quotas;
    expect(quota).toMatchObject({ used: 0, asOf: february, reachedAt: [null, null, null] });
  });

  it('have the limit of the license where it has its own', () => {
    const terms = termsWith({ overrides: { quotas: { 'build-minutes': 45_000 } } });
    const [quota] = leaseClaims(facts({ terms, meters: [record({})] }), leaseAt(NOW), IDENTITY, NOW).quotas;
    expect(quota).toMatchObject({ limit: 45_000, slice: 0, reachedAt: [NOW - HOUR, NOW - HOUR, NOW - HOUR] });
  });

  it('of a whole term reset where the next term begins, not at the license’s moved end', () => {
    const policy = { ...BUILD_SERVER, meters: BUILD_SERVER.meters.map((meter) => ({ ...meter, window: 'term' as const })) };
    const renewed = termsWith({ id: 'trm_2', expiresAt: after(EXPIRES_AT, YEAR) });
    const scheduled = { ...renewed, id: 'trm_4', effectiveFrom: after(NOW, DAY), overrides: { seats: 9 } };
    const next = { ...renewed, id: 'trm_3', effectiveFrom: EXPIRES_AT, startsAt: EXPIRES_AT };
    const [quota] = leaseClaims(facts({ policy, terms: renewed, history: [renewed, scheduled, next] }), leaseAt(NOW), IDENTITY, NOW).quotas;
    expect(quota?.resetsAt).toBe(EXPIRES_AT);
  });
});

describe('claims of a lease > lowered', () => {
  const policies: Readonly<Record<string, Policy>> = { [DIGEST]: BUILD_SERVER, 'sha256:1': REDUCED };
  const changedAt = after(NOW, -DAY);
  const lowered = (acquiredAt: Instant, changes: readonly Parameters<typeof termsWith>[0][], now = NOW) => {
    const rows = [
      termsWith({}),
      ...changes.map((change, at) => termsWith({ id: `trm_${at + 1}`, effectiveFrom: changedAt, createdAt: changedAt, ...change })),
    ];
    const terms = rows.findLast(({ effectiveFrom }) => effectiveFrom <= now) ?? termsWith({});
    const policy = policies[terms.policy] ?? REDUCED;
    const plan = policy.plans.find(({ name }) => name === terms.plan) ?? TEAM;
    const given = facts({ terms, history: rows, policy, plan, policyOf: (digest) => policies[digest] ?? null });
    return leaseClaims(given, { ...leaseAt(now), acquiredAt }, IDENTITY, now).lowered;
  };

  it.each([
    [
      'a policy that gives the plan a lower tier',
      [{ policy: 'sha256:1' }],
      [{ id: 'trm_1', of: 'policy', from: 'full', effectiveAt: changedAt }],
    ],
    ['another plan', [{ policy: 'sha256:1', plan: 'small' }], [{ id: 'trm_1', of: 'plan', from: 'full', effectiveAt: changedAt }]],
    ['a limit', [{ overrides: { seats: 1 } }], []],
    ['a change that is to come', [{ policy: 'sha256:1', effectiveFrom: after(NOW, 1) }], []],
    ['a policy that is gone', [{ policy: 'sha256:gone' }], []],
    [
      'one change after another, each with its own way down',
      [{ policy: 'sha256:1' }, { policy: 'sha256:1', plan: 'small', effectiveFrom: NOW }],
      [
        { id: 'trm_1', of: 'policy', from: 'full', effectiveAt: changedAt },
        { id: 'trm_2', of: 'plan', from: 'reduced', effectiveAt: NOW },
      ],
    ],
    [
      'a limit, and then a lower tier',
      [{ overrides: { seats: 1 } }, { policy: 'sha256:1', effectiveFrom: NOW }],
      [{ id: 'trm_2', of: 'policy', from: 'full', effectiveAt: NOW }],
    ],
    ['what was raised again', [{ policy: 'sha256:1' }, { policy: DIGEST, effectiveFrom: NOW }], []],
  ])('row: %s', (_, changes, expected) => {
    expect(lowered(STARTS_AT, changes)).toEqual(expected);
  });

  it('says nothing to a holder that came after the change', () => {
    expect(lowered(changedAt, [{ policy: 'sha256:1' }])).toEqual([]);
    expect(lowered(after(changedAt, -1), [{ policy: 'sha256:1' }])).toHaveLength(1);
  });
});

describe('claims of other words', () => {
  it('of a bootstrap lease are bound to nobody and good for ten years', () => {
    const { answers: _, ...identity } = IDENTITY;
    const claims = bootstrapClaims(facts(), 'lea_1', identity, NOW);
    expect(claims).toMatchObject({
      ...{
        sub: '*',
        nonce: null,
        lease: 'lea_1',
        tier: 'essential',
        tierCause: 'bootstrap',
        planTier: 'full',
        floorTier: 'essential',
        seat: null,
      },
      ...{
        seats: null,
        bootstrap: { forMs: 14 * DAY },
        exp: Math.floor(NOW / SECOND) + (10 * YEAR) / SECOND,
        limits: { 'parallel-jobs': 1 },
      },
    });
    expect(claims).not.toHaveProperty('cnf');
    const better = (tier: number) => bootstrapClaims(facts({ plan: { ...TEAM, bootstrap: { tier, forMs: DAY } } }), 'lea_1', identity, NOW);
    expect(better(1)).toMatchObject({ tier: 'reduced', tierCause: 'bootstrap', floorTier: 'essential' });
    expect(better(0)).toMatchObject({ tier: 'full', tierCause: 'none' });
    expect(bootstrapClaims(facts({ plan: { ...TEAM, bootstrap: null } }), 'lea_1', identity, NOW)).toBeNull();
  });

  it('of a verdict answer the same installation and request', () => {
    const verdict = { kind: 'denied', code: 'no-seat', reason: 'All taken.', effectiveAt: NOW, retryAfterMs: 60_000 } as const;
    expect(verdictClaims(issued().license, 'a', verdict, IDENTITY, NOW)).toEqual({
      ...{ iss: IDENTITY.iss, aud: 'glidepath-client', env: 'production', jti: 'wrd_1', iat: Math.floor(NOW / SECOND), iatMs: NOW },
      ...{ cnf: { jkt: 'a' }, nonce: 'n', license: 'lic_1', seq: { incarnation: 1, count: 1 }, sub: 'a' },
      ...{ verdict: 'denied', code: 'no-seat', reason: 'All taken.', effectiveAt: NOW, retryAfterMs: 60_000 },
    });
  });
});

describe('claims of a place in the queue', () => {
  it('say where the holder stands and until when', () => {
    const queue = { position: 2, deadlineAt: after(NOW, HOUR) };
    const verdict = { kind: 'queued', code: 'queued', reason: 'All taken.', effectiveAt: NOW, retryAfterMs: 60_000, queue } as const;
    expect(verdictClaims(issued().license, 'a', verdict, IDENTITY, NOW)).toMatchObject({ verdict: 'queued', queue });
  });
});

describe('what the server observes itself', () => {
  it('counts a status and a lowering from their own instants, and is never unreachable', () => {
    const license = licenseWith({ status: 'revoked', statusAt: STARTS_AT });
    const change = termsWith({ id: 'trm_1', policy: 'sha256:1', effectiveFrom: after(NOW, -HOUR) });
    const given = facts({
      license,
      terms: change,
      history: [termsWith({}), change],
      policy: REDUCED,
      plan: REDUCED.plans[0] ?? TEAM,
      policyOf: (digest) => (digest === DIGEST ? BUILD_SERVER : REDUCED),
    });
    const { terms, observations } = observedByServer(given, NOW);
    expect(terms.lowered).toEqual([{ id: 'trm_1', of: 'policy', from: 0, effectiveAt: NOW - HOUR }]);
    expect(observations).toMatchObject({
      lastSignedWordAt: NOW,
      revokedAt: STARTS_AT,
      suspendedAt: null,
      loweringReceivedAt: { trm_1: NOW - HOUR },
    });
    expect(observations.seats).toEqual({ used: 4, limit: 50 });
  });
});
