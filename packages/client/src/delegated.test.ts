import { DAY, HOUR, instant, MINUTE } from '@glidepath/core';
import { describe, expect, it } from 'vitest';
import { SHORT_PATH } from './issuer-fixture.ts';
import type { Running } from './world-fixture.ts';
import { tierOf, World } from './world-fixture.ts';

/** A client that has been silent until its lowest tier, with its installation's name. */
async function starved(world: World, file: { text: string | null }): Promise<Running & { readonly jkt: string }> {
  world.server.terms = { path: SHORT_PATH };
  const running = await world.ready(world.machine(), {}, { breakGlass: async () => file.text });
  world.server.isUp = false;
  await world.time.run(2 * DAY + HOUR);
  expect(tierOf(running)).toBe('essential');
  return { ...running, jkt: world.server.asked[0]?.jkt ?? '' };
}

describe('break-glass', () => {
  it('is used where it gives more than there is, and said out loud', async () => {
    const world = new World();
    const file = { text: null as string | null };
    const running = await starved(world, file);
    file.text = `${world.issuer.breakGlass(running.jkt)}\n`;
    await world.time.run(11 * MINUTE);
    expect(tierOf(running)).toBe('full');
    expect(world.lines.map(({ event }) => event)).toContain('break-glass-used');
  });

  it('is told to the server at the first contact, once', async () => {
    const world = new World();
    const file = { text: null as string | null };
    const running = await starved(world, file);
    file.text = world.issuer.breakGlass(running.jkt);
    await world.time.run(11 * MINUTE);
    const before = world.server.asked.length;
    world.server.isUp = true;
    await world.time.run(2 * HOUR);
    const told = world.server.asked.slice(before).map(({ body }) => body.grantsUsed);
    expect(told[0]).toEqual(['gra_1']);
    expect(told.slice(1).every((grants) => grants === undefined)).toBe(true);
    expect(world.server.asked[before]?.path).toBe('/v1/leases');
    expect(running.client.status).toBe('ready');
  });

  it('is used once per grant', async () => {
    const world = new World();
    const file = { text: null as string | null };
    const running = await starved(world, file);
    file.text = world.issuer.breakGlass(running.jkt, { path: SHORT_PATH });
    await world.time.run(3 * DAY);
    expect(running.tiers.map(({ tier }) => tier)).toEqual(['full', 'reduced', 'essential', 'full', 'reduced', 'essential']);
    file.text = world.issuer.breakGlass(running.jkt, { path: SHORT_PATH });
    await world.time.run(HOUR);
    expect(tierOf(running)).toBe('essential');
    file.text = world.issuer.breakGlass(running.jkt, {}, 'gra_2');
    await world.time.run(HOUR);
    expect(tierOf(running)).toBe('full');
  });

  it('is not used while nothing is lost', async () => {
    const world = new World();
    const file = { text: null as string | null };
    const running = await world.ready(world.machine(), {}, { breakGlass: async () => file.text });
    file.text = world.issuer.breakGlass(world.server.asked[0]?.jkt ?? '');
    world.server.isUp = false;
    await world.time.run(2 * DAY);
    expect(world.lines.map(({ event }) => event)).not.toContain('break-glass-used');
    expect(running.client.check('build').asOf).toBeLessThan(world.time.now() - DAY);
  });

  it.each([
    ['for another installation', (world: World) => world.issuer.breakGlass('other'), 'break-glass.wrong-holder'],
    [
      'of an older seq',
      (world: World, jkt: string) => world.issuer.breakGlass(jkt, { seq: { incarnation: 0, count: 9 } }),
      'break-glass.older-seq',
    ],
    ['that answers somebody', (world: World, jkt: string) => world.issuer.breakGlass(jkt, { nonce: 'x' }), 'break-glass.wrong-nonce'],
    [
      'beyond its grant',
      (world: World, jkt: string) => world.issuer.breakGlass(jkt, { seats: { used: 1, limit: 500 } }),
      'break-glass.grant-exceeded',
    ],
    ['that no sub-key signed', (world: World, jkt: string) => world.issuer.lease({ cnf: { jkt } }), 'break-glass.wrong-type'],
    ['that is no word', () => 'please', 'break-glass.not-a-word'],
  ])('is not used %s', async (_, make, counted) => {
    const world = new World();
    const file = { text: null as string | null };
    const running = await starved(world, file);
    file.text = make(world, running.jkt);
    await world.time.run(HOUR);
    expect(tierOf(running)).toBe('essential');
    expect(running.client.health().counters[counted]).toBeGreaterThan(0);
  });

  it('does not undo a revocation that was heard', async () => {
    const world = new World();
    const file = { text: null as string | null };
    const running = await world.ready(world.machine(), {}, { breakGlass: async () => file.text });
    world.server.terms = { status: 'revoked', seq: { incarnation: 1, count: 2 } };
    await world.time.finish(running.client.refresh());
    world.server.isUp = false;
    await world.time.run(3 * DAY);
    expect(tierOf(running)).toBe('essential');
    file.text = world.issuer.breakGlass(world.server.asked[0]?.jkt ?? '');
    await world.time.run(HOUR);
    expect(tierOf(running)).toBe('essential');
    expect(running.client.health().counters['break-glass.older-seq']).toBeGreaterThan(0);
  });
});

describe('a bootstrap lease', () => {
  const bootstrapOf = (world: World) => ({
    word: world.issuer.lease({
      tier: 'reduced',
      tierCause: 'bootstrap',
      seat: null,
      bootstrap: { forMs: 14 * DAY },
      license: 'lic_vendor',
      sub: '*',
    }),
    keySet: world.issuer.bundle(),
  });

  it('carries a first start without a server, from the first run on', async () => {
    const world = new World();
    const bootstrap = bootstrapOf(world);
    world.server.isUp = false;
    // The product lay on a shelf for half a year.
    await world.time.run(180 * DAY);
    const machine = world.machine();
    const running = await world.ready(machine, { bootstrap });
    expect(running.client.check('build')).toMatchObject({ allowed: true, tier: 'reduced', cause: 'bootstrap', source: 'bootstrap' });
    await world.time.run(13 * DAY);
    expect(tierOf(running)).toBe('reduced');
    expect(running.client.health().notify).not.toBe('critical');
    await world.time.run(2 * DAY);
    expect(tierOf(running)).toBe('reduced');
    expect(running.client.health().notify).toBe('critical');
    running.kill();
    expect(tierOf(await world.ready(machine, { bootstrap }))).toBe('reduced');
  });

  it('gives way to the first lease, of another license too', async () => {
    const world = new World();
    const bootstrap = bootstrapOf(world);
    world.server.isUp = false;
    const running = await world.ready(world.machine(), { bootstrap });
    world.server.isUp = true;
    await world.time.run(6 * MINUTE);
    expect(running.client.check('parallel')).toMatchObject({ allowed: true, tier: 'full', source: 'lease' });
    expect(running.tiers.map(({ tier }) => tier)).toEqual(['reduced', 'full']);
  });

  it('is not believed without a key set, or where it is an ordinary lease', async () => {
    const world = new World();
    const { word, keySet } = bootstrapOf(world);
    world.server.isUp = false;
    expect((await world.ready(world.machine('a'), { bootstrap: word })).client.check('build').code).toBe('no-signed-word');
    const stray = world.issuer.lease({ iatMs: instant(world.time.now()), cnf: { jkt: 'x' } });
    expect((await world.ready(world.machine('b'), { bootstrap: { word: stray, keySet } })).client.check('build').code).toBe(
      'no-signed-word',
    );
  });
});
