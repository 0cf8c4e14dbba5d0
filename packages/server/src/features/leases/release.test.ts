import { HOUR, SECOND } from '@glidepath/core';
import { describe, expect, it } from 'vitest';
import { leaseServer, ONE_SEAT, put } from './test-leases.ts';

describe('release', () => {
  it('frees the seat at once, and says so any number of times', async () => {
    const house = await leaseServer({ seats: ONE_SEAT });
    const a = house.installation('a');
    await a.acquire();
    for (const _ of [1, 2]) expect((await a.release()).response).toMatchObject({ status: 200, body: { released: true } });
    expect((await house.installation('b').acquire()).status).toBe(200);
    expect(await house.world.store.count('audit', { action: 'lease.released' })).toBe(1);
  });

  it('is never gated by the license', async () => {
    const house = await leaseServer({ seats: ONE_SEAT });
    const a = house.installation('a');
    await a.acquire();
    const { id, revision } = await house.refreshed();
    const set = { status: 'revoked', statusAt: house.world.clock.now() } as const;
    await put(house.world.store, [{ op: 'update', table: 'license', id, revision, set }]);
    house.world.clock.advance(1000 * HOUR);
    expect((await a.release()).status).toBe(200);
    expect(await house.world.store.get('seatState', house.license.id)).toMatchObject({ granted: 0 });
  });

  it('by another installation leaves the seat where it is', async () => {
    const house = await leaseServer({ seats: ONE_SEAT });
    const { lease } = await house.installation('a').acquire();
    expect((await house.installation('b').release({ epoch: lease?.epoch })).status).toBe(200);
    expect(await house.world.store.get('seatState', house.license.id)).toMatchObject({ granted: 1 });
  });

  it('without a person is fine where seats are named: there is nothing of it to release', async () => {
    const house = await leaseServer({ seats: { ...ONE_SEAT, kind: 'named' } });
    expect((await house.installation('a').release()).status).toBe(200);
  });
});

describe('reap', () => {
  it('frees the seats of silent holders of every license, and gives them to who waits', async () => {
    const house = await leaseServer({ seats: { ...ONE_SEAT, whenFull: 'essential' } });
    const [a, b] = [house.installation('a'), house.installation('b')];
    await a.acquire();
    house.world.clock.advance(HOUR / 2);
    expect((await b.acquire()).lease).toMatchObject({ tier: 'essential', tierCause: 'seats', seat: null });
    house.world.clock.advance(HOUR / 2 + 2 * SECOND - 1);
    await house.server.tick(house.world.clock.now());
    expect(await house.world.store.get('seatState', house.license.id)).toMatchObject({ granted: 1 });
    house.world.clock.advance(10 * SECOND);
    await house.server.tick(house.world.clock.now());
    const rows = await house.world.store.find('lease', { license: house.license.id }, { limit: 9 });
    expect(rows.map(({ holder, state }) => [holder, state])).toEqual([
      [a.jkt, 'reaped'],
      [b.jkt, 'granted'],
    ]);
    expect((await b.renew()).lease).toMatchObject({ tier: 'full', seat: { kind: 'floating' } });
  });

  it('frees more than a situation lists, and audits each', async () => {
    const house = await leaseServer({ seats: { ...ONE_SEAT, limit: 500 } });
    const now = house.world.clock.now();
    const { lease } = await house.installation('a').acquire();
    const row = await house.world.store.get('lease', lease?.lease ?? '');
    if (row === null) throw new Error('no row');
    const copies = Array.from({ length: 249 }, (_, n) => ({ ...row, id: `lea_copy_${n}`, holder: `copy_${n}` }));
    await put(house.world.store, [
      ...copies.map((copy) => ({ op: 'insert' as const, table: 'lease' as const, row: copy })),
      { op: 'update', table: 'seatState', id: house.license.id, revision: 1, set: { granted: 250 } },
    ]);
    house.world.clock.advance(2 * HOUR);
    await house.server.tick(house.world.clock.now());
    expect(await house.world.store.get('seatState', house.license.id)).toMatchObject({ granted: 0 });
    expect(await house.world.store.count('audit', { action: 'lease.reaped' })).toBe(250);
    expect(now).toBeLessThan(house.world.clock.now());
  });
});
