import { describe, expect, it } from 'vitest';
import { after, DAY, HOUR, SECOND } from '../time.ts';
import { UNTIL_REASSIGNED } from './seat-rules.ts';
import { planWith, SeatWorld } from './test-seats.ts';

const TTL = HOUR;
const LAPSED = TTL + 2 * SECOND;

/** One seat, no overage, whatever the test says for a full license. */
function one(whenFull: 'deny' | 'queue' | number = 'deny') {
  const full = typeof whenFull === 'number' ? ({ kind: 'tier', tier: whenFull } as const) : { kind: whenFull };
  return new SeatWorld(planWith({ limit: 1, overage: null, whenFull: full }));
}

describe('acquire lease', () => {
  it('grants a free seat for the ttl, at a first epoch of this store', () => {
    const world = one();
    const { outcome, lease, seats, verdict, happened } = world.acquire('a');
    expect(outcome).toBe('granted');
    expect(verdict).toBeNull();
    expect(seats).toMatchObject({ granted: 1, overage: 0 });
    expect(lease).toMatchObject({
      ...{ license: 'lic_1', environment: 'env_1', holder: 'a', installations: ['a'], kind: 'floating', state: 'granted', tier: null },
      ...{ epoch: { incarnation: 1, count: 1 }, acquiredAt: world.now, renewedAt: world.now, holdUntil: world.now + TTL, renewals: 0 },
    });
    expect(happened).toMatchObject([{ action: 'lease.acquired', only: 'audit' }]);
  });

  it('gives a holder that has a lease the same one, with a new hold', () => {
    const world = one();
    const first = world.acquire('a').lease;
    const second = world.wait(TTL / 2).acquire('a');
    expect(second.lease).toMatchObject({ id: first?.id, epoch: first?.epoch, acquiredAt: first?.acquiredAt, holdUntil: world.now + TTL });
    expect(second.seats.granted).toBe(1);
    expect(second.happened).toEqual([]);
  });

  it('gives the same request the same answer without another effect', () => {
    const world = one();
    const first = world.acquire('a', { requestId: 'r' });
    const again = world.wait(MINUTE_LATER).acquire('a', { requestId: 'r' });
    expect(again).toMatchObject({ isReplay: true, outcome: 'granted', happened: [], lease: first.lease, seats: first.seats });
  });

  it('says no-seat under deny, and to ask again within a minute', () => {
    const world = one();
    world.acquire('a');
    const { outcome, verdict, lease, seats } = world.acquire('b');
    expect(outcome).toBe('verdict');
    expect(verdict).toEqual({
      ...{
        kind: 'denied',
        code: 'no-seat',
        reason: 'The one seat of this license is taken.',
        effectiveAt: world.now,
        retryAfterMs: 60 * SECOND,
      },
    });
    expect(lease).toBeNull();
    expect(seats.granted).toBe(1);
  });

  it('gives a new holder of a full license its place in the queue, and no seat', () => {
    const world = one('queue');
    world.acquire('a');
    const { verdict, lease, seats } = world.acquire('b');
    expect(verdict).toMatchObject({ kind: 'queued', code: 'queued', queue: { position: 1, deadlineAt: null } });
    expect(lease).toMatchObject({ state: 'queued', kind: null, waitingSince: world.now });
    expect(seats).toMatchObject({ granted: 1, overage: 0 });
  });

  it('gives a new holder of a full license the whenFull tier at once, without a seat', () => {
    const world = one(2);
    world.acquire('a');
    const { outcome, lease, seats } = world.acquire('b');
    expect(outcome).toBe('when-full');
    expect(lease).toMatchObject({ state: 'when-full', kind: null, tier: 'essential', waitingSince: world.now });
    expect(seats).toMatchObject({ granted: 1, overage: 0 });
  });

  it('takes the seat of a holder that was silent for its hold and two seconds', () => {
    const world = one();
    world.acquire('a');
    expect(world.wait(LAPSED - 1).acquire('b').outcome).toBe('verdict');
    const { outcome, reaped, seats } = world.wait(1).acquire('b');
    expect(outcome).toBe('granted');
    expect(reaped).toMatchObject([{ holder: 'a', state: 'reaped', epoch: { incarnation: 1, count: 1 } }]);
    expect(seats.granted).toBe(1);
  });

  it('keeps what the client says of itself, until it says something else', () => {
    const world = one();
    expect(world.acquire('a', { client: 'sdk 1' }).lease?.client).toBe('sdk 1');
    expect(world.renew('a').lease?.client).toBe('sdk 1');
    expect(world.renew('a', { client: 'sdk 2' }).lease?.client).toBe('sdk 2');
  });

  it('counts nothing for a plan without seats', () => {
    const world = new SeatWorld(planWith(null));
    const { outcome, lease, seats } = world.acquire('a');
    expect(outcome).toBe('granted');
    expect(lease).toMatchObject({ kind: null, tier: null });
    expect(seats).toMatchObject({ granted: 0, overage: 0 });
    world.wait(LAPSED).reap();
    expect(world.row('a').state).toBe('reaped');
    expect(world.seats.granted).toBe(0);
  });

  it('takes the number of seats from the license where it has its own', () => {
    const world = new SeatWorld(planWith({ limit: 1, overage: null, whenFull: { kind: 'deny' } }), { overrides: { seats: 2 } });
    expect([world.acquire('a'), world.acquire('b'), world.acquire('c')].map(({ outcome }) => outcome)).toEqual([
      'granted',
      'granted',
      'verdict',
    ]);
  });

  it('keeps the fingerprint that the request shows', () => {
    const world = new SeatWorld(planWith({ kind: 'node-locked', match: { of: ['cpu', 'disk'], need: 1 } }));
    expect(world.acquire('a', { fingerprint: { cpu: 'x' } }).lease).toMatchObject({ kind: 'node-locked', fingerprint: { cpu: 'x' } });
    expect(world.renew('a', { fingerprint: { cpu: 'y' } }).lease?.fingerprint).toEqual({ cpu: 'y' });
    expect(world.renew('a').lease?.fingerprint).toEqual({ cpu: 'y' });
  });

  it('tells of a machine of which too few components are the same, and denies nothing', () => {
    const world = new SeatWorld(planWith({ kind: 'node-locked', match: { of: ['cpu', 'disk', 'mac'], need: 2 } }));
    world.acquire('a', { fingerprint: { cpu: '1', disk: '1', mac: '1' } });
    expect(world.renew('a', { fingerprint: { cpu: '1', disk: '1', mac: '2' } }).happened).toEqual([]);
    const changed = world.renew('a', { fingerprint: { cpu: '2', disk: '2', mac: '2' } });
    expect(changed).toMatchObject({ outcome: 'granted', happened: [{ action: 'lease.machine-changed', facts: { same: 1, need: 2 } }] });
    expect(world.renew('a', { fingerprint: { cpu: '2', disk: '2', mac: '2' } }).happened).toEqual([]);
  });

  it('takes nothing from the silent while the clock is not trusted', () => {
    const world = one(2);
    world.acquire('a');
    world.acquire('b');
    world.mayReap = false;
    expect(world.wait(LAPSED).acquire('c')).toMatchObject({ outcome: 'when-full', reaped: [], seats: { granted: 1 } });
  });

  it('does not shorten a hold that a later request of the holder was promised', () => {
    const world = one();
    world.wait(SECOND).acquire('a');
    const { holdUntil } = world.row('a');
    expect(world.wait(-SECOND).acquire('a').lease).toMatchObject({ holdUntil, renewedAt: holdUntil - TTL });
    expect(world.wait(-2 * TTL).acquire('a').lease).toMatchObject({ holdUntil: world.now + TTL });
  });
});

const MINUTE_LATER = 60 * SECOND;

describe('acquire lease > overage', () => {
  function world() {
    return new SeatWorld(
      planWith({ limit: 1, overage: { seats: 1, forMs: 72 * HOUR, againMs: 30 * DAY }, whenFull: { kind: 'tier', tier: 2 } }),
    );
  }

  it('opens with the first seat past the limit, and says when it closes', () => {
    const seats = world();
    seats.acquire('a');
    const { outcome, lease, happened } = seats.wait(1).acquire('b');
    expect(outcome).toBe('overage');
    expect(lease).toMatchObject({ state: 'overage', tier: null });
    expect(seats.seats).toMatchObject({ granted: 1, overage: 1, overageOpenedAt: seats.now });
    expect(happened).toMatchObject([
      { action: 'license.overage-opened', facts: { closesAt: after(seats.now, 72 * HOUR) } },
      { action: 'lease.acquired' },
    ]);
  });

  it('ends at its own limit', () => {
    const seats = world();
    for (const holder of ['a', 'b']) seats.acquire(holder);
    expect(seats.acquire('c').outcome).toBe('when-full');
  });

  it('is open for [0, for) and opens again at `again`', () => {
    const seats = world();
    seats.acquire('a');
    seats.acquire('b');
    seats.release('b');
    const keep = (until: number) => {
      while (seats.now < until) seats.wait(Math.min(TTL, until - seats.now)).renew('a');
    };
    const openedAt = seats.now;
    keep(openedAt + 72 * HOUR - 1);
    expect(seats.acquire('b').outcome).toBe('overage');
    seats.release('b');
    keep(openedAt + 72 * HOUR);
    expect(seats.acquire('b').outcome).toBe('when-full');
    seats.release('b');
    keep(openedAt + 30 * DAY - 1);
    expect(seats.acquire('b').outcome).toBe('when-full');
    seats.release('b');
    keep(openedAt + 30 * DAY);
    expect(seats.acquire('b').outcome).toBe('overage');
    expect(seats.seats.overageOpenedAt).toBe(seats.now);
  });

  it('without an `again` opens once', () => {
    const seats = new SeatWorld(planWith({ limit: 0, overage: { seats: 1, forMs: HOUR, againMs: null }, whenFull: { kind: 'deny' } }));
    expect(seats.acquire('a').outcome).toBe('overage');
    seats.release('a');
    expect(seats.wait(1000 * DAY).acquire('a').outcome).toBe('verdict');
  });
});

describe('acquire lease > named seats', () => {
  function world() {
    return new SeatWorld(planWith({ limit: 1, kind: 'named', overage: null, whenFull: { kind: 'deny' } }));
  }

  it('gives several installations of a person one seat', () => {
    const seats = world();
    const first = seats.acquire('laptop', { person: 'ann' });
    const second = seats.acquire('desktop', { person: 'ann' });
    expect(second).toMatchObject({
      outcome: 'granted',
      lease: { id: first.lease?.id, holder: 'ann', installations: ['laptop', 'desktop'] },
    });
    expect(second.seats.granted).toBe(1);
    expect(seats.acquire('phone', { person: 'bob' }).verdict).toMatchObject({ code: 'no-seat' });
  });

  it('stays the person’s in silence, until somebody else gets it', () => {
    const seats = world();
    seats.acquire('laptop', { person: 'ann' });
    expect(seats.row('ann').holdUntil).toBe(UNTIL_REASSIGNED);
    seats.renew('laptop', { person: 'ann' });
    seats.wait(400 * DAY).reap();
    expect(seats.row('ann')).toMatchObject({ state: 'granted', holdUntil: UNTIL_REASSIGNED });
  });

  it('is held like any other past the limit, and becomes the person’s own when one is freed', () => {
    const seats = new SeatWorld(
      planWith({ limit: 1, kind: 'named', overage: { seats: 1, forMs: DAY, againMs: null }, whenFull: { kind: 'deny' } }),
    );
    seats.acquire('laptop', { person: 'ann' });
    expect(seats.acquire('phone', { person: 'bob' }).lease).toMatchObject({ state: 'overage', holdUntil: seats.now + TTL });
    seats.release('laptop', { person: 'ann' });
    expect(seats.row('bob')).toMatchObject({ state: 'granted', holdUntil: UNTIL_REASSIGNED });
  });

  it('forgets the installation of a person that joined first beyond 32', () => {
    const seats = world();
    for (let machine = 0; machine <= 32; machine++) seats.acquire(`machine-${machine}`, { person: 'ann' });
    expect(seats.row('ann').installations).toHaveLength(32);
    expect(seats.row('ann').installations).not.toContain('machine-0');
  });
});

describe('acquire lease > license that grants nobody', () => {
  it('says not-started and when to ask', () => {
    const world = new SeatWorld(planWith({}), { startsAt: after(one().now, DAY) });
    expect(world.acquire('a').verdict).toMatchObject({
      ...{ kind: 'denied', code: 'not-started', reason: 'This license starts in 1 day.', retryAfterMs: DAY },
    });
    expect(world.wait(DAY).acquire('a').outcome).toBe('granted');
  });

  it.each(['suspended', 'revoked'] as const)('%s: grants until the path has taken a tier, then says so', (status) => {
    const world = new SeatWorld(planWith({}));
    world.license = { ...world.license, status, statusAt: world.now, statusReason: 'unpaid' };
    expect(world.wait(DAY - 1).acquire('a').outcome).toBe('granted');
    const { verdict } = world.wait(1).acquire('b');
    expect(verdict).toEqual({
      ...{
        kind: status,
        code: `license-${status}`,
        reason: `This license is ${status}: unpaid`,
        effectiveAt: world.license.statusAt,
        retryAfterMs: null,
      },
    });
    expect(world.acquire('a').outcome).toBe('granted');
  });

  it('grants under a status that has no path, and before one that is to come', () => {
    const world = new SeatWorld(planWith({}));
    world.policy = { ...world.policy, glidePath: { ...world.policy.glidePath, timed: {} } };
    world.license = { ...world.license, status: 'revoked', statusAt: world.now };
    expect(world.wait(100 * DAY).acquire('a').outcome).toBe('granted');
    world.license = { ...world.license, statusAt: after(world.now, 1) };
    expect(world.acquire('b').outcome).toBe('granted');
  });

  it('still grants long after its end: expiry is a path', () => {
    const world = new SeatWorld(planWith({}));
    expect(world.wait(5 * 365 * DAY).acquire('a').outcome).toBe('granted');
  });
});

describe('acquire lease > by a holder that was reaped', () => {
  it('takes a free seat at its old epoch', () => {
    const world = one();
    const { lease } = world.acquire('a');
    world.wait(LAPSED).reap();
    expect(world.acquire('a')).toMatchObject({
      ...{ outcome: 'granted', lease: { id: lease?.id, epoch: lease?.epoch, renewals: 1 }, happened: [{ action: 'lease.regained' }] },
    });
  });

  it('goes down one tier, not to the whenFull tier at once', () => {
    const world = one(2);
    world.acquire('a');
    world.wait(LAPSED).acquire('b');
    expect(world.acquire('a')).toMatchObject({ outcome: 'when-full', lease: { tier: 'reduced', epoch: { count: 2 } } });
    expect(world.wait(TTL / 2).renew('a').lease?.tier).toBe('essential');
  });

  it('is superseded under deny, one tier per answer as far as the lowest essential tier', () => {
    const world = one();
    world.acquire('a');
    world.wait(LAPSED).acquire('b');
    expect(world.acquire('a')).toMatchObject({
      outcome: 'verdict',
      verdict: { kind: 'superseded' },
      lease: { tier: 'reduced', epoch: { count: 2 } },
    });
    expect(world.wait(SECOND).acquire('a').lease?.tier).toBe('essential');
    const steppedAt = world.now;
    expect(world.wait(SECOND).acquire('a').lease).toMatchObject({ tier: 'essential', tierSince: steppedAt });
  });

  it('is told of a suspension where there is no lease to say it in', () => {
    const world = one();
    world.acquire('a');
    world.wait(LAPSED).acquire('b');
    world.license = { ...world.license, status: 'suspended', statusAt: world.now };
    expect(world.acquire('a').verdict).toMatchObject({ kind: 'suspended' });
  });

  it('another installation of the same person starts as a new holder', () => {
    const world = new SeatWorld(
      planWith({ limit: 0, kind: 'named', overage: { seats: 1, forMs: DAY, againMs: null }, whenFull: { kind: 'deny' } }),
    );
    world.acquire('laptop', { person: 'ann' });
    world.wait(LAPSED).acquire('phone', { person: 'bob' });
    expect(world.acquire('desktop', { person: 'ann' }).verdict).toMatchObject({ kind: 'denied' });
    expect(world.acquire('laptop', { person: 'ann' }).verdict).toMatchObject({ kind: 'superseded' });
  });
});
