/** The commands of usage on PostgreSQL: two nodes on one database, and one that starts anew. */
import { MINUTE, type Milliseconds } from '@glidepath/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PostgresStore } from '../../adapters/postgres/index.ts';
import { useTestDatabase } from '../../adapters/postgres/test-database.ts';
import type { CommandResponse } from '../../request.ts';
import { createServer, type Server } from '../../server.ts';
import { type TestClock, testServer, testWorld } from '../../test-world.ts';
import type { World } from '../../world.ts';
import { issueTestLicense, policySource, type TestLicense } from '../test-license.ts';

const METERS = `    people: { unit: person, aggregate: unique, window: day, timeZone: Europe/Berlin, anchor: calendar }
    peak: { unit: job, aggregate: max, window: day, timeZone: UTC, anchor: calendar }
  tiers:
`;
const database = useTestDatabase();
const entropy = { bytes: (count: number) => crypto.getRandomValues(new Uint8Array(count)) };
const open = () => new PostgresStore({ connectionString: database.connectionString, connections: 4 });

interface Node {
  readonly world: World & { readonly clock: TestClock };
  readonly server: Server;
}

let nodes: Node[];
let license: TestLicense;

beforeEach(async () => {
  await database.empty();
  const first = await testServer({}, { store: open(), entropy });
  nodes = [first, startNode(first)];
  license = await issueTestLicense({
    call: (method, path, body) => first.call(method, path, path === '/v1/policies' ? policySource(withMeters) : body),
  });
});
afterEach(async () => {
  for (const { world } of nodes) await world.store.close();
});

function withMeters(policy: string): string {
  return policy.replace('  tiers:\n', METERS);
}

/** Another process of the same control plane: what it knows is in the database. */
function startNode({ world: { clock } }: Pick<Node, 'world'>): Node {
  const world = testWorld({ store: open(), entropy });
  world.clock.advance(clock.now() - world.clock.now());
  return { world, server: createServer(world, { checkAnswers: true }) };
}

async function restartAll(): Promise<void> {
  const next = nodes.map(startNode);
  for (const { world } of nodes) await world.store.close();
  nodes = next;
}

const pass = (ms: Milliseconds) => nodes.forEach(({ world }) => void world.clock.advance(ms));

interface Answer extends CommandResponse {
  readonly body: Record<string, unknown> & { readonly items: readonly Record<string, unknown>[] };
}

async function ask(node: number, method: string, path: string, body?: unknown): Promise<Answer> {
  const server = nodes[node % nodes.length]?.server;
  const headers = { authorization: `Bearer ${license.key}`, 'content-type': 'application/json' };
  const sent = body === undefined ? {} : { body: JSON.stringify(body) };
  return (await server?.handle({ method, path, query: {}, headers, ...sent, requestId: 'req-test' })) as Answer;
}

const report = (node: number, events: readonly unknown[]) => ask(node, 'POST', '/v1/usage', events);
const reserve = (node: number, amount: number, requestId: string, more: Record<string, unknown> = {}) =>
  ask(node, 'POST', '/v1/usage/reservations', { meter: 'build-minutes', amount, requestId, ...more });
const spend = (node: number, id: unknown, amount?: number) =>
  ask(node, 'POST', `/v1/usage/reservations/${id}/commit`, amount === undefined ? {} : { amount });

function event(id: string, data: unknown = { amount: 0.1 }, subject = 'build-minutes'): Record<string, unknown> {
  return { specversion: '1.0', type: 'dev.glidepath.usage.v1', source: 'ci', id, subject, data };
}

/** What both nodes say, which is the same. */
async function balances(): Promise<Record<string, Record<string, unknown>>> {
  const [one, other] = [await ask(0, 'GET', '/v1/usage'), await ask(1, 'GET', '/v1/usage')];
  expect(other.body).toEqual(one.body);
  return Object.fromEntries(one.body.items.map((item) => [String(item.meter), item]));
}

describe('usage on PostgreSQL > two nodes', () => {
  it('count each event once, whichever of them gets it how often', async () => {
    const events = Array.from({ length: 60 }, (_, n) => event(`e${n}`));
    const people = Array.from({ length: 40 }, (_, n) => event(`p${n}`, { value: `person-${n % 7}` }, 'people'));
    const peaks = Array.from({ length: 20 }, (_, n) => event(`k${n}`, { amount: n }, 'peak'));
    const batches = Array.from({ length: 8 }, (_, n) => [...events, ...people, ...peaks].filter((_one, place) => place % 4 !== n % 4));
    const answers = await Promise.all(batches.map((batch, node) => report(node, batch)));
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 8 }, () => 200));
    const sum = (field: string) => answers.reduce((all, { body }) => all + Number(body[field]), 0);
    expect([sum('accepted'), sum('duplicates'), sum('rejected')]).toEqual([120, 600, 0]);
    const seen = await balances();
    expect([seen['build-minutes']?.used, seen.people?.used, seen.peak?.used]).toEqual([6, 7, 19]);
  });

  it('answer a batch item by item, with what nobody can count among it', async () => {
    const wrong = [event('w1', { amount: -1 }), event('w2', { amount: 1 }, 'build-minuets'), event('w\u0000'), 7];
    const { body } = await report(0, [event('a'), ...wrong, event('b'), event('a')]);
    expect(body).toMatchObject({ accepted: 2, duplicates: 1, rejected: 4 });
    expect(body.items.map(({ code }) => code ?? null)).toEqual([
      ...[null, 'amount-invalid', 'meter-unknown', 'field-invalid', 'not-an-event', null, null],
    ]);
    expect((await balances())['build-minutes']).toMatchObject({ used: 0.2 });
  });

  it('set no more aside than the limit, when twelve ask at once', async () => {
    await report(0, [event('before', { amount: 99.5 })]);
    // Both nodes know the license by now, so that both are asked at the same moment.
    await balances();
    const answers = await Promise.all(Array.from({ length: 12 }, (_, n) => reserve(n, 100.1, `r${n}`)));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(8);
    const refused = answers.filter(({ status }) => status === 409);
    expect(refused).toHaveLength(4);
    for (const { body } of refused) expect(body).toMatchObject({ code: 'quota-exhausted', facts: { used: 99.5, limit: 1000 } });
    expect((await balances())['build-minutes']).toMatchObject({ used: 99.5, reserved: 800.8, remaining: 99.7 });
    expect((await reserve(1, 99.8, 'more')).status).toBe(409);
    expect((await reserve(0, 99.7, 'rest')).status).toBe(201);
  });

  it('make one reservation of one request, and spend it once', async () => {
    const made = await Promise.all([0, 1, 0, 1].map((node) => reserve(node, 100, 'same')));
    expect(new Set(made.map(({ body }) => body.id)).size).toBe(1);
    const id = made[0]?.body.id;
    const spent = await Promise.all([0, 1, 0, 1].map((node) => spend(node, id, 30)));
    expect(spent.map(({ body }) => body.outcome).sort()).toEqual(['counted', 'duplicate', 'duplicate', 'duplicate']);
    expect((await balances())['build-minutes']).toMatchObject({ used: 30, reserved: 0, remaining: 970 });
  });

  it('count what was used of a reservation after its end, though others have what it kept', async () => {
    const { body } = await reserve(0, 900, 'short', { expiresIn: '1m' });
    expect((await reserve(1, 200, 'other')).status).toBe(409);
    pass(MINUTE);
    expect((await reserve(1, 200, 'another')).status).toBe(201);
    expect(await spend(0, body.id)).toMatchObject({ status: 200, body: { outcome: 'counted', late: true } });
    expect((await balances())['build-minutes']).toMatchObject({ used: 900, reserved: 200, remaining: 0 });
  });
});

describe('usage on PostgreSQL > a restart', () => {
  it('forgets no event, no reservation, and nothing that a deleted snapshot said', async () => {
    await report(0, [event('a', { amount: 5 }), event('p', { value: 'ann' }, 'people')]);
    const { body } = await reserve(1, 600, 'kept');
    const before = await balances();
    await restartAll();
    expect(await balances()).toEqual(before);
    await database.admin('delete from glidepath.meter_record');
    expect(await balances()).toEqual(before);
    expect((await report(1, [event('a', { amount: 5 })])).body).toMatchObject({ accepted: 0, duplicates: 1 });
    expect((await reserve(0, 600, 'kept')).body.id).toBe(body.id);
    expect((await reserve(0, 396, 'too much')).status).toBe(409);
    expect(await spend(1, body.id, 500)).toMatchObject({ body: { outcome: 'counted', late: false } });
    expect((await balances())['build-minutes']).toMatchObject({ used: 505, reserved: 0, remaining: 495 });
  });
});
