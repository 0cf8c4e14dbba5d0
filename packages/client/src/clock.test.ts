import { DAY, HOUR, instant, MINUTE, YEAR } from '@glidepath/core';
import { describe, expect, it } from 'vitest';
import { SHORT_PATH } from './issuer-fixture.ts';
import { START, tierOf, World } from './world-fixture.ts';

const STEPS = [
  ['a year ahead', YEAR],
  ['a year back', -YEAR],
] as const;

describe.each(STEPS)('a clock that is set %s', (_, byMs) => {
  it('live, changes no tier with a server that answers', async () => {
    const world = new World();
    const machine = world.machine();
    const running = await world.ready(machine);
    machine.setClock(byMs);
    await world.time.run(20 * HOUR);
    expect(running.tiers.map(({ tier }) => tier)).toEqual(['full']);
    machine.setClock(-byMs);
    await world.time.run(3 * DAY);
    expect(running.tiers.map(({ tier }) => tier)).toEqual(['full']);
    expect(running.client.status).toBe('ready');
  });

  it('live, changes no tier in the dark', async () => {
    const world = new World();
    const machine = world.machine();
    const running = await world.ready(machine);
    world.server.isUp = false;
    machine.setClock(byMs);
    await world.time.run(23 * HOUR);
    expect(running.tiers.map(({ tier }) => tier)).toEqual(['full']);
    // It may be told at once: something is wrong, and somebody should look.
    expect(running.client.health().notify).not.toBe('none');
  });

  it.each([
    ['after a restart of the process', false],
    ['after a restart of the machine', true],
  ])('%s, changes no tier', async (__, isReboot) => {
    const world = new World();
    const machine = world.machine();
    const first = await world.ready(machine);
    world.server.isUp = false;
    await world.time.run(HOUR);
    first.kill();
    machine.setClock(byMs);
    if (isReboot) machine.reboot();
    const second = await world.ready(machine);
    await world.time.run(22 * HOUR);
    expect(second.tiers.map(({ tier }) => tier)).toEqual(['full']);
    world.server.isUp = true;
    await world.time.run(20 * MINUTE);
    expect(second.client.status).toBe('ready');
    expect(second.client.health().unverifiedMs).toBe(0);
  });

  it.each([
    ['live', false],
    ['after a restart', true],
  ])('%s, gives nothing back that silence has taken', async (__, isRestart) => {
    const world = new World();
    const machine = world.machine();
    world.server.terms = { path: SHORT_PATH };
    const first = await world.ready(machine);
    world.server.isUp = false;
    await world.time.run(DAY + HOUR);
    expect(tierOf(first)).toBe('reduced');
    machine.setClock(byMs);
    if (isRestart) {
      first.kill();
      machine.reboot();
    }
    const now = isRestart ? await world.ready(machine) : first;
    await world.time.run(20 * HOUR);
    expect(tierOf(now)).toBe('reduced');
    await world.time.run(4 * HOUR);
    expect(tierOf(now)).toBe('essential');
  });

  it('without memory beside the lease, changes no tier', async () => {
    const world = new World();
    const machine = world.machine();
    const first = await world.ready(machine);
    first.kill();
    world.server.isUp = false;
    machine.disk.texts.delete('sidecar.json');
    machine.setClock(byMs);
    const second = await world.ready(machine);
    await world.time.run(22 * HOUR);
    expect(second.tiers.map(({ tier }) => tier)).toEqual(['full']);
  });
});

describe('a clock that is behind signed time', () => {
  it('is the cause clock: a path with a notice first, that ends with it', async () => {
    const world = new World();
    const machine = world.machine();
    const running = await world.ready(machine);
    machine.setClock(-2 * HOUR);
    await world.time.run(HOUR);
    expect(running.client.health()).toMatchObject({ isClockBehind: true, notify: 'warning' });
    await world.time.run(DAY);
    expect(tierOf(running)).toBe('reduced');
    expect(running.client.check('parallel').cause).toBe('clock');
    machine.setClock(2 * HOUR);
    await world.time.run(HOUR);
    expect(tierOf(running)).toBe('full');
  });

  it('does not begin anew with a restart', async () => {
    const world = new World();
    const machine = world.machine();
    const first = await world.ready(machine);
    machine.setClock(-2 * HOUR);
    await world.time.run(20 * HOUR);
    await world.time.finish(first.client.close());
    const second = await world.ready(machine);
    await world.time.run(5 * HOUR);
    expect(tierOf(second)).toBe('reduced');
  });
});

describe('a machine that sleeps', () => {
  it('asks the server soon after it woke, and loses nothing', async () => {
    const world = new World();
    const machine = world.machine();
    const running = await world.ready(machine);
    machine.sleep(40 * DAY);
    await world.time.run(40 * DAY);
    const asked = world.server.asked.length;
    await world.time.run(16 * MINUTE);
    expect(world.server.asked.length).toBeGreaterThan(asked);
    expect(running.tiers.map(({ tier }) => tier)).toEqual(['full']);
    expect(running.client.health().unverifiedMs).toBe(0);
  });

  it('in the dark loses one tier after 24 h of running, and the next an hour later', async () => {
    const world = new World();
    const machine = world.machine();
    const running = await world.ready(machine);
    world.server.isUp = false;
    machine.sleep(40 * DAY);
    await world.time.run(40 * DAY + 23 * HOUR);
    expect(running.tiers.map(({ tier }) => tier)).toEqual(['full']);
    expect(running.client.health().notify).toBe('critical');
    await world.time.run(4 * HOUR);
    expect(running.tiers.map(({ tier }) => tier)).toEqual(['full', 'reduced', 'essential']);
    expect((running.tiers[2]?.at ?? 0) - (running.tiers[1]?.at ?? 0)).toBe(HOUR);
  });
});

describe('a long time off', () => {
  it('within one start of the machine, takes one tier at once and the next an hour later', async () => {
    const world = new World();
    const machine = world.machine();
    const first = await world.ready(machine);
    await world.time.finish(first.client.close());
    world.server.isUp = false;
    await world.time.run(40 * DAY);
    const startedAt = world.time.now() - START;
    const second = await world.ready(machine);
    expect(tierOf(second)).toBe('reduced');
    await world.time.run(2 * HOUR);
    expect(second.tiers.map(({ tier, at }) => [tier, at - startedAt])).toEqual([
      ['reduced', 0],
      ['essential', HOUR],
    ]);
  });

  it('does not step faster for a process that is restarted every minute', async () => {
    const world = new World();
    const machine = world.machine();
    await world.time.finish((await world.ready(machine)).client.close());
    world.server.isUp = false;
    await world.time.run(40 * DAY);
    for (let restart = 0; restart < 50; restart++) {
      const running = await world.ready(machine);
      expect(tierOf(running)).toBe('reduced');
      running.kill();
      await world.time.run(MINUTE);
    }
    await world.time.run(15 * MINUTE);
    expect(tierOf(await world.ready(machine))).toBe('essential');
  });
});

describe('a server whose clock was a year ahead for a while', () => {
  it('is believed, and then the next word is', async () => {
    const world = new World();
    const running = await world.ready(world.machine());
    world.server.terms = { iatMs: instant(world.time.now() + YEAR), expiresAt: instant(START + 3 * YEAR) };
    await world.time.finish(running.client.refresh());
    world.server.terms = {};
    await world.time.run(DAY);
    expect(running.tiers.map(({ tier }) => tier)).toEqual(['full']);
    world.server.isUp = false;
    await world.time.run(15 * DAY);
    expect(tierOf(running)).toBe('reduced');
  });
});
