import { describe, expect, it } from 'vitest';
import { DAY, HOUR, SECOND } from '../time.ts';
import { planWith, SeatWorld } from './test-seats.ts';

const TTL = HOUR;
const LAPSED = TTL + 2 * SECOND;
const DENY = { kind: 'deny' } as const;
const ESSENTIAL = { kind: 'tier', tier: 2 } as const;

function one(whenFull: typeof DENY | typeof ESSENTIAL = DENY) {
  return new SeatWorld(planWith({ limit: 1, overage: null, whenFull }));
}

describe('renew lease', () => {
  it('holds the seat for another ttl, at the same epoch, and audits nothing', () => {
    const world = one();
    const { lease } = world.acquire('a');
    const renewed = world.wait(TTL / 2).renew('a');
    expect(renewed).toMatchObject({ outcome: 'granted', verdict: null, happened: [] });
    expect(renewed.lease).toMatchObject({
      id: lease?.id,
      epoch: lease?.epoch,
      holdUntil: world.now + TTL,
      renewedAt: world.now,
      renewals: 1,
    });
  });

  it('gives the same request the same answer without another effect', () => {
    const world = one();
    world.acquire('a');
    const first = world.renew('a', { requestId: 'r' });
    expect(world.wait(SECOND).renew('a', { requestId: 'r' })).toMatchObject({ isReplay: true, lease: first.lease });
  });

  it('keeps a seat whose hold has ended, as long as nobody took it', () => {
    const world = one();
    world.acquire('a');
    expect(world.wait(LAPSED).renew('a')).toMatchObject({ outcome: 'granted', reaped: [], seats: { granted: 1 } });
  });

  it.each(['suspended', 'revoked'] as const)(
    'is answered with a lease while the license is %s, long after the path has bitten',
    (status) => {
      const world = one();
      world.acquire('a');
      world.license = { ...world.license, status, statusAt: world.now };
      expect(world.wait(3 * DAY).renew('a').outcome).toBe('granted');
      world.wait(3 * DAY).reap();
      expect(world.renew('a').outcome).toBe('granted');
    },
  );

  it('is never denied by a limit that was lowered: seats drain', () => {
    const world = new SeatWorld(planWith({ limit: 3, overage: null, whenFull: DENY }));
    for (const holder of ['a', 'b', 'c']) world.acquire(holder);
    world.terms = { ...world.terms, overrides: { seats: 1 } };
    expect(['a', 'b', 'c'].map((holder) => world.renew(holder).outcome)).toEqual(['granted', 'granted', 'granted']);
    world.release('a');
    expect(world.acquire('d').outcome).toBe('verdict');
  });

  it('brings a lease into the count when its plan comes to have seats, and out again', () => {
    const world = new SeatWorld(planWith(null));
    world.acquire('a');
    world.acquire('b');
    world.plan = planWith({ limit: 1, overage: null });
    expect(world.renew('a')).toMatchObject({ outcome: 'granted', lease: { kind: 'floating' }, seats: { granted: 1 } });
    expect(world.renew('b')).toMatchObject({ outcome: 'granted', lease: { kind: 'floating' }, seats: { granted: 2 } });
    world.plan = planWith(null);
    expect(world.renew('a')).toMatchObject({ outcome: 'granted', lease: { kind: null }, seats: { granted: 1 } });
  });
});

describe('renew lease > what is not this holder’s', () => {
  it('an installation without a lease is told that there is none', () => {
    const world = one();
    world.acquire('a');
    expect(world.renew('copy', { epoch: world.row('a').epoch })).toMatchObject({
      verdict: { kind: 'denied', code: 'lease-unknown' },
      lease: null,
    });
  });

  it('an installation of nobody’s acquaintance cannot renew a person’s lease', () => {
    const world = new SeatWorld(planWith({ kind: 'named' }));
    world.acquire('laptop', { person: 'ann' });
    const before = world.row('ann');
    expect(world.renew('copy', { person: 'ann' })).toMatchObject({ verdict: { kind: 'denied', code: 'wrong-installation' } });
    expect(world.row('ann')).toBe(before);
  });

  it('a stale epoch is superseded, and moves nothing', () => {
    const world = one();
    const first = world.acquire('a');
    world.release('a');
    world.acquire('a');
    const before = world.row('a');
    expect(before.epoch).toEqual({ incarnation: 1, count: 2 });
    expect(world.renew('a', { epoch: first.lease?.epoch ?? null })).toMatchObject({ verdict: { kind: 'superseded', code: 'superseded' } });
    expect(world.row('a')).toBe(before);
  });
});

describe('renew lease > a hold that was reaped', () => {
  it('takes a free seat at the same epoch', () => {
    const world = one();
    const { lease } = world.acquire('a');
    world.wait(LAPSED).reap();
    expect(world.seats.granted).toBe(0);
    expect(world.renew('a')).toMatchObject({
      outcome: 'granted',
      seats: { granted: 1 },
      lease: { epoch: lease?.epoch, acquiredAt: lease?.acquiredAt },
    });
  });

  it('is superseded when the seat is another’s, and moves the epoch and one tier', () => {
    const world = one();
    world.acquire('a');
    world.wait(LAPSED).acquire('b');
    const { verdict, lease, seats } = world.renew('a');
    expect(verdict).toMatchObject({ kind: 'superseded', code: 'superseded', effectiveAt: world.now });
    expect(lease).toMatchObject({ state: 'reaped', epoch: { incarnation: 1, count: 2 }, tier: 'reduced' });
    expect(seats.granted).toBe(1);
  });

  it('is superseded once per request', () => {
    const world = one();
    world.acquire('a');
    world.wait(LAPSED).acquire('b');
    const first = world.renew('a', { requestId: 'r' });
    expect(world.renew('a', { requestId: 'r' })).toMatchObject({ isReplay: true, verdict: { kind: 'superseded' }, lease: first.lease });
  });

  it('cannot be renewed by a copy of the request that it was last renewed by', () => {
    const world = one();
    world.acquire('a', { requestId: 'r' });
    world.wait(LAPSED).acquire('b');
    expect(world.acquire('a', { requestId: 'r' })).toMatchObject({ isReplay: false, outcome: 'verdict' });
  });

  it('does not lose what it lost by superseding twice when it then acquires', () => {
    const world = one(ESSENTIAL);
    world.acquire('a');
    world.wait(LAPSED).acquire('b');
    expect(world.renew('a').lease?.tier).toBe('reduced');
    expect(world.acquire('a')).toMatchObject({ outcome: 'when-full', lease: { tier: 'reduced' } });
  });

  it('that had no seat goes on without one', () => {
    const world = one(ESSENTIAL);
    world.acquire('a');
    world.acquire('b');
    const until = world.now + LAPSED + 1;
    while (world.now < until) world.wait(TTL / 2).renew('a');
    expect(world.row('b').state).toBe('reaped');
    expect(world.renew('b')).toMatchObject({ outcome: 'when-full', lease: { tier: 'essential', epoch: { count: 1 } } });
  });

  it('takes an overage seat where a new holder would', () => {
    const world = new SeatWorld(planWith({ limit: 1, overage: { seats: 1, forMs: DAY, againMs: null }, whenFull: DENY }));
    world.acquire('a');
    world.wait(LAPSED).acquire('b');
    expect(world.renew('a')).toMatchObject({ outcome: 'overage', seats: { granted: 1, overage: 1 } });
  });
});

describe('renew lease > after a release', () => {
  it('takes a free seat under a new epoch', () => {
    const world = one();
    world.acquire('a');
    const { epoch } = world.row('a');
    world.release('a');
    expect(world.renew('a', { epoch })).toMatchObject({ outcome: 'granted', lease: { epoch: { count: 2 } } });
  });

  it('is superseded when the seat is another’s, and meets a license that grants nobody new', () => {
    const world = one();
    world.acquire('a');
    const { epoch } = world.row('a');
    world.release('a');
    world.license = { ...world.license, status: 'revoked', statusAt: world.now };
    expect(world.wait(DAY).renew('a', { epoch }).verdict?.kind).toBe('revoked');
    world.license = { ...world.license, status: 'active' };
    world.acquire('b');
    expect(world.renew('a', { epoch }).verdict?.kind).toBe('superseded');
  });
});

describe('renew lease > overage that has closed', () => {
  function world(whenFull: typeof DENY | typeof ESSENTIAL = ESSENTIAL) {
    const seats = new SeatWorld(planWith({ limit: 1, overage: { seats: 2, forMs: HOUR, againMs: 10 * HOUR }, whenFull }));
    seats.acquire('a');
    seats.wait(1).acquire('b');
    return seats;
  }

  it.each([
    ['the whenFull tier', ESSENTIAL],
    ['the lowest tier that has every essential feature', DENY],
  ])('takes one tier per renewal, as far as %s', (_, whenFull) => {
    const seats = world(whenFull);
    seats.wait(HOUR - 1).renew('a');
    expect(seats.renew('b').lease).toMatchObject({ state: 'overage', tier: null });
    seats.wait(1).renew('a');
    const tiers = [1, 2, 3].map(() => seats.renew('b').lease?.tier);
    expect(tiers).toEqual(['reduced', 'essential', 'essential']);
    expect(seats.row('b').state).toBe('overage');
  });

  it('says since when the tier is what it is, and tells of each step once', () => {
    const seats = world();
    seats.wait(HOUR).renew('a');
    expect(seats.renew('b').happened).toMatchObject([{ action: 'lease.stepped-down', facts: { from: null, to: 'reduced' } }]);
    const steppedAt = seats.now;
    seats.wait(SECOND).renew('b');
    expect(seats.wait(SECOND).renew('b').happened).toEqual([]);
    expect(seats.row('b').tierSince).toBe(steppedAt + SECOND);
  });

  it('that has not closed yet keeps since when the tier is the plan’s when a seat is freed', () => {
    const seats = world();
    const { tierSince } = seats.row('b');
    seats.wait(1).release('a');
    expect(seats.row('b')).toMatchObject({ state: 'granted', tier: null, tierSince });
  });

  it('ends when a seat is freed, for the oldest overage holder first', () => {
    const seats = world();
    seats.wait(1).acquire('c');
    seats.wait(HOUR).renew('a');
    for (const holder of ['b', 'c']) seats.renew(holder);
    const { promoted } = seats.release('a');
    expect(promoted).toMatchObject([{ holder: 'b', state: 'granted', tier: null, tierSince: seats.now }]);
    expect(seats.seats).toMatchObject({ granted: 1, overage: 1 });
    expect(seats.renew('b')).toMatchObject({ outcome: 'granted', lease: { tier: null } });
    expect(seats.renew('c').lease?.tier).toBe('essential');
  });

  it('ends when it may open again', () => {
    const seats = world();
    const openedAt = seats.now;
    while (seats.now + TTL < openedAt + 10 * HOUR) {
      seats.wait(TTL).renew('a');
      seats.renew('b');
    }
    expect(seats.row('b').tier).toBe('essential');
    seats.wait(TTL).renew('a');
    expect(seats.renew('b')).toMatchObject({ outcome: 'overage', lease: { tier: null }, seats: { overageOpenedAt: seats.now } });
  });

  it('has closed when the policy has none any more', () => {
    const seats = world();
    seats.plan = planWith({ limit: 1, overage: null, whenFull: ESSENTIAL });
    expect(seats.renew('b').lease?.tier).toBe('reduced');
  });
});

describe('renew lease > without a seat', () => {
  it('gets the seat that was freed, in the order of waiting', () => {
    const world = one(ESSENTIAL);
    for (const holder of ['a', 'b', 'c']) world.wait(1).acquire(holder);
    world.release('a');
    expect(world.renew('c')).toMatchObject({ outcome: 'when-full' });
    expect(world.renew('b')).toMatchObject({ outcome: 'granted', lease: { tier: null, kind: 'floating', waitingSince: null } });
  });

  it('keeps its place while it renews, and loses it in silence', () => {
    const world = one(ESSENTIAL);
    for (const holder of ['a', 'b', 'c']) world.wait(1).acquire(holder);
    world.wait(TTL / 2).renew('a');
    world.renew('c');
    world.wait(TTL / 2 + 2 * SECOND).release('a');
    expect(world.row('b').state).toBe('reaped');
    expect(world.row('c').state).toBe('granted');
  });

  it('comes up at once to a floor that has risen, and goes down to one that has sunk tier by tier', () => {
    const world = one(ESSENTIAL);
    world.acquire('a');
    world.acquire('b');
    world.plan = planWith({ limit: 1, overage: null, whenFull: { kind: 'tier', tier: 1 } });
    expect(world.renew('b')).toMatchObject({
      lease: { tier: 'reduced' },
      happened: [{ action: 'lease.stepped-up', facts: { to: 'reduced' } }],
    });
    world.plan = planWith({ limit: 1, overage: null, whenFull: { kind: 'tier', tier: 0 } });
    expect(world.renew('b').lease?.tier).toBeNull();
    world.plan = planWith({ limit: 1, overage: null, whenFull: ESSENTIAL });
    expect([world.renew('b').lease?.tier, world.renew('b').lease?.tier]).toEqual(['reduced', 'essential']);
  });

  it('gets an overage seat when the overage opens', () => {
    const world = one(ESSENTIAL);
    world.acquire('a');
    world.acquire('b');
    world.plan = planWith({ limit: 1, overage: { seats: 1, forMs: DAY, againMs: null }, whenFull: ESSENTIAL });
    expect(world.renew('b')).toMatchObject({
      ...{ outcome: 'overage', lease: { tier: null }, seats: { granted: 1, overage: 1 } },
      happened: [{ action: 'license.overage-opened' }, { action: 'lease.promoted' }],
    });
  });
});

describe('renew lease > after a restore of the store', () => {
  it('believes an epoch that the store has forgotten', () => {
    const world = one();
    world.acquire('a');
    world.incarnation = 2;
    expect(world.renew('a', { epoch: { incarnation: 1, count: 4 } })).toMatchObject({
      outcome: 'granted',
      lease: { epoch: { incarnation: 1, count: 4 } },
    });
    expect(world.renew('a').outcome).toBe('granted');
  });

  it('gives a lease that the store has forgotten a free seat, or supersedes it', () => {
    const world = one();
    world.incarnation = 2;
    const epoch = { incarnation: 1, count: 3 };
    expect(world.renew('a', { epoch })).toMatchObject({ outcome: 'granted', lease: { epoch } });
    expect(world.renew('b', { epoch })).toMatchObject({ verdict: { kind: 'superseded' }, lease: null });
    world.plan = planWith({ limit: 1, overage: null, whenFull: ESSENTIAL });
    expect(world.renew('b', { epoch })).toMatchObject({ outcome: 'when-full', lease: { tier: 'reduced' } });
  });

  it('puts the new incarnation before the next epoch', () => {
    const world = one();
    world.acquire('a');
    world.release('a');
    world.incarnation = 2;
    expect(world.acquire('a').lease?.epoch).toEqual({ incarnation: 2, count: 2 });
  });

  it.each([
    ['of a store that is not yet', { incarnation: 3, count: 1 }],
    ['that no holder can have counted', { incarnation: 1, count: 2 ** 52 }],
  ])('does not believe an epoch %s', (_, epoch) => {
    const world = one();
    world.acquire('a');
    world.incarnation = 2;
    expect(world.renew('a', { epoch }).lease?.epoch).toEqual({ incarnation: 1, count: 1 });
  });
});
