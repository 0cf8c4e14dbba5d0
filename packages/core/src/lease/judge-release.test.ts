import { describe, expect, it } from 'vitest';
import { HOUR, SECOND } from '../time.ts';
import { planWith, SeatWorld } from './test-seats.ts';

const LAPSED = HOUR + 2 * SECOND;

function one() {
  return new SeatWorld(planWith({ limit: 1, overage: null, whenFull: { kind: 'tier', tier: 2 } }));
}

describe('release lease', () => {
  it('frees the seat now', () => {
    const world = one();
    world.acquire('a');
    expect(world.release('a')).toMatchObject({
      ...{ outcome: 'released', seats: { granted: 0 }, lease: { state: 'released' } },
      happened: [{ action: 'lease.released', only: 'audit' }],
    });
    expect(world.acquire('b').outcome).toBe('granted');
  });

  it('can be said any number of times', () => {
    const world = one();
    world.acquire('a');
    world.release('a');
    const before = world.row('a');
    expect(world.release('a')).toMatchObject({ outcome: 'nothing', happened: [], seats: { granted: 0 } });
    expect(world.row('a')).toBe(before);
    expect(world.release('nobody')).toMatchObject({ outcome: 'nothing', lease: null });
  });

  it('of an older epoch leaves the later lease alone', () => {
    const world = one();
    world.acquire('a');
    const { epoch } = world.row('a');
    world.release('a');
    world.acquire('a');
    expect(world.release('a', { epoch })).toMatchObject({ outcome: 'nothing', seats: { granted: 1 } });
    expect(world.release('a', { epoch: null })).toMatchObject({ outcome: 'released' });
  });

  it('ends a lease without a seat and one that was reaped, and frees nothing twice', () => {
    const world = one();
    world.acquire('a');
    world.acquire('b');
    expect(world.release('b')).toMatchObject({ outcome: 'released', seats: { granted: 1 } });
    world.wait(LAPSED).reap();
    expect(world.release('a')).toMatchObject({ outcome: 'released', seats: { granted: 0 } });
  });

  it('of one installation leaves the seat to the others of the person; the last one gives it back', () => {
    const world = new SeatWorld(planWith({ limit: 1, kind: 'named', overage: null, whenFull: { kind: 'deny' } }));
    world.acquire('laptop', { person: 'ann' });
    world.acquire('desktop', { person: 'ann' });
    expect(world.release('laptop', { person: 'ann' })).toMatchObject({
      outcome: 'kept',
      seats: { granted: 1 },
      lease: { installations: ['desktop'] },
    });
    expect(world.release('copy', { person: 'ann' })).toMatchObject({ outcome: 'nothing' });
    expect(world.renew('desktop', { person: 'ann' }).outcome).toBe('granted');
    expect(world.release('desktop', { person: 'ann' })).toMatchObject({ outcome: 'released', seats: { granted: 0 } });
    expect(world.acquire('laptop', { person: 'ann' }).lease?.installations).toEqual(['laptop']);
  });
});

describe('reap leases', () => {
  it('frees the seats of silent holders only, and gives them to who waits', () => {
    const world = new SeatWorld(planWith({ limit: 2, overage: null, whenFull: { kind: 'tier', tier: 2 } }));
    for (const holder of ['a', 'b', 'c', 'd']) world.wait(1).acquire(holder);
    world.wait(HOUR / 2);
    for (const holder of ['b', 'c', 'd']) world.renew(holder);
    world.wait(HOUR / 2 + 2 * SECOND);
    expect(world.reap()).toMatchObject({ seats: { granted: 2 }, reaped: [{ holder: 'a' }], promoted: [{ holder: 'c', state: 'granted' }] });
    expect(world.reap()).toMatchObject({ reaped: [], promoted: [], happened: [] });
  });

  it('gives away what a raised limit freed', () => {
    const world = one();
    for (const holder of ['a', 'b', 'c']) world.wait(1).acquire(holder);
    world.terms = { ...world.terms, overrides: { seats: 2 } };
    expect(world.reap()).toMatchObject({ promoted: [{ holder: 'b' }], seats: { granted: 2 } });
  });
});

describe('remove holder', () => {
  it('frees the seat at once, for who waits', () => {
    const world = one();
    world.acquire('a');
    world.wait(1).acquire('b');
    expect(world.remove('a')).toMatchObject({
      ok: true,
      value: { seats: { granted: 1 }, lease: { state: 'removed', installations: ['a'] }, promoted: [{ holder: 'b' }] },
    });
  });

  it('answers the holder with holder-removed for ever, whatever it asks', () => {
    const world = one();
    world.acquire('a');
    world.remove('a');
    const removedAt = world.now;
    for (const answer of [world.acquire('a'), world.renew('a'), world.wait(1000 * HOUR).acquire('a')]) {
      expect(answer).toMatchObject({
        verdict: { kind: 'holder-removed', code: 'holder-removed', effectiveAt: removedAt },
        seats: { granted: 0 },
      });
    }
    expect(world.release('a').outcome).toBe('nothing');
    expect(world.row('a').state).toBe('removed');
  });

  it('shuts out every installation of a person, also a new one', () => {
    const world = new SeatWorld(planWith({ kind: 'named' }));
    world.acquire('laptop', { person: 'ann' });
    world.remove('ann');
    expect(world.acquire('phone', { person: 'ann' }).verdict?.kind).toBe('holder-removed');
  });

  it('is undone by readmitting, and the holder starts as a new one', () => {
    const world = one();
    world.acquire('a');
    world.remove('a');
    expect(world.readmit('a')).toMatchObject({ ok: true, value: { happened: [{ action: 'lease.holder-readmitted' }] } });
    expect(world.acquire('a')).toMatchObject({ outcome: 'granted', lease: { epoch: { count: 2 } } });
  });

  it('is refused for a holder that is not there, or in that state already', () => {
    const world = one();
    expect(world.remove('a')).toMatchObject({ ok: false, reason: 'lease-unknown' });
    expect(world.readmit('a')).toMatchObject({ ok: false, reason: 'lease-unknown' });
    world.acquire('a');
    expect(world.readmit('a')).toMatchObject({ ok: false, reason: 'not-removed' });
    world.remove('a');
    expect(world.remove('a')).toMatchObject({ ok: false, reason: 'already-removed' });
  });
});
