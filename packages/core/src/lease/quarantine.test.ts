import { describe, expect, it } from 'vitest';
import { releaseQuarantine } from '../license/release-quarantine.ts';
import { HOUR, MINUTE } from '../time.ts';
import { planWith, SeatWorld } from './test-seats.ts';

/** A store that was restored: its license is at (1, 1), its own incarnation 2. */
function restored(seats: Parameters<typeof planWith>[0] = {}): SeatWorld {
  const world = new SeatWorld(planWith({ limit: 3, overage: null, whenFull: { kind: 'deny' }, ...seats }));
  world.acquire('a');
  world.incarnation = 2;
  world.license = { ...world.license, seq: { incarnation: 1, count: 1 } };
  return world.wait(MINUTE);
}

const NEWER = { incarnation: 1, count: 5 };

describe('a license of which a holder has seen more than the store knows', () => {
  it('is quarantined by its renewal, once, and the holder goes on', () => {
    const world = restored();
    const decision = world.renew('a', { seq: NEWER });
    expect(decision.outcome).toBe('granted');
    expect(world.license.quarantinedAt).toBe(world.now);
    expect(decision.happened).toContainEqual({
      action: 'license.quarantined',
      subject: 'lic_1',
      facts: { known: { incarnation: 1, count: 1 }, seen: NEWER, by: 'a' },
    });
    expect(world.wait(MINUTE).renew('a', { seq: NEWER }).happened).toEqual([]);
  });

  it('lets nobody new in, in the same batch already, and takes nothing from who waits', () => {
    const world = restored();
    const [, fresh] = world.batch([
      { op: 'renew', jkt: 'a', seq: NEWER },
      { op: 'acquire', jkt: 'b' },
    ]);
    expect(fresh).toMatchObject({ outcome: 'verdict', verdict: { kind: 'denied', code: 'license-quarantined', effectiveAt: world.now } });
    world.release('a');
    expect(world.acquire('a').verdict?.code).toBe('license-quarantined');
  });

  it('lets a holder come back that was silent, and one whose row was forgotten', () => {
    const world = restored();
    world.wait(2 * HOUR).reap();
    world.renew('a', { seq: NEWER });
    expect(world.row('a').state).toBe('granted');
    expect(world.renew('forgotten', { epoch: { incarnation: 1, count: 3 }, seq: NEWER }).outcome).toBe('granted');
  });

  it('gives no seat to the queue', () => {
    const world = restored({ limit: 1, whenFull: { kind: 'queue' } });
    world.acquire('b');
    world.renew('a', { seq: NEWER });
    world.release('a');
    expect(world.row('b').state).toBe('queued');
    world.license = { ...world.license, quarantinedAt: null };
    world.reap();
    expect(world.row('b').state).toBe('granted');
  });

  it('once released is as before, whatever its holders have seen', () => {
    const world = restored();
    world.renew('a', { seq: NEWER });
    const released = releaseQuarantine(world.license, { reason: 'looked' }, { incarnation: world.incarnation });
    if (!released.ok) throw new Error(released.message);
    world.license = released.value;
    expect(world.renew('a', { seq: { incarnation: 2, count: 9 } }).happened).toEqual([]);
    expect(world.acquire('b').outcome).toBe('granted');
  });

  it.each([
    ['the one that the store has', { incarnation: 1, count: 1 }],
    ['an older one', { incarnation: 0, count: 99 }],
    ['one of an incarnation that is still to come', { incarnation: 3, count: 0 }],
    ['one that no store can have forgotten', { incarnation: 1, count: 2_000_000 }],
  ])('is left alone by %s', (_, seq) => {
    const world = restored();
    expect(world.renew('a', { seq }).happened).toEqual([]);
    expect(world.license.quarantinedAt).toBeNull();
  });
});
