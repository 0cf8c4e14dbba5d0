import { after, instant, SECOND } from '@glidepath/core';
import { describe, expect, it } from 'vitest';
import { testServer, testWorld } from '../../test-world.ts';
import { beatOf, beatService, keepServiceBeat, SERVICE_GAP_MS, SERVICE_ID } from './service-beat.ts';

const now = instant(1_767_225_600_000);
const served = (servedAt: number, resumedAt = 0) => ({
  id: SERVICE_ID,
  servedAt: instant(servedAt),
  resumedAt: instant(resumedAt),
  revision: 3,
});

describe('service beat', () => {
  it.each([
    ['the first', null, { op: 'insert', row: { servedAt: now, resumedAt: now } }],
    ['one on time', served(now - SECOND), { op: 'update', revision: 3, set: { servedAt: now } }],
    ['one at the edge of a gap', served(now - SERVICE_GAP_MS), { op: 'update', set: { servedAt: now } }],
    ['one after a gap', served(now - SERVICE_GAP_MS - 1), { op: 'update', set: { servedAt: now, resumedAt: now } }],
  ])('writes %s', (_which, state, write) => {
    const found = beatOf(state, now);
    expect(found).toMatchObject(write);
    if (state !== null && state.servedAt >= now - SERVICE_GAP_MS) expect(found).not.toHaveProperty('set.resumedAt');
  });

  it.each([now, now + 1])('never goes back', (servedAt) => {
    expect(beatOf(served(servedAt), now)).toBeNull();
  });

  it('is kept by every node, and what others were faster with is no failure', async () => {
    const house = await testServer({ jobs: [keepServiceBeat] });
    const { world, server } = house;
    const state = () => world.store.get('serviceState', SERVICE_ID);
    const began = world.clock.now();
    await beatService(world.store, began);
    await server.tick(world.clock.advance(SECOND));
    await Promise.all([beatService(world.store, world.clock.now()), server.tick(world.clock.advance(SECOND))]);
    expect(await state()).toMatchObject({ servedAt: after(began, 2 * SECOND), resumedAt: began });
    await server.tick(world.clock.advance(SERVICE_GAP_MS + 1));
    expect(await state()).toMatchObject({ resumedAt: world.clock.now(), servedAt: world.clock.now() });
    expect(server.jobs()).toMatchObject([{ name: 'service-beat', failures: 0, okAt: world.clock.now() }]);
  });

  it('is not kept by a node whose clock is doubted', async () => {
    const vitals = { isSkewed: () => true, isDraining: () => false, version: '0', examiners: [] };
    const { world, server } = await testServer({ jobs: [keepServiceBeat] }, { ...testWorld(), vitals });
    await server.tick(world.clock.now());
    expect(await world.store.get('serviceState', SERVICE_ID)).toBeNull();
  });
});
