import { after, DAY, HOUR, type OnlineKey, YEAR } from '@glidepath/core';
import { type KeySet, type KeySetBundle, openKeySet, signKeySetKey } from '@glidepath/protocol';
import { nodeCrypto } from '@glidepath/protocol/node';
import { beforeEach, describe, expect, it } from 'vitest';
import { createSeal } from '../../adapters/seal/aes-seal.ts';
import { START, type TestServer, testServer, testWorld } from '../../test-world.ts';
import { policySource } from '../test-license.ts';
import { bootstrapEnvironment, type LockRoot } from './bootstrap.ts';
import { rotateKeys } from './key-job.ts';
import { membersAt, needsPublishing, planKeys, SIGNS_MS } from './key-plan.ts';
import { createKeyring, signingKeyAt } from './keyring.ts';

const crypto = nodeCrypto;

function key(over: Partial<OnlineKey> = {}): OnlineKey {
  const kid = over.kid ?? 'k1';
  return {
    ...{ id: `key_${kid}`, environment: 'env', kid, use: 'sign', x: 'x', sealed: '', status: 'active', certificate: null, revision: 0 },
    ...{ notBefore: START, signsUntil: after(START, SIGNS_MS), statusAt: START },
    ...over,
  };
}

describe('plan keys', () => {
  const plan = (keys: readonly OnlineKey[], days: number) =>
    planKeys({ keys, latest: null, longestWordMs: 60 * DAY, now: after(START, days * DAY) });
  const keySetKey = key({ kid: 'set', use: 'key-set', certificate: 'signed', signsUntil: after(START, YEAR) });

  it('relieves a signing key after 20 of its 30 days', () => {
    expect(plan([key(), keySetKey], 19.9).needsSigningKey).toBe(false);
    expect(plan([key(), keySetKey], 20).needsSigningKey).toBe(true);
  });

  it('wants a signing key when none may sign', () => {
    expect(plan([keySetKey], 0).needsSigningKey).toBe(true);
    expect(plan([key({ status: 'compromised' }), keySetKey], 0).needsSigningKey).toBe(true);
  });

  it('lists keys whose time to sign is over', () => {
    expect(plan([key(), keySetKey], 30).over.map(({ kid }) => kid)).toEqual(['k1']);
  });

  it.each([
    ['in good time', keySetKey, 274, false],
    ['90 days before the end', keySetKey, 275, true],
    ['when it is condemned', { ...keySetKey, status: 'compromised' as const }, 1, true],
  ])('prepares a successor of the key-set key %s', (_when, current, days, expected) => {
    expect(plan([key(), current], days).needsSuccessor).toBe(expected);
  });

  it('prepares one successor only', () => {
    expect(plan([key(), keySetKey, key({ kid: 'next', use: 'key-set' })], 300).needsSuccessor).toBe(false);
  });
});

describe('members of the key set', () => {
  it('stay until the last word that they signed has ended', () => {
    const old = key({ status: 'retired' });
    const last = after(old.signsUntil, 60 * DAY);
    expect(membersAt([old], 60 * DAY, after(last, -1))).toHaveLength(1);
    expect(membersAt([old], 60 * DAY, last)).toEqual([]);
  });

  it('never name a key-set key', () => {
    expect(membersAt([key({ use: 'key-set' })], 0, START)).toEqual([]);
  });

  it('need publishing when a state changed, or the set will end', () => {
    const members = membersAt([key()], 0, START);
    const latest = { iss: '', env: '', version: 1, iatMs: START, endsAt: after(START, 60 * DAY), previous: null, keys: members };
    expect(needsPublishing(latest, members, START)).toBe(false);
    expect(needsPublishing(latest, membersAt([key({ status: 'compromised' })], 0, START), START)).toBe(true);
    expect(needsPublishing(latest, members, after(START, 40 * DAY))).toBe(true);
  });
});

describe('signing key', () => {
  it('is the newest of those that may sign', () => {
    const younger = key({ kid: 'k2', notBefore: after(START, DAY) });
    expect(signingKeyAt([key(), younger], START)?.kid).toBe('k1');
    expect(signingKeyAt([key(), younger], after(START, DAY))?.kid).toBe('k2');
    expect(signingKeyAt([key()], after(START, SIGNS_MS))).toBeNull();
  });
});

/** A client that pins the roots and keeps the key set that it got last. */
function client(server: TestServer, roots: readonly string[]) {
  let held: KeySet | null = null;
  return {
    async fetch(): Promise<KeySet> {
      const { body } = await server.call('GET', '/v1/keyset', undefined, { token: await server.tokenFor(['viewer']) });
      const opened = openKeySet(body as unknown as KeySetBundle, {
        roots,
        env: 'production',
        iss: 'glidepath:test',
        now: server.world.clock.now(),
        crypto,
        held,
      });
      if (!opened.ok) throw new Error(opened.reason);
      held = opened.value;
      return opened.value;
    },
  };
}

describe('keys of an environment', () => {
  let server: TestServer;
  const seeds: Uint8Array[] = [];
  const lockRoot: LockRoot = ({ seed }) => {
    seeds.push(seed.slice());
    return 'locked';
  };
  let pins: readonly string[];

  beforeEach(async () => {
    seeds.length = 0;
    server = await testServer();
    const { roots } = await bootstrapEnvironment(server.world, { name: 'staging', issuer: 'glidepath:staging', lockRoot });
    expect(roots).toHaveLength(2);
    const { body } = await server.call('GET', '/v1/roots');
    pins = (body.items as { x: string }[]).map(({ x }) => x);
  });

  it('are certified by a root that clients pin, and differ between environments', async () => {
    const set = await client(server, pins).fetch();
    expect(set).toMatchObject({ version: 1, env: 'production', iss: 'glidepath:test', previous: null });
    const { body } = await server.call('GET', '/v1/keys?environment=staging');
    expect((body.items as { kid: string }[]).some(({ kid }) => set.keys.some((each) => each.kid === kid))).toBe(false);
  });

  it('open with the second root alone, when the first one is no longer pinned', async () => {
    const [, second] = pins;
    await expect(client(server, [second ?? '']).fetch()).rejects.toThrow('unknown-root');
    expect((await client(server, pins).fetch()).version).toBe(1);
  });

  it('never hold a plain root', async () => {
    const stored = JSON.stringify(server.world.store.snapshot());
    for (const seed of seeds) expect(stored).not.toContain(Buffer.from(seed).toString('base64url'));
  });

  it('are made once: a second start finds them', async () => {
    expect((await bootstrapEnvironment(server.world, { name: 'staging', issuer: 'x', lockRoot })).roots).toEqual([]);
    expect(await server.world.store.count('environment', {})).toBe(2);
  });

  it('are made once by two nodes that start together', async () => {
    const make = () => bootstrapEnvironment(server.world, { name: 'drill', issuer: 'glidepath:drill', lockRoot });
    const made = await Promise.all([make(), make()]);
    expect(made.map(({ roots }) => roots.length).sort()).toEqual([0, 2]);
    expect(made[0].environment.id).toBe(made[1].environment.id);
  });

  it('rotate by themselves for a year, and a client that looks in now and then follows', async () => {
    const watcher = client(server, pins);
    const kids = new Set<string>();
    let versions = 0;
    for (let day = 0; day <= 270; day += 3) {
      await server.server.tick(server.world.clock.now());
      const set = await watcher.fetch();
      versions = set.version;
      const signing = set.keys.filter(({ status }) => status === 'active');
      expect(signing.length).toBe(1);
      for (const { kid } of signing) kids.add(kid);
      server.world.clock.advance(3 * DAY);
    }
    expect(kids.size).toBe(13);
    expect(versions).toBeGreaterThan(13);
    expect(server.server.jobs().map(({ name, failures }) => [name, failures])).toContainEqual(['rotate-keys', 0]);
  });

  it('are followed by a client that was away for a hundred days', async () => {
    const watcher = client(server, pins);
    await watcher.fetch();
    for (let day = 0; day < 100; day += 2) await server.server.tick(server.world.clock.advance(2 * DAY));
    expect((await watcher.fetch()).version).toBeGreaterThan(4);
  });

  it('stay when the key-set key has ended: a key that nobody can introduce is not made', async () => {
    const before = await server.world.store.count('onlineKey', {});
    server.world.clock.advance(YEAR);
    await server.server.tick(server.world.clock.now());
    expect(await server.world.store.count('onlineKey', {})).toBe(before);
    expect(server.server.jobs().find(({ name }) => name === rotateKeys.name)?.failures).toBe(1);
  });

  it('rotate at once on request; the one before is retired and signs an hour longer at most', async () => {
    const watcher = client(server, pins);
    const [first] = (await watcher.fetch()).keys;
    server.world.clock.advance(DAY);
    const { status, body } = await server.call('POST', '/v1/keys/rotate');
    expect(status).toBe(201);
    const set = await watcher.fetch();
    expect(set.keys).toMatchObject([
      { kid: first?.kid, status: 'retired', signsUntil: after(server.world.clock.now(), HOUR) },
      { kid: body.kid, status: 'active' },
    ]);
  });

  it('that are condemned stay in the set as compromised, and another signs', async () => {
    const watcher = client(server, pins);
    const [first] = (await watcher.fetch()).keys;
    const { status, body } = await server.call('POST', `/v1/keys/${first?.kid}/compromised`, { reason: 'laptop lost' });
    expect(status).toBe(201);
    expect((await watcher.fetch()).keys.map(({ kid, status }) => [kid, status]).sort()).toEqual(
      [
        [first?.kid, 'compromised'],
        [body.kid, 'active'],
      ].sort(),
    );
    const { body: jwks } = await server.call('GET', '/.well-known/jwks.json', undefined, { token: '' });
    expect((jwks.keys as { kid: string }[]).map(({ kid }) => kid)).toEqual([body.kid]);
    expect(await server.call('POST', `/v1/keys/${first?.kid}/compromised`, { reason: 'again' })).toMatchObject({ status: 200 });
    expect(await server.world.store.find('audit', { action: 'key.condemned' }, { limit: 9 })).toMatchObject([
      { facts: { kid: first?.kid, reason: 'laptop lost' } },
    ]);
  });

  it('stay long enough for the longest word of any published policy', async () => {
    const { status } = await server.call(
      'POST',
      '/v1/policies',
      policySource((text) =>
        text.replace(
          '{ at: 14d, tier: reduced, notify: critical } ]\n    suspended',
          '{ at: 300d, tier: reduced, notify: critical } ]\n    suspended',
        ),
      ),
    );
    expect(status).toBe(201);
    const watcher = client(server, pins);
    const [first] = (await watcher.fetch()).keys;
    for (let day = 0; day < 270; day += 5) await server.server.tick(server.world.clock.advance(5 * DAY));
    expect((await watcher.fetch()).keys.map(({ kid }) => kid)).toContain(first?.kid);
  });

  describe('the key-set key', () => {
    const claims = (waiting: { kid: string; x: string }, over = {}) => {
      const now = server.world.clock.now();
      return { iss: 'glidepath:staging', env: 'staging', kid: waiting.kid, x: waiting.x, nbfMs: now, endsAt: after(now, YEAR), ...over };
    };
    const waitingKey = async () =>
      (await server.call('POST', '/v1/keys/rotate?environment=staging', { use: 'key-set' })).body as { kid: string; x: string };
    const send = (certificate: string) => server.call('POST', '/v1/keys/key-set-certificate?environment=staging', { certificate });
    const root = (number: number) => nodeCrypto.signerFromSeed(seeds[number] ?? new Uint8Array(32));

    it.each([0, 1])('is replaced with a certificate of root %i + 1', async (number) => {
      server.world.clock.advance(DAY);
      const waiting = await waitingKey();
      expect(await send(signKeySetKey(claims(waiting), root(number)))).toMatchObject({
        status: 201,
        body: { kid: waiting.kid, isCertified: true },
      });
      const { body } = await server.call('GET', '/v1/keyset?environment=staging');
      expect(JSON.parse(Buffer.from(String(body.keySet).split('.')[0] ?? '', 'base64url').toString())).toMatchObject({ kid: waiting.kid });
    });

    it.each([
      ['of a stranger', () => ({ key: nodeCrypto.signerFromSeed(new Uint8Array(32).fill(9)) })],
      ['of another environment', () => ({ over: { env: 'production' } })],
      ['of another issuer', () => ({ over: { iss: 'somebody' } })],
      ['that does not count yet', () => ({ over: { nbfMs: after(server.world.clock.now(), HOUR) } })],
      ['that has ended', () => ({ over: { endsAt: server.world.clock.now() } })],
      ['for a key that does not wait', () => ({ over: { kid: 'other' } })],
      ['older than the one in use', () => ({ over: { nbfMs: after(server.world.clock.now(), -2 * DAY) } })],
    ])('is not replaced with a certificate %s', async (_what, wrong: () => { key?: ReturnType<typeof root>; over?: object }) => {
      server.world.clock.advance(DAY);
      const waiting = await waitingKey();
      const before = JSON.stringify(server.world.store.snapshot());
      const { key = root(0), over = {} } = wrong();
      expect(await send(signKeySetKey(claims(waiting, over), key))).toMatchObject({ status: 422, code: 'certificate-invalid' });
      expect(JSON.stringify(server.world.store.snapshot())).toBe(before);
    });

    it('goes on when it is condemned, until its successor is certified', async () => {
      server.world.clock.advance(DAY);
      const { body: keys } = await server.call('GET', '/v1/keys?environment=staging');
      const old = (keys.items as { kid: string; use: string }[]).find(({ use }) => use === 'key-set');
      const { body: waiting } = await server.call('POST', `/v1/keys/${old?.kid}/compromised?environment=staging`, { reason: 'stolen' });
      expect(waiting).toMatchObject({ use: 'key-set', isCertified: false });
      expect(await server.call('POST', '/v1/keys/rotate?environment=staging')).toMatchObject({ status: 201 });
      server.world.clock.advance(HOUR);
      expect(await send(signKeySetKey(claims(waiting as unknown as { kid: string; x: string }), root(0)))).toMatchObject({ status: 201 });
    });
  });
});

describe('signer', () => {
  it('on another node follows a rotation within seconds', async () => {
    const { world, call } = await testServer();
    const [environment] = await world.store.find('environment', {}, { limit: 1 });
    if (environment === undefined) throw new Error('no environment');
    const elsewhere = createKeyring(world);
    const before = (await elsewhere.signer(environment, world.clock.now())).key.kid;
    const { body } = await call('POST', '/v1/keys/rotate');
    expect((await elsewhere.signer(environment, world.clock.advance(4_999))).key.kid).toBe(before);
    expect((await elsewhere.signer(environment, world.clock.advance(1))).key.kid).toBe(body.kid);
  });

  it('says so when a key does not open under this sealing key', async () => {
    const { world } = await testServer();
    const [environment] = await world.store.find('environment', {}, { limit: 1 });
    if (environment === undefined) throw new Error('no environment');
    const stranger = createKeyring({ ...testWorld(), store: world.store, seal: createSeal(new Uint8Array(32), world.entropy) });
    await expect(stranger.signer(environment, world.clock.now())).rejects.toMatchObject({ code: 'seal-broken' });
  });

  it('says so when no key may sign any more', async () => {
    const { world } = await testServer();
    const [environment] = await world.store.find('environment', {}, { limit: 1 });
    if (environment === undefined) throw new Error('no environment');
    await expect(createKeyring(world).signer(environment, after(START, SIGNS_MS))).rejects.toMatchObject({
      code: 'no-signing-key',
      retryable: true,
    });
  });
});
