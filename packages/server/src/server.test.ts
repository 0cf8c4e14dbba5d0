import { after, DAY, Fault, HOUR, type Store } from '@glidepath/core';
import { Type } from 'typebox';
import { describe, expect, it } from 'vitest';
import { answer, type Command, defineCommand, refuse } from './command.ts';
import { testServer } from './test-world.ts';

const Thing = Type.Object(
  { name: Type.String({ minLength: 1, maxLength: 20 }), size: Type.Optional(Type.Integer({ minimum: 0 })) },
  { additionalProperties: false },
);
const Anything = Type.Unknown();

/** A command that stores a team of the given name. */
const makeThing = defineCommand({
  name: 'thing.make',
  method: 'POST',
  path: '/v1/things',
  summary: 'Makes a thing',
  auth: 'operator',
  scope: 'control-plane',
  body: Thing,
  query: Type.Object({ note: Type.Optional(Type.String()) }, { additionalProperties: false }),
  answers: { 201: Anything },
  secretAnswer: true,
  async run({ body, newId, now, commit }) {
    const id = newId('tea');
    const change = {
      writes: [{ op: 'insert' as const, table: 'team' as const, row: { id, name: body.name, createdAt: now } }],
      happened: [{ action: 'thing.made', subject: id, facts: { name: body.name } }],
    };
    const outcome = await commit(change, answer(201, { id, secret: 'glk_shown-once' }));
    return outcome.kind === 'conflict' && outcome.result.reason === 'duplicate' && outcome.result.table === 'team'
      ? refuse('already-exists', 'There is a thing of that name already.')
      : outcome;
  },
});
const readThing = defineCommand({
  name: 'thing.read',
  method: 'GET',
  path: '/v1/things/{id}',
  summary: 'Reads a thing',
  auth: 'viewer',
  query: Type.Object({ limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 10 })) }, { additionalProperties: false }),
  answers: { 200: Anything },
  run: async ({ params, query, environment }) => answer(200, { id: params.id, limit: query.limit ?? null, environment: environment.name }),
});
const commands: readonly Command[] = [makeThing, readThing];

const start = () => testServer({ commands, jobs: [] });
const teams = (store: Store) => store.count('team', {});

describe('command layer', () => {
  describe('routes', () => {
    it('answers an unknown path with a problem', async () => {
      const { call } = await start();
      const response = await call('GET', '/v2/things');
      expect(response).toMatchObject({ status: 404, command: null, code: 'not-found', contentType: 'application/problem+json' });
      expect(response.body).toMatchObject({ code: 'not-found', status: 404, instance: 'req-test' });
    });

    it('tells a known path under another method, with the methods that it has', async () => {
      const { call } = await start();
      expect(await call('DELETE', '/v1/things')).toMatchObject({ status: 405, headers: { allow: 'POST' } });
    });

    it('refuses a path whose percent-encoding is broken', async () => {
      const { call } = await start();
      expect(await call('GET', '/v1/things/%ff')).toMatchObject({ status: 400, code: 'bad-input' });
    });

    it('hands on a decoded parameter, and refuses one that no store can keep', async () => {
      const { call } = await start();
      expect((await call('GET', '/v1/things/a%2Fb')).body).toMatchObject({ id: 'a/b' });
      expect(await call('GET', '/v1/things/a%00b')).toMatchObject({ status: 400, body: { errors: [{ path: 'params/id' }] } });
    });
  });

  describe('input', () => {
    it.each([
      ['nothing', undefined, 'not-json', { path: '', found: 'nothing' }],
      ['text that is not JSON', '{"name":', 'not-json', { path: '', found: 'text that is not JSON' }],
      ['a wrong type', { name: 7 }, 'bad-input', { path: '/name', found: '7', expected: 'string (minLength 1, maxLength 20)' }],
      ['a missing key', {}, 'bad-input', { path: '/name', found: 'nothing' }],
      [
        'an unknown key',
        { name: 'x', sise: 3 },
        'bad-input',
        { path: '/sise', found: 'unknown key "sise"', expected: 'one of name, size', didYouMean: 'size' },
      ],
      ['no object', [], 'bad-input', { path: '', found: 'a list of 0', expected: 'object' }],
      ['a NUL', { name: 'a\u0000b' }, 'bad-input', { path: '/name', found: 'a NUL or half a character' }],
      ['half a character', '{"name":"\\ud800"}', 'bad-input', { path: '/name', found: 'a NUL or half a character' }],
      ['a prototype', '{"name":"x","__proto__":{"size":1}}', 'bad-input', { path: '', found: 'the key "__proto__"' }],
      ['deep nesting', `{"name":${'['.repeat(5_000)}${']'.repeat(5_000)}}`, 'bad-input', { found: 'deep nesting' }],
    ])('names where and what is wrong with %s', async (_what, body, code, error) => {
      const { call, world } = await start();
      const response = await call('POST', '/v1/things', body);
      expect(response).toMatchObject({ status: 400, code });
      expect(response.body.errors).toMatchObject([error]);
      expect(await teams(world.store)).toBe(0);
    });

    it('reports all errors of body and query at once', async () => {
      const { call } = await start();
      const response = await call('POST', '/v1/things?wrong=1', { name: '', size: -1 });
      expect((response.body.errors as { path: string }[]).map(({ path }) => path)).toEqual(['query/wrong', '/name', '/size']);
    });

    it('reads numbers from a query and refuses what is none', async () => {
      const { call } = await start();
      expect((await call('GET', '/v1/things/x?limit=7')).body).toMatchObject({ limit: 7 });
      expect((await call('GET', '/v1/things/x?limit=seven')).body.errors).toMatchObject([{ path: 'query/limit', found: '"seven"' }]);
    });

    it('refuses bytes that are not UTF-8, a media type that it does not read, and more than it reads', async () => {
      const { server, admin } = await start();
      const headers = { authorization: `Bearer ${admin}` };
      const post = (body: Uint8Array | string, more = {}) =>
        server.handle({ method: 'POST', path: '/v1/things', headers: { ...headers, ...more }, body });
      expect(await post(new Uint8Array([0x22, 0xff, 0x22]))).toMatchObject({ status: 400, code: 'bad-input' });
      expect(await post('{"name":"x"}', { 'content-type': 'text/html' })).toMatchObject({ status: 415 });
      expect(await post(JSON.stringify({ name: 'x'.repeat(300_000) }))).toMatchObject({ status: 413, code: 'too-large' });
    });

    it('makes hostile text in an error visible, and short', async () => {
      const { call } = await start();
      const response = await call('POST', '/v1/things', { name: 5, [`\u001b[31m\u202eevil${'x'.repeat(500)}`]: 1 });
      const { detail, errors } = response.body as { detail: string; errors: readonly { path: string; found: string }[] };
      const texts = [detail, ...errors.flatMap(({ path, found }) => [path, found])];
      expect(texts.filter((text) => /[\p{Cc}\p{Cf}]/u.test(text))).toEqual([]);
      const found = JSON.stringify(response.body);
      expect(found.length).toBeLessThan(1_500);
    });
  });

  describe('identity', () => {
    it.each([
      ['no credential', '', 401, 'unauthenticated'],
      ['a mistyped token', 'glt_nonsense', 401, 'unauthenticated'],
      ['another scheme', 'x y', 401, 'unauthenticated'],
    ])('refuses %s', async (_what, token, status, code) => {
      const { call } = await start();
      expect(await call('GET', '/v1/things/x', undefined, { token })).toMatchObject({
        status,
        code,
        headers: { 'www-authenticate': 'Bearer' },
      });
    });

    it('asks who calls before it looks at what was sent', async () => {
      const { call } = await start();
      expect(await call('POST', '/v1/things', '{', { token: '' })).toMatchObject({ status: 401 });
    });

    it('refuses a role that does not suffice', async () => {
      const { call, tokenFor } = await start();
      const token = await tokenFor(['viewer']);
      expect(await call('POST', '/v1/things', { name: 'x' }, { token })).toMatchObject({ status: 403, code: 'forbidden' });
      expect(await call('GET', '/v1/things/x', undefined, { token })).toMatchObject({ status: 200 });
    });

    it('lets a token do no more than its principal may now', async () => {
      const { call, tokenFor, world } = await start();
      const token = await tokenFor(['operator']);
      const [grant] = await world.store.find('roleGrant', { role: 'operator' }, { limit: 1 });
      await world.store.commit({ writes: [{ op: 'delete', table: 'roleGrant', id: grant?.id ?? '' }], audit: [], events: [] });
      expect(await call('POST', '/v1/things', { name: 'x' }, { token })).toMatchObject({ status: 403 });
    });

    it('refuses an ended token', async () => {
      const { call, world } = await start();
      world.clock.advance(90 * DAY);
      expect(await call('GET', '/v1/things/x')).toMatchObject({ status: 401, code: 'token-expired' });
    });

    it('keeps a token in its environment, and out of the control plane itself', async () => {
      const { call, tokenFor, world } = await start();
      const [production] = await world.store.find('environment', { name: 'production' }, { limit: 1 });
      const token = await tokenFor(['admin'], production?.id ?? null);
      expect(await call('GET', '/v1/things/x', undefined, { token })).toMatchObject({ status: 200, body: { environment: 'production' } });
      expect(await call('GET', '/v1/things/x?environment=staging', undefined, { token })).toMatchObject({ status: 403 });
      expect(await call('POST', '/v1/things', { name: 'x' }, { token })).toMatchObject({ status: 403 });
    });

    it('says that an environment does not exist only to somebody it knows', async () => {
      const { call } = await start();
      expect(await call('GET', '/v1/things/x?environment=nowhere', undefined, { token: '' })).toMatchObject({ status: 401 });
      expect(await call('GET', '/v1/things/x?environment=nowhere')).toMatchObject({ status: 404 });
    });
  });

  describe('commit', () => {
    it('writes the change, its audit entry and its event together, and gives a hint', async () => {
      const { call, world } = await start();
      const hints: string[] = [];
      world.bus.subscribe(({ type }) => hints.push(type));
      const { body } = await call('POST', '/v1/things', { name: 'x' });
      const about = { subject: String(body.id) };
      expect(await world.store.find('audit', about, { limit: 9 })).toMatchObject([
        { action: 'thing.made', at: world.clock.now(), facts: { name: 'x' } },
      ]);
      expect(await world.store.find('outbox', {}, { limit: 9, newestFirst: true })).toMatchObject([
        { type: 'thing.made', sentAt: null },
        {},
      ]);
      expect(hints).toEqual(['thing.made']);
    });

    it('runs a command again when what it gathered has changed, and gives up after five times', async () => {
      let attempts = 0;
      const never = defineCommand({
        ...(makeThing as object as Parameters<typeof defineCommand>[0]),
        run: async () => {
          attempts++;
          return { kind: 'conflict', result: { ok: false, reason: 'stale', table: 'team', id: 'x', constraint: null } };
        },
      });
      const { call } = await testServer({ commands: [never], jobs: [] });
      expect(await call('POST', '/v1/things', { name: 'x' })).toMatchObject({ status: 503, code: 'busy-record' });
      expect(attempts).toBe(5);
    });
  });

  describe('faults', () => {
    const failing = (error: unknown) =>
      defineCommand({
        ...(readThing as object as Parameters<typeof defineCommand>[0]),
        run: async () => {
          throw error;
        },
      });
    it.each([
      ['a fault that may pass', new Fault('connection-lost', 'secret host db-7', { retryable: true }), 503, 'store-unavailable'],
      ['a fault that will not', new Fault('disk', 'secret host db-7', { retryable: false }), 500, 'internal'],
      ['a value that no store can keep', new Fault('unstorable-value', 'customer/name', { retryable: false }), 400, 'bad-input'],
      ['a bug', new TypeError('secret host db-7'), 500, 'internal'],
    ])('answers %s without a word of our inside', async (_what, error, status, code) => {
      const { call } = await testServer({ commands: [failing(error)], jobs: [] });
      const response = await call('GET', '/v1/things/x');
      expect(response).toMatchObject({ status, code });
      expect(JSON.stringify(response.body)).not.toContain('db-7');
    });
  });
});

describe('idempotency key', () => {
  const key = (value: string) => ({ headers: { 'idempotency-key': value } });

  it('gives the same answer again and carries the request out once', async () => {
    const { call, world } = await start();
    const first = await call('POST', '/v1/things', { name: 'x' }, key('k1'));
    const again = await call('POST', '/v1/things', { name: 'x' }, key('k1'));
    expect(again.body).toEqual(first.body);
    expect(again).toMatchObject({ status: 201, headers: { 'idempotency-replayed': 'true' } });
    expect(await teams(world.store)).toBe(1);
  });

  it('carries one of two concurrent requests out, and both get its answer', async () => {
    const { call, world } = await start();
    const both = await Promise.all([
      call('POST', '/v1/things', { name: 'x' }, key('k1')),
      call('POST', '/v1/things', { name: 'x' }, key('k1')),
    ]);
    expect(both[0].body).toEqual(both[1].body);
    expect(await teams(world.store)).toBe(1);
  });

  it('keeps no secret in the clear', async () => {
    const { call, world } = await start();
    await call('POST', '/v1/things', { name: 'x' }, key('k1'));
    expect(JSON.stringify(world.store.snapshot())).not.toContain('shown-once');
  });

  it.each([
    ['another body', '/v1/things', { name: 'y' }],
    ['another query', '/v1/things?note=y', { name: 'x' }],
  ])('refuses %s under a used key', async (_what, path, body) => {
    const { call, world } = await start();
    await call('POST', '/v1/things', { name: 'x' }, key('k1'));
    expect(await call('POST', path, body, key('k1'))).toMatchObject({ status: 422, code: 'idempotency-mismatch' });
    expect(await teams(world.store)).toBe(1);
  });

  it('belongs to its principal', async () => {
    const { call, tokenFor } = await start();
    await call('POST', '/v1/things', { name: 'x' }, key('k1'));
    const token = await tokenFor(['operator']);
    expect(await call('POST', '/v1/things', { name: 'y' }, { token, ...key('k1') })).toMatchObject({ status: 201 });
  });

  it('is forgotten after 24 hours', async () => {
    const { call, world } = await start();
    await call('POST', '/v1/things', { name: 'x' }, key('k1'));
    world.clock.advance(24 * HOUR - 1);
    expect(await call('POST', '/v1/things', { name: 'y' }, key('k1'))).toMatchObject({ status: 422 });
    world.clock.advance(1);
    expect(await call('POST', '/v1/things', { name: 'y' }, key('k1'))).toMatchObject({ status: 201 });
    expect(await world.store.count('idempotency', {})).toBe(1);
  });

  it('keeps no refusal, so that what was mended can be tried again', async () => {
    const { call } = await start();
    await call('POST', '/v1/things', { name: 'x' });
    expect(await call('POST', '/v1/things', { name: 'x' }, key('k1'))).toMatchObject({ status: 409 });
    expect(await call('POST', '/v1/things', { name: 'z' }, key('k1'))).toMatchObject({ status: 201 });
  });

  it.each(['', 'x'.repeat(256), 'a b', 'ü'])('refuses the malformed key %j', async (value) => {
    const { call } = await start();
    expect(await call('POST', '/v1/things', { name: 'x' }, key(value))).toMatchObject({
      status: 400,
      body: { errors: [{ path: 'header/Idempotency-Key' }] },
    });
  });
});

describe('tick', () => {
  it('runs each job when it is due, and goes on when one fails', async () => {
    const runs: string[] = [];
    const { server, world } = await testServer({
      commands,
      jobs: [
        { name: 'broken', everyMs: 1_000, run: async () => Promise.reject(new Error('no')) },
        { name: 'hourly', everyMs: HOUR, run: async ({ now }) => void runs.push(String(now)) },
      ],
    });
    const began = world.clock.now();
    for (const at of [began, after(began, 1_000), after(began, HOUR)]) await server.tick(at);
    expect(runs).toEqual([String(began), String(began + HOUR)]);
    expect(server.jobs()).toMatchObject([
      { name: 'broken', failures: 3, okAt: null },
      { name: 'hourly', failures: 0, okAt: began + HOUR },
    ]);
  });

  it('does not wait for work that was handed off, runs one of a kind at a time, and counts what fails in it', async () => {
    const started: boolean[] = [];
    let fail: (error: Error) => void = () => {};
    const hanging = () => new Promise<void>((_, reject) => (fail = reject));
    const runs: string[] = [];
    const { server, world } = await testServer({
      commands,
      jobs: [
        { name: 'sender', everyMs: 1, run: async ({ handOff }) => void started.push(handOff('there', hanging)) },
        { name: 'other', everyMs: 1, run: async () => void runs.push('other') },
      ],
    });
    await server.tick(world.clock.now());
    await server.tick(world.clock.advance(1));
    expect({ started, runs }).toEqual({ started: [true, false], runs: ['other', 'other'] });
    fail(new Error('gone'));
    await server.settled();
    expect(server.jobs()).toMatchObject([{ name: 'sender', failures: 1, okAt: world.clock.now() }, { name: 'other' }]);
    await server.tick(world.clock.advance(1));
    expect(started).toEqual([true, false, true]);
  });

  it('leaves jobs that end something by the time alone while the clock is skewed', async () => {
    let runs = 0;
    const vitals = { isSkewed: () => true, isDraining: () => false, version: '0', examiners: [] };
    const reaper = { name: 'reaper', everyMs: 1, needsTrueTime: true, run: async () => void runs++ };
    const { server, world } = await testServer({ commands, jobs: [reaper] }, { vitals });
    await server.tick(world.clock.now());
    expect(runs).toBe(0);
  });
});
