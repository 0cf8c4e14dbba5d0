import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BUILD_SERVER } from '../decision/test-policy.ts';
import { unknownFeature } from '../probe/snapshot.ts';
import { after, DAY, type Instant, instant } from '../time.ts';
import type { Runway } from './runway.ts';
import type { HeldRunwayFacts, OwnRunwayFacts, SelfRunwayFacts, UseFacts } from './runway-facts.ts';
import { compareRunways, runwayMs, runwayOf } from './runway-of.ts';

/** 2027-01-01. */
const NOW = instant(20_819 * DAY);
const inDays = (days: number): Instant => after(NOW, days * DAY);
const NOTHING = { uses: [], latent: [], parts: [] } as const;

const contract = (parts: Partial<NonNullable<HeldRunwayFacts['contract']>> = {}): HeldRunwayFacts['contract'] => ({
  ...{ ends: parts.expiresAt === undefined ? 'unstated' : 'dated', expiresAt: null, terminatesAt: null, graceMs: null },
  ...parts,
});
const seen = (expiresAt: Instant | null, parts: Partial<ReturnType<typeof unknownFeature>> = {}) => ({
  source: 'probe lab',
  observedAt: inDays(-1),
  feature: { ...unknownFeature('MATLAB'), expiresAt, ends: expiresAt === null ? ('unstated' as const) : ('dated' as const), ...parts },
});
const permanent = seen(null, { ends: 'permanent' });
const held = (parts: Partial<HeldRunwayFacts>): HeldRunwayFacts => ({ ...NOTHING, kind: 'held', contract: null, observed: [], ...parts });
const self = (parts: Partial<SelfRunwayFacts> = {}): SelfRunwayFacts => ({
  ...NOTHING,
  ...{ kind: 'self', policy: BUILD_SERVER, plan: 'team', expiresAt: inDays(100), status: 'active', statusAt: inDays(-100) },
  ...parts,
});

describe('runway of a held license', () => {
  it.each<[string, Partial<HeldRunwayFacts>, Runway['state'], number | null]>([
    ['nobody said anything', {}, 'unknown', null],
    ['a contract without a date', { contract: contract() }, 'unknown', null],
    ['a probe that shows no date', { observed: [seen(null)] }, 'unknown', null],
    ['one feature permanent, of another nothing is said', { observed: [permanent, seen(null)] }, 'unknown', null],
    ['a probe that shows it as permanent', { observed: [permanent] }, 'open', null],
    ['a contract that is permanent', { contract: contract({ ends: 'permanent' }), observed: [seen(null)] }, 'open', null],
    ['a contract', { contract: contract({ expiresAt: inDays(30) }) }, 'dated', 30],
    ['a contract and its grace', { contract: contract({ expiresAt: inDays(30), graceMs: 14 * DAY }) }, 'dated', 44],
    [
      'a contract that terminates later',
      { contract: contract({ expiresAt: inDays(30), terminatesAt: inDays(90), graceMs: 14 * DAY }) },
      'dated',
      90,
    ],
    [
      'the earlier of contract and probe: the probe',
      { contract: contract({ expiresAt: inDays(300) }), observed: [seen(inDays(20))] },
      'dated',
      20,
    ],
    [
      'the earlier of contract and probe: the contract',
      { contract: contract({ expiresAt: inDays(20) }), observed: [seen(inDays(300))] },
      'dated',
      20,
    ],
    ["a probe's end and the contract's grace", { contract: contract({ graceMs: 10 * DAY }), observed: [seen(inDays(20))] }, 'dated', 30],
    ['a permanent license whose contract ends', { contract: contract({ expiresAt: inDays(20) }), observed: [permanent] }, 'dated', 20],
    ['the earliest of several features', { observed: [seen(inDays(50)), permanent, seen(null), seen(inDays(40))] }, 'dated', 40],
    ['a feature that stops later than it expires', { observed: [seen(inDays(10), { stopsAt: inDays(40) })] }, 'dated', 40],
    [
      'a stop that has no grace on top',
      { contract: contract({ graceMs: 99 * DAY }), observed: [seen(inDays(10), { stopsAt: inDays(40) })] },
      'dated',
      40,
    ],
    ['a stop without an expiry', { observed: [seen(null, { stopsAt: inDays(5) })] }, 'dated', 5],
    ['one that has ended', { observed: [seen(inDays(-3))] }, 'dated', -3],
    ['one within its grace', { contract: contract({ expiresAt: inDays(-3), graceMs: 10 * DAY }) }, 'dated', 7],
  ])('%s', (_, facts, state, days) => {
    const runway = runwayOf(held(facts), NOW);
    expect([runway.state, runway.endsAt]).toEqual([state, days === null ? null : inDays(days)]);
    expect(runway.evidence).toMatch(/\.$/);
  });

  it('names both when they disagree, with dates, source and age', () => {
    const facts = held({ contract: contract({ expiresAt: inDays(300) }), observed: [seen(inDays(20))] });
    expect(runwayOf(facts, NOW).evidence).toBe(
      'It ends at 2027-01-21T00:00:00Z by feature MATLAB of probe lab (read 2026-12-31T00:00:00Z, 1 day ago). ' +
        'The contract says 2027-10-28T00:00:00Z: they disagree, and the earlier counts.',
    );
  });

  it('lets a day of a contract agree with the last second of it', () => {
    const facts = held({ contract: contract({ expiresAt: inDays(20) }), observed: [seen(after(inDays(20), DAY - 1_000))] });
    expect(runwayOf(facts, NOW).evidence).toMatch(/^It ends at 2027-01-21T00:00:00Z by the contract\. Feature MATLAB .* agrees\.$/);
  });

  it('says that it ended, and keeps the expiry that the grace outlives', () => {
    const ended = runwayOf(held({ observed: [seen(inDays(-3))] }), NOW);
    expect(ended.evidence).toMatch(/^It ended at /);
    expect(runwayMs(ended, NOW)).toBe(-3 * DAY);
    const graced = runwayOf(held({ contract: contract({ expiresAt: inDays(30), graceMs: 14 * DAY }) }), NOW);
    expect(graced.items).toMatchObject([{ endsAt: inDays(44), expiresAt: inDays(30) }]);
    expect(graced.evidence).toContain('grace of 14 days lasts until 2027-02-14T00:00:00Z');
  });

  it('keeps a hostile name on its line', () => {
    const facts = held({ observed: [{ ...seen(inDays(1)), feature: { ...seen(inDays(1)).feature, name: 'A\nB\u001b[2J' } }] });
    expect(runwayOf(facts, NOW).evidence).toContain('feature A B [2J of probe lab');
  });
});

describe('runway of our own license', () => {
  it.each<[string, Partial<SelfRunwayFacts>, Runway['state'], number | null]>([
    ['the first rung with a lower tier', {}, 'dated', 114],
    ['no end', { expiresAt: null }, 'open', null],
    ['expired, still within the path', { expiresAt: inDays(-10) }, 'dated', 4],
    ['lowered already', { expiresAt: inDays(-20) }, 'dated', -6],
    ['suspended: its dwell', { status: 'suspended', statusAt: NOW }, 'dated', 1],
    ['a path that takes nothing', { policy: { ...BUILD_SERVER, glidePath: { ...BUILD_SERVER.glidePath, timed: {} } } }, 'open', null],
    [
      'a plan that starts at a lower tier loses at the rung below it',
      { plan: 'small', policy: { ...BUILD_SERVER, plans: [...BUILD_SERVER.plans.map((plan) => ({ ...plan, name: 'small', tier: 1 }))] } },
      'dated',
      130,
    ],
  ])('%s', (_, facts, state, days) => {
    const runway = runwayOf(self(facts), NOW);
    expect([runway.state, runway.endsAt]).toEqual([state, days === null ? null : inDays(days)]);
  });
});

describe('what else ends', () => {
  const seats: UseFacts = {
    ...{ of: 'seats', name: 'MATLAB', limit: 50, peak: 45, asOf: inDays(-1), kind: 'floating' },
    forecast: { at: inDays(20), early: inDays(10), late: null },
  };
  const key = { cause: 'signing-key', what: 'the signing key 7f3a', endsAt: inDays(9), source: 'the key set', asOf: null } as const;
  const latent = (days: number) => ({ act: 'restart', from: inDays(days), reason: 'The license has expired.' }) as const;

  it('comes in order: ended, latent, then soonest', () => {
    const facts = self({ uses: [seats], parts: [key], latent: [latent(-2), latent(30)], expiresAt: inDays(-20) });
    const runway = runwayOf(facts, NOW);
    expect(runway.items.map(({ cause, endsAt }) => [cause, (endsAt - NOW) / DAY])).toEqual([
      ['end', -6],
      ['latent', -2],
      ['signing-key', 9],
      ['seats', 20],
      ['latent', 30],
    ]);
    expect(runway.state).toBe('dated');
  });

  it('is latent, and zero, as soon as the next restart fails', () => {
    const runway = runwayOf(self({ latent: [latent(-2)] }), NOW);
    expect([runway.state, runway.endsAt, runwayMs(runway, NOW)]).toEqual(['latent', inDays(-2), 0]);
    expect(runwayOf(self({ latent: [latent(5)] }), NOW)).toMatchObject({ state: 'dated', cause: 'latent', endsAt: inDays(5) });
  });

  it('says so when there is a date, and nobody knows the end', () => {
    const runway = runwayOf(held({ uses: [seats] }), NOW);
    expect(runway).toMatchObject({ state: 'dated', cause: 'seats' });
    expect(runway.evidence).toContain('Nobody has said when it ends');
    expect(runway.items[0]?.interval).toEqual({ early: inDays(10), late: null });
  });

  it.each<[string, Partial<UseFacts>]>([
    ['node-locked', { kind: 'node-locked' }],
    ['uncounted', { kind: 'uncounted' }],
    ['one seat', { limit: 1 }],
    ['no forecast', { forecast: null }],
  ])('runs out of nothing: %s', (_, parts) => {
    expect(runwayOf(self({ expiresAt: null, uses: [{ ...seats, ...parts }] }), NOW).items).toEqual([]);
  });

  it('gives parts of Glidepath a runway of their own', () => {
    const own: OwnRunwayFacts = { ...NOTHING, kind: 'own', parts: [key] };
    expect(runwayOf(own, NOW)).toMatchObject({
      ...{ state: 'dated', endsAt: inDays(9), cause: 'signing-key' },
      evidence: 'The signing key 7f3a ends at 2027-01-10T00:00:00Z by the key set.',
    });
    expect(runwayOf({ ...own, parts: [] }, NOW).state).toBe('open');
  });
});

describe('compareRunways', () => {
  const row = (id: string, state: Runway['state'], days: number | null) => ({ id, state, endsAt: days === null ? null : inDays(days) });

  it('puts the worst first', () => {
    const worst = [
      row('b', 'latent', -5),
      row('a', 'latent', -1),
      row('h', 'dated', -9),
      row('c', 'dated', 3),
      row('d', 'dated', 3),
      row('e', 'dated', null),
      row('f', 'unknown', null),
      row('g', 'open', null),
    ];
    fc.assert(
      fc.property(fc.shuffledSubarray(worst, { minLength: worst.length }), (rows) => {
        expect(rows.toSorted(compareRunways)).toEqual(worst);
      }),
    );
  });
});

describe('any runway', () => {
  const day = fc.option(fc.integer({ min: -50, max: 500 }).map(inDays), { nil: null });
  const facts = fc.record({
    contract: day,
    grace: fc.nat(30),
    observed: fc.array(fc.record({ end: day, stop: day, isPermanent: fc.boolean() }), { maxLength: 4 }),
  });
  const built = facts.map(({ contract: end, grace, observed }) =>
    held({
      contract: end === null ? null : contract({ expiresAt: end, graceMs: grace * DAY }),
      observed: observed.map(({ end: at, stop, isPermanent }) =>
        seen(at, { stopsAt: stop, ...(at === null && isPermanent ? { ends: 'permanent' as const } : {}) }),
      ),
    }),
  );

  it('is the minimum of its items, never open without a reason, and shrinks as time passes', () => {
    fc.assert(
      fc.property(built, fc.nat(400 * DAY), (each, later) => {
        const runway = runwayOf(each, NOW);
        const ends = runway.items.map(({ endsAt }) => endsAt);
        expect(runway.endsAt).toBe(ends.length === 0 ? null : Math.min(...ends));
        if (runway.state === 'open') expect(each.observed.every(({ feature }) => feature.ends === 'permanent')).toBe(true);
        expect(runwayOf(each, after(NOW, later)).endsAt).toBe(runway.endsAt);
      }),
    );
  });
});
