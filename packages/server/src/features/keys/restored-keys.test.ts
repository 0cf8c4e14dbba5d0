import { HOUR } from '@glidepath/core';
import { type KeySet, type KeySetBundle, openKeySet } from '@glidepath/protocol';
import { nodeCrypto } from '@glidepath/protocol/node';
import { describe, expect, it } from 'vitest';
import { MemoryStore } from '../../adapters/memory/memory-store.ts';
import { createServer, type Server } from '../../server.ts';
import { testServer } from '../../test-world.ts';

describe('keys of a restored store', () => {
  it.each([1, 2, 5])('are believed by a client that holds sets which %i rotations after the backup made', async (rotations) => {
    const before = await testServer();
    const { world, admin } = before;
    const snapshot = world.store.snapshot();
    const roots = (await world.store.find('root', {}, { limit: 10 })).map(({ x }) => x);
    let held: KeySet | null = null;
    const look = async (server: Server): Promise<KeySet | string> => {
      const { body } = await server.handle({ method: 'GET', path: '/v1/keyset', headers: { authorization: `Bearer ${admin}` } });
      const context = { roots, env: 'production', iss: 'glidepath:test', now: world.clock.now(), crypto: nodeCrypto, held };
      const opened = openKeySet(body as KeySetBundle, context);
      if (opened.ok) held = opened.value;
      return opened.ok ? opened.value : opened.reason;
    };
    for (let count = 0; count < rotations; count++) {
      world.clock.advance(2 * HOUR);
      expect((await before.call('POST', '/v1/keys/rotate')).status).toBe(201);
      await look(before.server);
    }
    const store = new MemoryStore(world.clock, snapshot);
    await store.commit({
      writes: [{ op: 'update', table: 'storeIdentity', id: 'store', revision: 0, set: { incarnation: 2 } }],
      audit: [],
      events: [],
    });
    const restored = createServer({ ...world, store });
    expect(await look(restored)).toBe('rollback');
    await restored.tick(world.clock.now());
    const set = await look(restored);
    expect(set).toMatchObject({ version: 1_000_000 });
    const signing = (set as KeySet).keys.filter(({ status }) => status === 'active');
    const own = await store.find('onlineKey', { use: 'sign', status: 'active' }, { limit: 10 });
    expect(signing.map(({ kid }) => kid)).toEqual(own.map(({ kid }) => kid));
    // Once: what comes after is counted on.
    await restored.tick(world.clock.advance(2 * HOUR));
    expect(await look(restored)).toMatchObject({ version: 1_000_000 });
  });
});
