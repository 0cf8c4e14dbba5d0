import { DAY, HOUR, MINUTE } from '@glidepath/core';
import { nodeCrypto } from '@glidepath/protocol/node';
import { describe, expect, it } from 'vitest';
import { answer } from './issuer-fixture.ts';
import { parseSidecar } from './sidecar.ts';
import { tierOf, World } from './world-fixture.ts';

describe('two clients on one cache', () => {
  it('share key and seat, and corrupt nothing', async () => {
    const world = new World();
    const machine = world.machine();
    const first = world.start(machine);
    const second = world.start(machine);
    await world.time.finish(Promise.all([first.client.ready(), second.client.ready()]));
    await world.time.run(3 * DAY);
    expect(new Set(world.server.asked.map(({ jkt }) => jkt)).size).toBe(1);
    expect([tierOf(first), tierOf(second)]).toEqual(['full', 'full']);
    expect(parseSidecar(machine.disk.texts.get('sidecar.json') ?? '', nodeCrypto)).not.toBeNull();
    world.server.isUp = false;
    expect(tierOf(await world.ready(machine))).toBe('full');
  });

  it('renew once for both', async () => {
    const world = new World();
    const machine = world.machine();
    await world.ready(machine);
    await world.ready(machine);
    const before = world.server.asked.length;
    await world.time.run(2 * DAY);
    expect(world.server.asked.length - before).toBeLessThan(120);
  });

  it('both hear what one was told', async () => {
    const world = new World();
    const machine = world.machine();
    const first = await world.ready(machine);
    const second = await world.ready(machine);
    world.server.behaviour = (asked) => answer({ word: world.server.verdict(asked, 'suspended') }, 403);
    await world.time.finish(first.client.refresh());
    world.server.isUp = false;
    await world.time.run(40 * MINUTE);
    const began = (running: typeof first) => running.client.explain('build').causes.find(({ cause }) => cause === 'suspended');
    expect(began(second)?.began).toBe(true);
    expect(began(second)?.since).toBe(began(first)?.since);
    await world.time.run(DAY);
    expect([tierOf(first), tierOf(second)]).toEqual(['reduced', 'reduced']);
  });

  it('count the running time of both, and no hour twice', async () => {
    const world = new World();
    const machine = world.machine();
    const first = await world.ready(machine);
    await world.ready(machine);
    world.server.isUp = false;
    machine.setClock(365 * DAY);
    await world.time.run(23 * HOUR);
    expect(first.tiers.map(({ tier }) => tier)).toEqual(['full']);
    await world.time.run(4 * HOUR);
    expect(first.tiers.map(({ tier }) => tier)).toEqual(['full', 'reduced', 'essential']);
  });

  it('go on when one is killed in the middle of a write', async () => {
    const world = new World();
    const machine = world.machine();
    const first = await world.ready(machine);
    const second = await world.ready(machine);
    first.kill();
    machine.disk.texts.set('sidecar.json', '{"format":1,"mem');
    await world.time.run(2 * HOUR);
    expect(tierOf(second)).toBe('full');
    expect(parseSidecar(machine.disk.texts.get('sidecar.json') ?? '', nodeCrypto)).not.toBeNull();
  });
});
