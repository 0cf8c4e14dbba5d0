import { DAY, HOUR, instant, MINUTE, YEAR } from '@glidepath/core';
import { nodeCrypto } from '@glidepath/protocol/node';
import { describe, expect, it } from 'vitest';
import { tampered } from './forged-words-fixture.ts';
import { signer, TestIssuer } from './issuer-fixture.ts';
import { tierOf, World } from './world-fixture.ts';

const LEASE = 'lease.jwt';
const PREVIOUS = 'lease.jwt.prev';
const KEY_SET = 'keyset.json';
const SIDECAR = 'sidecar.json';

/** A machine whose client has renewed once and ended, in a world whose server is gone. */
async function left(world: World) {
  const machine = world.machine();
  const first = await world.ready(machine);
  await world.time.run(40 * MINUTE);
  await world.time.finish(first.client.close());
  world.server.isUp = false;
  const text = (name: string): string => machine.disk.texts.get(name) ?? '';
  return { machine, text, put: (name: string, content: string) => void machine.disk.texts.set(name, content) };
}

type Left = Awaited<ReturnType<typeof left>>;

const ROWS: readonly { readonly what: string; readonly counted: string; readonly spoil: (left: Left, world: World) => void }[] = [
  { what: 'torn', counted: 'cache.bad-signature', spoil: ({ put, text }) => put(LEASE, text(LEASE).slice(0, -20)) },
  { what: 'torn in the middle', counted: 'cache.not-a-word', spoil: ({ put, text }) => put(LEASE, text(LEASE).slice(0, 300)) },
  { what: 'empty', counted: 'cache.not-a-word', spoil: ({ put }) => put(LEASE, '') },
  { what: 'full of zeros', counted: 'cache.not-a-word', spoil: ({ put }) => put(LEASE, '\0'.repeat(4096)) },
  { what: 'changed', counted: 'cache.bad-signature', spoil: ({ put, text }) => put(LEASE, tampered(text(LEASE), { tier: 'essential' })) },
  {
    what: 'of another license',
    counted: 'cache.wrong-license',
    spoil: ({ put }, { issuer, server }) =>
      put(LEASE, issuer.lease({ license: 'lic_2', cnf: { jkt: server.asked[0]?.jkt ?? '' }, tier: 'essential' })),
  },
  {
    what: 'of another installation',
    counted: 'cache.wrong-holder',
    spoil: ({ put }, { issuer }) => put(LEASE, issuer.lease({ cnf: { jkt: 'other' }, tier: 'essential' })),
  },
  {
    what: 'of another environment',
    counted: 'cache.wrong-environment',
    spoil: ({ put }, { issuer, server }) =>
      put(LEASE, issuer.lease({ env: 'staging', cnf: { jkt: server.asked[0]?.jkt ?? '' }, tier: 'essential' })),
  },
  {
    what: 'of the wrong key',
    counted: 'cache.unknown-key',
    spoil: ({ put }, { issuer, server, crypto }) =>
      put(LEASE, issuer.lease({ cnf: { jkt: server.asked[0]?.jkt ?? '' }, tier: 'essential' }, signer(crypto, 99))),
  },
  {
    what: 'from the future',
    counted: 'cache.from-the-future',
    spoil: ({ put }, { issuer, server, time }) =>
      put(LEASE, issuer.lease({ iatMs: instant(time.now() + YEAR), cnf: { jkt: server.asked[0]?.jkt ?? '' }, tier: 'essential' })),
  },
  {
    what: 'a verdict',
    counted: 'cache.wrong-type',
    spoil: ({ put }, { issuer, server }) => put(LEASE, issuer.verdict('revoked', { cnf: { jkt: server.asked[0]?.jkt ?? '' } })),
  },
];

describe.each(ROWS)('a cached lease that is $what', ({ counted, spoil }) => {
  it('is ignored and counted, and the one before it is used', async () => {
    const world = new World();
    const found = await left(world);
    spoil(found, world);
    const running = await world.ready(found.machine);
    expect(tierOf(running)).toBe('full');
    expect(running.client.check('parallel')).toMatchObject({ allowed: true, code: 'ok', source: 'cache' });
    expect(running.client.health().counters[counted]).toBe(1);
  });
});

describe('a cache', () => {
  it('gives way to whenNothingSigned when both leases are gone', async () => {
    const world = new World();
    const { machine, put } = await left(world);
    put(LEASE, '');
    put(PREVIOUS, 'torn');
    const { client } = await world.ready(machine);
    expect(client.check('build').code).toBe('no-signed-word');
    world.server.isUp = true;
    await world.time.run(2 * MINUTE);
    expect(client.check('build').allowed).toBe(true);
  });

  it('believes a lease from the future where there is nothing else: the signed word is the better clock', async () => {
    const world = new World();
    const { machine } = await left(world);
    machine.disk.texts.delete(PREVIOUS);
    machine.disk.texts.delete(SIDECAR);
    machine.setClock(-YEAR);
    const running = await world.ready(machine);
    expect(tierOf(running)).toBe('full');
    expect(running.client.health().isClockBehind).toBe(true);
  });

  it('survives a key set that is torn, by the one before it', async () => {
    const world = new World();
    const { machine, put, text } = await left(world);
    put(`${KEY_SET}.prev`, text(KEY_SET));
    put(KEY_SET, '{"keySet":');
    expect(tierOf(await world.ready(machine))).toBe('full');
  });

  it('believes no key set of other roots', async () => {
    const world = new World();
    const { machine, put } = await left(world);
    put(KEY_SET, JSON.stringify(new TestIssuer(nodeCrypto, () => world.time.now(), { seed: 150 }).bundle()));
    const { client } = await world.ready(machine);
    expect(client.check('build').code).toBe('no-signed-word');
    expect(client.health().counters['key-set.unknown-root']).toBe(1);
  });

  it.each([
    ['torn', '{"format":1,"memory":{'],
    ['empty', ''],
    ['of a later format', '{"format":2}'],
    ['of another shape', '{"format":1,"memory":{"license":7},"time":null}'],
    ['no object', '[]'],
  ])('goes on without a sidecar that is %s, now and at the start after', async (_, content) => {
    const world = new World();
    const { machine, put } = await left(world);
    put(SIDECAR, content);
    const running = await world.ready(machine);
    expect(tierOf(running)).toBe('full');
    expect(running.client.health().counters['cache.sidecar-malformed']).toBe(1);
    await world.time.finish(running.client.close());
    expect(tierOf(await world.ready(machine))).toBe('full');
  });

  it('makes a new key where the old one is torn, and asks anew with it', async () => {
    const world = new World();
    const { machine, put } = await left(world);
    put('installation.key', 'torn');
    world.server.isUp = true;
    const { client } = await world.ready(machine);
    expect(client.status).toBe('ready');
    expect(world.server.asked.at(-1)?.path).toBe('/v1/leases');
    expect(new Set(world.server.asked.map(({ jkt }) => jkt)).size).toBe(2);
  });

  it.each(['write', 'read'] as const)('costs nothing while it lasts that the disk refuses to %s', async (what) => {
    const world = new World();
    const machine = world.machine();
    machine.disk.refuse(what);
    const running = await world.ready(machine);
    await world.time.run(3 * HOUR);
    expect(tierOf(running)).toBe('full');
    expect(running.client.status).toBe('ready');
    expect(running.client.health().counters[what === 'write' ? 'cache.unwritable' : 'cache.unreadable']).toBeGreaterThan(0);
    machine.disk.refuse(null);
    await world.time.run(HOUR);
    expect(machine.disk.texts.has(LEASE)).toBe(true);
  });

  it('of another license key is left alone: it may be another license', async () => {
    const world = new World();
    const { machine } = await left(world);
    const { client } = await world.ready(machine, { licenseKey: 'glk_other' });
    expect(client.check('build').code).toBe('no-signed-word');
    expect(client.health().counters['cache.other-license']).toBe(1);
  });

  it('of an older license key is believed where the application names the license', async () => {
    const world = new World();
    const { machine } = await left(world);
    const running = await world.ready(machine, { licenseKey: 'glk_rotated', license: 'lic_1' });
    expect(tierOf(running)).toBe('full');
  });

  it('is no better than its lease: a year in the dark is a year', async () => {
    const world = new World();
    const { machine } = await left(world);
    await world.time.run(YEAR);
    const running = await world.ready(machine);
    await world.time.run(2 * HOUR);
    expect(tierOf(running)).toBe('essential');
    expect(running.client.check('build').allowed).toBe(true);
  });
});

describe('a lease that was copied to another machine', () => {
  it('is not believed there without the key of its installation', async () => {
    const world = new World();
    const { text } = await left(world);
    const other = world.machine('other');
    other.disk.texts.set(LEASE, text(LEASE)).set(KEY_SET, text(KEY_SET));
    const { client } = await world.ready(other);
    expect(client.check('build').code).toBe('no-signed-word');
    expect(client.health().counters['cache.wrong-holder']).toBe(1);
  });

  it('is asked for under the other machine’s own key', async () => {
    const world = new World();
    const { text } = await left(world);
    const first = world.server.asked[0]?.jkt;
    world.server.isUp = true;
    const other = world.machine('other');
    other.disk.texts.set(LEASE, text(LEASE)).set(KEY_SET, text(KEY_SET));
    await world.ready(other);
    expect(world.server.asked.at(-1)).toMatchObject({ path: '/v1/leases' });
    expect(world.server.asked.at(-1)?.jkt).not.toBe(first);
  });

  it('shows that the machine changed where the key was copied too, for a node-locked seat', async () => {
    const world = new World();
    const machine = world.machine();
    world.server.terms = { seat: { kind: 'node-locked', overageClosesAt: null }, match: { of: ['cpu', 'disk', 'mac'], need: 2 } };
    const parts = (cpu: string, disk: string, mac: string) => ({ fingerprint: { cpu, disk, mac } });
    const first = await world.ready(machine, parts('a', 'a', 'a'));
    await world.time.finish(first.client.close());
    const same = await world.ready(machine, parts('a', 'a', 'b'));
    expect(same.client.explain('build').causes.find(({ cause }) => cause === 'identity')?.began).toBe(false);
    await world.time.finish(same.client.close());
    const moved = await world.ready(machine, parts('a', 'b', 'b'));
    expect(moved.client.explain('build').causes.find(({ cause }) => cause === 'identity')?.began).toBe(true);
    await world.time.run(6 * DAY);
    expect(tierOf(moved)).toBe('full');
    await world.time.run(2 * DAY);
    expect(tierOf(moved)).toBe('reduced');
  });
});
