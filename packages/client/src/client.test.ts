import { DAY, HOUR, MINUTE } from '@glidepath/core';
import { describe, expect, it } from 'vitest';
import { answer } from './issuer-fixture.ts';
import { tierOf, World } from './world-fixture.ts';

describe('client', () => {
  it('denies what nothing signed allows, and says so', () => {
    const world = new World();
    const { client } = world.start(world.machine());
    expect(client.check('build')).toMatchObject({ allowed: false, code: 'no-signed-word', source: 'none', tier: null, policy: null });
    expect(client.limit('parallel-jobs')).toBeUndefined();
    expect(client.status).toBe('not-ready');
  });

  it('allows it where the application has said so', () => {
    const world = new World();
    const { client } = world.start(world.machine(), { whenNothingSigned: 'allow' });
    expect(client.check('build')).toMatchObject({ allowed: true, code: 'no-signed-word' });
  });

  it('has no default for it', () => {
    const world = new World();
    // @ts-check cannot help a program in JavaScript.
    expect(() => world.start(world.machine(), { whenNothingSigned: 'perhaps' as 'allow' })).toThrow(TypeError);
  });

  it('answers from the lease once it has one', async () => {
    const world = new World();
    const { client } = await world.ready(world.machine());
    expect(client.status).toBe('ready');
    expect(client.check('parallel')).toMatchObject({ allowed: true, tier: 'full', code: 'ok', source: 'lease', cause: 'none' });
    expect(client.limit('parallel-jobs')).toBe(64);
    expect(client.check('paralel')).toMatchObject({ allowed: false, code: 'unknown-feature' });
    expect(client.health()).toMatchObject({ state: 'ok', tier: 'full', counters: { leases: 1, 'unknown-feature': 1 } });
  });

  it('gives the same frozen answer to the same question', async () => {
    const world = new World();
    const { client } = await world.ready(world.machine());
    expect(client.check('build')).toBe(client.check('build'));
    expect(Object.isFrozen(client.check('build'))).toBe(true);
    expect(client.check(undefined as unknown as string).allowed).toBe(false);
    expect(client.check('__proto__').code).toBe('unknown-feature');
    expect(client.limit('constructor')).toBeUndefined();
  });

  it('glides down in silence, one rung at a time, and comes back at once', async () => {
    const world = new World();
    const running = await world.ready(world.machine());
    world.server.isUp = false;
    await world.time.run(31 * DAY);
    expect(running.client.status).toBe('stale');
    const renewedAt = running.tiers[0]?.at ?? 0;
    expect(running.tiers.map(({ tier }) => tier)).toEqual(['full', 'reduced', 'essential']);
    expect((running.tiers[1]?.at ?? 0) - renewedAt).toBe(14 * DAY);
    expect((running.tiers[2]?.at ?? 0) - renewedAt).toBe(30 * DAY);
    expect(running.client.check('parallel')).toMatchObject({
      allowed: false,
      cause: 'unreachable',
      userMessage: 'Builds run one at a time.',
    });
    world.server.isUp = true;
    await world.time.run(11 * MINUTE);
    expect(tierOf(running)).toBe('full');
    expect(running.client.status).toBe('ready');
  });

  it('names what goes next, and explains every cause', async () => {
    const world = new World();
    const { client } = await world.ready(world.machine());
    world.server.isUp = false;
    const { decision, causes } = client.explain('parallel');
    expect(decision.next).toMatchObject({ cause: 'unreachable', tier: 'reduced' });
    expect(causes.map(({ cause }) => cause)).toContain('expiry');
  });

  it('lands on the same rung after a restart, without a server', async () => {
    const world = new World();
    const machine = world.machine();
    const first = await world.ready(machine);
    world.server.isUp = false;
    await world.time.run(15 * DAY);
    expect(tierOf(first)).toBe('reduced');
    first.kill();
    const second = await world.ready(machine);
    expect(tierOf(second)).toBe('reduced');
    expect(second.client.check('build').source).toBe('cache');
    expect(second.tiers.map(({ tier }) => tier)).toEqual(['reduced']);
  });

  it('renews in time, again and again, and never at the same pace', async () => {
    const world = new World();
    await world.ready(world.machine());
    await world.time.run(2 * DAY);
    const renewals = world.server.asked.filter(({ path }) => path === '/v1/leases/renew').length;
    expect(renewals).toBeGreaterThanOrEqual(96);
    expect(renewals).toBeLessThanOrEqual(108);
  });

  it('gives the seat back when it is told to, and asks anew at the next start', async () => {
    const world = new World();
    const machine = world.machine();
    const first = await world.ready(machine);
    await world.time.finish(first.client.close({ release: true }));
    expect(world.server.asked.map(({ path }) => path)).toEqual(['/v1/leases', '/v1/leases/release']);
    await world.ready(machine);
    expect(world.server.asked.at(-1)?.path).toBe('/v1/leases');
  });

  it('runs on its signed path at the next start where the server is gone, though it gave the seat back', async () => {
    const world = new World();
    const machine = world.machine();
    await world.time.finish((await world.ready(machine)).client.close({ release: true }));
    world.server.isUp = false;
    expect(tierOf(await world.ready(machine))).toBe('full');
  });

  it('is a new holder after it gave the seat back: a no is about it', async () => {
    const world = new World();
    const machine = world.machine();
    await world.time.finish((await world.ready(machine)).client.close({ release: true }));
    world.server.behaviour = (asked) => answer({ word: world.server.verdict(asked, 'denied', { code: 'no-seat' }) }, 409);
    const { client } = await world.ready(machine);
    expect(client.check('build')).toMatchObject({ allowed: false, code: 'not-in-tier', cause: 'seats', source: 'server' });
    expect(client.status).toBe('error');
  });

  it('stops asking when it is closed, and goes on answering', async () => {
    const world = new World();
    const running = await world.ready(world.machine());
    await world.time.finish(running.client.close());
    const asked = world.server.asked.length;
    await world.time.run(10 * HOUR);
    expect(world.server.asked.length).toBe(asked);
    expect(tierOf(running)).toBe('full');
  });

  it.each([
    [{ licenseKey: '' }, 'no-license-key'],
    [{ roots: [] }, 'bad-roots'],
    [{ roots: ['not a key'] }, 'bad-roots'],
    [{ server: 'ftp://x' }, 'bad-server'],
    [{ server: [] }, 'bad-server'],
  ] as const)('answers, and is fatal, with %j', async (wrong, misconfiguration) => {
    const world = new World();
    const { client } = await world.ready(world.machine(), { ...wrong, whenNothingSigned: 'allow' });
    expect(client.status).toBe('fatal');
    expect(client.health()).toMatchObject({ state: 'degraded', misconfiguration });
    expect(client.check('build').allowed).toBe(true);
    expect(world.server.asked).toEqual([]);
  });

  it('logs each change of tier once and no check', async () => {
    const world = new World();
    const { client } = await world.ready(world.machine());
    world.server.isUp = false;
    for (let day = 0; day < 15; day++) {
      client.check('parallel');
      await world.time.run(DAY);
    }
    const tiers = world.lines.filter(({ event }) => event === 'tier-changed').map(({ facts }) => facts.to);
    expect(tiers).toEqual(['full', 'reduced']);
    expect(world.lines.filter(({ event }) => event === 'no-word')).toHaveLength(1);
  });

  it('harms nobody with a listener that throws', async () => {
    const world = new World();
    const { client } = world.start(world.machine());
    client.on('tier', () => {
      throw new Error('mine');
    });
    client.on('tier', async () => Promise.reject(new Error('mine, later')));
    const seen: string[] = [];
    client.on('tier', ({ to }) => seen.push(to));
    await world.time.finish(client.ready());
    expect(seen).toEqual(['full']);
    await world.time.run(1);
    expect(client.health().counters['listener-failed']).toBe(2);
  });
});
