import { describe, expect, it } from 'vitest';
import { DAY, HOUR } from '../time.ts';
import { planWith, SeatWorld } from './test-seats.ts';

const DENY = { kind: 'deny' } as const;

describe('reserved seats', () => {
  const reserved = (limit: number, seats: Parameters<typeof planWith>[0] = {}) =>
    new SeatWorld(planWith({ limit, overage: null, whenFull: DENY, reserve: [{ group: 'ops', seats: 2 }], ...seats }));
  const ops = { group: 'ops' };

  it('are nobody else’s while the group leaves them free', () => {
    const world = reserved(3);
    expect(['a', 'b'].map((jkt) => world.acquire(jkt).outcome)).toEqual(['granted', 'verdict']);
    expect(['o', 'p', 'q'].map((jkt) => world.acquire(jkt, ops).outcome)).toEqual(['granted', 'granted', 'verdict']);
    expect(world.seats).toMatchObject({ granted: 3, groups: { ops: 2 } });
  });

  it('are counted against the group for as long as its member has one', () => {
    const world = reserved(3);
    world.acquire('o', ops);
    world.acquire('p', ops);
    expect(world.release('o').lease?.state).toBe('released');
    expect(world.seats).toMatchObject({ granted: 1, groups: { ops: 1 } });
    world.wait(HOUR * 2).reap();
    expect(world.seats).toMatchObject({ granted: 0, groups: {} });
  });

  it('leave the rest of the limit to the group too', () => {
    const world = reserved(3);
    expect(['o', 'p', 'q'].map((jkt) => world.acquire(jkt, ops).outcome)).toEqual(['granted', 'granted', 'granted']);
    expect(world.acquire('a').outcome).toBe('verdict');
  });

  it('are respected by overage: past them nobody outside the group has more seats than its own overage', () => {
    const world = reserved(3, { overage: { seats: 1, forMs: HOUR, againMs: null } });
    expect(['a', 'b', 'c'].map((jkt) => world.acquire(jkt).outcome)).toEqual(['granted', 'overage', 'verdict']);
    expect(['o', 'p', 'q'].map((jkt) => world.acquire(jkt, ops).outcome)).toEqual(['granted', 'granted', 'verdict']);
    expect(world.seats).toMatchObject({ granted: 3, overage: 1 });
  });

  it('are not given to somebody who waits outside the group', () => {
    const world = reserved(3, { whenFull: { kind: 'tier', tier: 2 } });
    for (const jkt of ['a', 'b']) world.acquire(jkt);
    world.acquire('o', ops);
    world.acquire('p', ops);
    world.release('o');
    expect(world.row('b').state).toBe('when-full');
    world.release('a');
    expect(world.row('b').state).toBe('granted');
  });

  it('are not known for a group that the plan does not name', () => {
    const world = reserved(3);
    world.acquire('a');
    expect(world.acquire('b', { group: 'dev' }).outcome).toBe('verdict');
    expect(world.row('a').seatGroup).toBeNull();
  });

  it('keep the group of a holder that renews without saying it', () => {
    const world = reserved(3);
    world.acquire('o', ops);
    expect(world.renew('o').lease?.seatGroup).toBe('ops');
    expect(world.seats.groups).toEqual({ ops: 1 });
  });
});

describe('named seats', () => {
  const named = (limit: number, seats: Parameters<typeof planWith>[0] = {}) =>
    new SeatWorld(planWith({ kind: 'named', limit, overage: null, whenFull: DENY, reassign: { count: 1, perMs: 30 * DAY }, ...seats }));

  it('go first to seats that nobody ever had', () => {
    const world = named(2);
    world.acquire('a');
    world.release('a');
    expect(world.seats.vacated).toBe(1);
    world.acquire('b');
    expect(world.seats).toMatchObject({ granted: 1, vacated: 1, reassignedAt: [] });
  });

  it('are reassigned within the quota, and past it not before the oldest falls out', () => {
    const world = named(1);
    world.acquire('a');
    world.release('a');
    world.wait(DAY);
    const taken = world.acquire('b');
    expect(taken.outcome).toBe('granted');
    expect(taken.happened).toContainEqual(expect.objectContaining({ action: 'license.seat-reassigned', facts: { left: 0 } }));
    expect(world.seats).toMatchObject({ granted: 1, vacated: 0, reassignedAt: [world.now] });
    world.wait(DAY).release('b');
    const refused = world.acquire('c');
    expect(refused.verdict).toMatchObject({ kind: 'denied', code: 'reassign-quota', retryAfterMs: 29 * DAY });
    world.wait(29 * DAY - 1);
    expect(world.acquire('c').verdict?.code).toBe('reassign-quota');
    world.wait(1);
    expect(world.acquire('c').outcome).toBe('granted');
  });

  it('go back to the person who gave one back, for nothing', () => {
    const world = named(1, { reassign: { count: 0, perMs: DAY } });
    world.acquire('a');
    for (let times = 0; times < 3; times++) {
      world.wait(HOUR).release('a');
      expect(world.acquire('b').verdict?.code).toBe('reassign-quota');
      expect(world.acquire('a').outcome).toBe('granted');
    }
    expect(world.seats).toMatchObject({ granted: 1, vacated: 0, reassignedAt: [] });
  });

  it('are nobody’s own any more once one was reassigned', () => {
    const world = named(1);
    world.acquire('a');
    world.release('a');
    world.wait(1).acquire('b');
    world.wait(1).release('b');
    expect(world.acquire('a').verdict?.code).toBe('reassign-quota');
    expect(world.acquire('b').outcome).toBe('granted');
  });

  it('are given to whoever waits only within the quota', () => {
    const world = named(1, { whenFull: { kind: 'queue' }, reassign: { count: 1, perMs: 30 * DAY } });
    world.acquire('a');
    world.acquire('b');
    world.release('a');
    expect(world.row('b').state).toBe('granted');
    world.acquire('c');
    world.release('b');
    expect(world.row('c').state).toBe('queued');
    expect(world.seats).toMatchObject({ granted: 0, vacated: 1 });
  });

  it('are free to anybody where the plan has no quota', () => {
    const world = named(1, { reassign: null });
    for (const jkt of ['a', 'b', 'c']) {
      expect(world.acquire(jkt).outcome).toBe('granted');
      world.release(jkt);
    }
    expect(world.seats).toMatchObject({ granted: 0, vacated: 1, reassignedAt: [] });
  });

  it('of a removed holder are vacated like one given back', () => {
    const world = named(1, { reassign: { count: 0, perMs: DAY } });
    world.acquire('a');
    world.remove('a');
    expect(world.acquire('b').verdict?.code).toBe('reassign-quota');
    world.readmit('a');
    expect(world.acquire('a').outcome).toBe('granted');
  });
});
