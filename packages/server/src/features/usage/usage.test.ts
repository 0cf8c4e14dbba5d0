import { DAY, HOUR, MINUTE } from '@glidepath/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createHttpAdapter, type HttpAdapter } from '../../adapters/http/index.ts';
import { START, type TestServer, testServer } from '../../test-world.ts';
import { issueTestLicense, type TestLicense } from '../test-license.ts';
import { forgetUsage } from './forget-usage.ts';

const METERS = `    people: { unit: person, aggregate: unique, window: day, timeZone: Europe/Berlin, anchor: calendar }
    peak: { unit: job, aggregate: max, window: day, timeZone: UTC, anchor: calendar }
    disk: { unit: GB, aggregate: last, window: day, timeZone: UTC, anchor: calendar }
`;

let house: TestServer;
let license: TestLicense;
let http: HttpAdapter;
let address: string;

beforeEach(async () => {
  house = await testServer();
  license = await issueTestLicense({
    call: (method, path, body) =>
      house.call(method, path, path === '/v1/policies' ? String(body).replace('  tiers:\n', `${METERS}  tiers:\n`) : body),
  });
  http = await createHttpAdapter(house.server, { port: 0 });
  address = await http.listen();
});
afterEach(() => http.drain(1_000));

interface Answered {
  readonly status: number;
  readonly body: Record<string, unknown> & { readonly items: readonly Record<string, unknown>[] };
}

async function send(body: unknown, headers: Record<string, string> = {}, path = '/v1/usage'): Promise<Answered> {
  const response = await fetch(`${address}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${license.key}`, 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  return { status: response.status, body: (await response.json()) as Answered['body'] };
}

async function balances(): Promise<Record<string, Record<string, unknown>>> {
  const { body } = await house.call('GET', '/v1/usage', undefined, { token: license.key });
  const items = body.items as readonly Record<string, unknown>[];
  return Object.fromEntries(items.map((item) => [String(item.meter), item]));
}

let made = 0;
function event(differing: Record<string, unknown> = {}): Record<string, unknown> {
  made += 1;
  const time = new Date(house.world.clock.now()).toISOString();
  const all = { specversion: '1.0', id: `e${made}`, source: 'ci', type: 'dev.glidepath.usage.v1', subject: 'build-minutes', time };
  return { ...all, data: { amount: 2.5 }, ...differing };
}

describe('events of use over HTTP', () => {
  it('are counted in all four modes, and once', async () => {
    const one = event();
    expect(await send(one, { 'content-type': 'application/cloudevents+json' })).toMatchObject({
      status: 200,
      body: { accepted: 1, duplicates: 0, rejected: 0, items: [{ id: one.id, outcome: 'counted' }] },
    });
    expect(await send([one, event(), one], { 'content-type': 'application/cloudevents-batch+json; charset=utf-8' })).toMatchObject({
      body: { accepted: 1, duplicates: 2 },
    });
    const attributes = { 'ce-specversion': '1.0', 'ce-id': '%C3%A4', 'ce-source': 'ci', 'ce-type': 'x', 'ce-subject': 'build-minutes' };
    expect(await send({ amount: 1 }, attributes)).toMatchObject({ body: { items: [{ id: 'ä', outcome: 'counted' }] } });
    expect(await send([event(), event()])).toMatchObject({ body: { accepted: 2 } });
    expect((await balances())['build-minutes']).toMatchObject({ used: 11, reserved: 0, limit: 1000, remaining: 989 });
  });

  it('add up as their meter says, in the zone of its window', async () => {
    const data = (subject: string, ...each: readonly unknown[]) => each.map((datum) => event({ subject, data: datum }));
    await send([
      ...data('people', { value: 'ann' }, { value: 'bob' }, { value: 'ann' }),
      ...data('peak', { amount: 3 }, { amount: 7 }, { amount: 5 }),
      event({ subject: 'disk', data: { amount: 9 }, time: new Date(START - 1000).toISOString() }),
      ...data('disk', { amount: 4 }),
    ]);
    const seen = await balances();
    expect([seen.people?.used, seen.peak?.used, seen.disk?.used]).toEqual([2, 7, 4]);
    expect(seen.people).toMatchObject({
      limit: null,
      remaining: null,
      windowStart: Date.UTC(2026, 0, 4, 23),
      resetsAt: Date.UTC(2026, 0, 5, 23),
    });
  });

  it.each<[string, Record<string, unknown>, string, string]>([
    ['no id', { id: undefined }, 'field-missing', 'id'],
    ['an id that is a number', { id: 7 }, 'field-invalid', 'id'],
    ['no source', { source: undefined }, 'field-missing', 'source'],
    ['a source that is ours', { source: 'glidepath/reservation' }, 'field-invalid', 'source'],
    ['hostile text', { source: 'a\u0000b' }, 'field-invalid', 'source'],
    ['half a character', { id: '\ud800' }, 'field-invalid', 'id'],
    ['the far future', { time: '9999-01-01T00:00:00Z' }, 'in-future', 'time'],
    ['long ago', { time: '2020-01-01T00:00:00Z' }, 'too-late', 'time'],
    ['no time that is one', { time: 'yesterday' }, 'field-invalid', 'time'],
    ['an unknown meter', { subject: 'build-minuets' }, 'meter-unknown', 'subject'],
    ['a negative amount', { data: { amount: -1 } }, 'amount-invalid', 'data/amount'],
    ['too many decimals', { data: { amount: 0.1234567 } }, 'amount-invalid', 'data/amount'],
    ['an amount as text', { data: { amount: '1' } }, 'amount-invalid', 'data/amount'],
    ['a value for a sum', { data: { value: 'ann' } }, 'amount-invalid', 'data/value'],
    ['a negative amount for unique', { subject: 'people', data: { amount: -1 } }, 'value-invalid', 'data/amount'],
    ['a value that is a number', { subject: 'people', data: { value: 7 } }, 'value-invalid', 'data/value'],
  ])('with %s are answered by themselves, and the others counted', async (_, differing, code, field) => {
    const { status, body } = await send([event(), event(differing), event()]);
    expect(status).toBe(200);
    expect(body).toMatchObject({ accepted: 2, rejected: 1 });
    expect(body.items[1]).toMatchObject({ outcome: 'rejected', code, field, found: expect.any(String), expected: expect.any(String) });
    expect(await send(event(differing))).toMatchObject({ status: 400, body: { code: 'bad-input', facts: { items: [{ code, field }] } } });
    expect((await balances())['build-minutes']).toMatchObject({ used: 5 });
  });

  it('that are no events spoil none beside them', async () => {
    const { body } = await send([7, null, [], 'x', event()]);
    expect(body).toMatchObject({
      accepted: 1,
      rejected: 4,
      items: [{ id: null, code: 'not-an-event' }, {}, {}, {}, { outcome: 'counted' }],
    });
  });

  it('are refused as a whole where the body is none', async () => {
    expect(await send('{"id":')).toMatchObject({ status: 400, body: { code: 'not-json' } });
    expect(await send({}, { 'content-type': 'application/cloudevents-batch+json' })).toMatchObject({
      status: 400,
      body: { code: 'bad-input' },
    });
    expect(await send('x', { 'content-type': 'text/csv' })).toMatchObject({ status: 415 });
    expect(await send(`[${'1,'.repeat(100_000)}1]`)).toMatchObject({ status: 413, body: { code: 'too-large' } });
    expect(await send(' '.repeat(10 * 1024 * 1024 + 1))).toMatchObject({ status: 413 });
    expect(await send([])).toMatchObject({ status: 200, body: { accepted: 0, items: [] } });
    expect(await send(`${'['.repeat(200_000)}`)).toMatchObject({ status: 400 });
  });

  it('come a hundred thousand at once, and others are counted between them', async () => {
    const many = Array.from({ length: 100_000 }, (_, id) => ({
      specversion: '1.0',
      id: `m${id}`,
      source: 's',
      type: 'u',
      subject: 'peak',
      data: { amount: 1 },
    }));
    let isDone = false;
    const large = send(many, { 'content-type': 'application/cloudevents-batch+json' }).finally(() => {
      isDone = true;
    });
    let between = 0;
    while (!isDone) {
      await send(event());
      if (!isDone) between += 1;
    }
    expect((await large).body).toMatchObject({ accepted: 100_000, duplicates: 0, rejected: 0 });
    expect(between).toBeGreaterThan(3);
  }, 60_000);

  it('of another license are not taken by a key, nor of none by a token', async () => {
    const other = { token: house.admin };
    expect(await house.call('POST', '/v1/usage', event(), other)).toMatchObject({ status: 400 });
    expect(await house.call('POST', `/v1/usage?license=${license.id}`, event(), other)).toMatchObject({ status: 200 });
    expect(await house.call('POST', '/v1/usage?license=lic_none', event(), other)).toMatchObject({ status: 404 });
    expect(await house.call('POST', '/v1/usage?license=lic_none', event(), { token: license.key })).toMatchObject({ status: 404 });
    expect(await house.call('GET', '/v1/usage', undefined, { token: '' })).toMatchObject({ status: 401 });
  });
});

describe('reservations of use', () => {
  const reserve = (amount: number, requestId: string, more: Record<string, unknown> = {}) =>
    send({ meter: 'build-minutes', amount, requestId, ...more }, {}, '/v1/usage/reservations');
  const act = (id: unknown, verb: string, body: unknown = {}) => send(body, {}, `/v1/usage/reservations/${id}/${verb}`);

  it('keep within the limit, whoever asks at once', async () => {
    const answers = await Promise.all(Array.from({ length: 12 }, (_, at) => reserve(100, `r${at}`)));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(10);
    expect(answers.find(({ status }) => status === 409)?.body).toMatchObject({
      code: 'quota-exhausted',
      facts: { used: 0, reserved: 1000, limit: 1000 },
    });
    expect((await balances())['build-minutes']).toMatchObject({ used: 0, reserved: 1000, remaining: 0 });
  });

  it('are spent once, by what was used', async () => {
    const { status, body } = await reserve(100, 'a');
    expect(status).toBe(201);
    expect(await reserve(100, 'a')).toMatchObject({ status: 200, body: { id: body.id } });
    expect(await reserve(7, 'a')).toMatchObject({ status: 409, body: { code: 'already-exists' } });
    expect(await act(body.id, 'commit', { amount: 40 })).toMatchObject({
      status: 200,
      body: { amount: 40, outcome: 'counted', late: false },
    });
    expect(await act(body.id, 'commit', { amount: 40 })).toMatchObject({ body: { outcome: 'duplicate' } });
    expect((await balances())['build-minutes']).toMatchObject({ used: 40, reserved: 0, remaining: 960 });
  });

  it('are given back, or end by themselves; what was used of them counts all the same', async () => {
    const [a, b] = [await reserve(600, 'a'), await reserve(400, 'b', { expiresIn: '1m' })];
    expect(await act(a.body.id, 'release')).toMatchObject({ status: 200, body: { releasedAt: START } });
    expect(await act(a.body.id, 'release')).toMatchObject({ status: 200 });
    house.world.clock.advance(MINUTE);
    expect((await balances())['build-minutes']).toMatchObject({ reserved: 0, remaining: 1000 });
    expect(await act(b.body.id, 'commit')).toMatchObject({ body: { outcome: 'counted', late: true } });
    expect((await balances())['build-minutes']).toMatchObject({ used: 400 });
  });

  it.each([
    [{ meter: 'x' }, '/meter'],
    [{ meter: 'people' }, '/amount'],
    [{ meter: 'peak' }, '/meter'],
    [{ amount: -1 }, '/amount'],
    [{ amount: 0.1234567 }, '/amount'],
    [{ expiresIn: '25h' }, '/expiresIn'],
    [{ expiresIn: 'soon' }, '/expiresIn'],
  ])('of %j are refused at %s', async (more, path) => {
    expect(await reserve(1, 'a', more)).toMatchObject({ status: 400, body: { errors: [{ path }] } });
  });

  it('of another license are not there for a key', async () => {
    const { body } = await reserve(1, 'a');
    const other = await issueTestLicense(house);
    expect(await house.call('POST', `/v1/usage/reservations/${body.id}/commit`, {}, { token: other.key })).toMatchObject({ status: 404 });
    expect(await act('rsv_none', 'commit')).toMatchObject({ status: 404 });
  });
});

describe('forgetting usage', () => {
  it('leaves nothing that could be sent again and count twice', async () => {
    const { store, clock } = house.world;
    const old = event();
    await send(old);
    clock.advance(400 * DAY);
    const run = () => forgetUsage.run({ store, now: clock.now() } as unknown as Parameters<typeof forgetUsage.run>[0]);
    await run();
    expect(await send(old)).toMatchObject({ body: { duplicates: 1 } });
    clock.advance(DAY + HOUR);
    await run();
    expect(await send(old)).toMatchObject({ status: 400, body: { facts: { items: [{ code: 'too-late' }] } } });
  });
});
