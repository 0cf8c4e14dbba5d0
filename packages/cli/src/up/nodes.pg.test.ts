import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { type ClientRequest, get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { useTestDatabase } from '@glidepath/server/test-database';
import { startProxy, type TestProxy } from '@glidepath/server/test-proxy';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { LAUNCHER, policyText } from '../cli.testkit.ts';
import { isReadyMessage, type ReadyMessage } from './ready-message.ts';

const database = useTestDatabase('bare');
/** All nodes open what any of them sealed. */
const SEAL_KEY = randomBytes(32).toString('base64url');
let home: string;
let proxy: TestProxy;
let nodes: readonly Node[];
let token: string;
const children = new Set<ChildProcess>();
const requests: ClientRequest[] = [];

interface Node {
  readonly child: ChildProcess;
  readonly ready: ReadyMessage;
}

async function up(name: string, connectionString: string): Promise<Node> {
  const data = join(home, name);
  const args = ['up', '--data', data, '--port', '0', '--database-url', connectionString, '--rate-limit', 'off', '--log', 'json'];
  const child = spawn(process.execPath, [LAUNCHER, ...args], {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    env: { PATH: process.env.PATH ?? '', HOME: home, GLIDEPATH_SEAL_KEY: SEAL_KEY },
  });
  children.add(child);
  child.once('exit', () => children.delete(child));
  let stderr = '';
  child.stderr?.setEncoding('utf8').on('data', (part: string) => {
    stderr += part;
  });
  const ready = await new Promise<ReadyMessage>((resolve, reject) => {
    child.on('message', (message) => isReadyMessage(message) && resolve(message));
    child.once('exit', (code) => reject(new Error(`up ended with ${code}: ${stderr}`)));
  });
  return { child, ready };
}

interface Said {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Record<string, unknown>;
}

async function call({ ready }: Node, method: string, path: string, body?: unknown, bearer = token): Promise<Said> {
  const response = await fetch(`${ready.address}${path}`, {
    method,
    headers: { authorization: `Bearer ${bearer}`, 'content-type': typeof body === 'string' ? 'text/yaml' : 'application/json' },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  return { status: response.status, headers: response.headers, body: (await response.json()) as Record<string, unknown> };
}

/** Hints as a client of this node hears them. */
async function follow({ ready }: Node, key: string): Promise<() => readonly Record<string, unknown>[]> {
  let text = '';
  await new Promise<void>((resolve, reject) => {
    const request = get(`${ready.address}/v1/hints`, { agent: false, headers: { authorization: `Bearer ${key}` } }, (response) => {
      response.setEncoding('utf8').on('data', (part: string) => {
        text += part;
      });
      response.on('error', () => {});
      response.statusCode === 200 ? resolve() : reject(new Error(`no stream: ${response.statusCode}`));
    });
    request.on('error', reject);
    requests.push(request);
  });
  return () => text.split('\n').flatMap((line) => (line.startsWith('data: ') ? [JSON.parse(line.slice(6))] : []));
}

const until = (check: () => Promise<void> | void, timeout = 20_000) => vi.waitFor(check, { timeout, interval: 20 });
const at = (index: number): Node => {
  const node = nodes[index];
  if (node === undefined) throw new Error(`no node ${index}`);
  return node;
};

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'glidepath-nodes-'));
  proxy = await startProxy(database.connectionString);
  const one = await up('one', database.connectionString);
  nodes = [one, await up('two', database.connectionString), await up('three', proxy.connectionString)];
  token = '';
  token = String((await call(one, 'POST', '/v1/sign-in', { code: one.ready.signInCode })).body.token);
  // Of a handful of licenses each suspension after the second would be a mass change.
  await call(one, 'PUT', '/v1/environment-settings', { massChangeLicensesMin: 100, reason: 'a test' });
}, 120_000);
afterAll(async () => {
  for (const request of requests) request.destroy();
  await Promise.all(
    [...children].map((child) => {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGKILL');
      return ended;
    }),
  );
  await proxy.close();
  rmSync(home, { recursive: true, force: true });
});

async function issue(): Promise<{ id: string; key: string }> {
  await call(at(0), 'POST', '/v1/policies', policyText());
  const { body } = await call(at(0), 'POST', '/v1/licenses', { product: 'tool', customer: 'c', policy: 'small', create: true });
  return { id: (body.license as { id: string }).id, key: String(body.key) };
}

describe('three nodes on one PostgreSQL', () => {
  it('serve each what another one did, and hint their own clients at it', async () => {
    const { id, key } = await issue();
    const hints = await Promise.all(nodes.map((node) => follow(node, key)));
    const heard = () => hints.map((each) => each());
    const decision = async (node: Node) => (await call(node, 'POST', '/v1/check', { feature: 'fast' }, key)).body;

    expect((await call(at(1), 'POST', `/v1/licenses/${id}/suspend`, { reason: 'unpaid' })).status).toBe(200);
    await until(() => expect(heard()).toEqual(nodes.map(() => [{ license: id }])));
    for (const node of nodes) expect((await call(node, 'GET', `/v1/licenses/${id}`)).body).toMatchObject({ state: 'suspended' });
    await call(at(2), 'POST', `/v1/licenses/${id}/reinstate`, { reason: 'paid' });
    await until(() => expect(heard()).toEqual(nodes.map(() => [{ license: id }, { license: id }])));

    const next = await call(
      at(2),
      'POST',
      '/v1/policies',
      policyText((text) => text.replace('jobs: 8', 'jobs: 9')),
    );
    await call(at(1), 'PUT', '/v1/environment-settings', { promotion: 'direct', reason: 'a test' });
    await call(at(2), 'PUT', '/v1/policy-pointers/small', { digest: next.body.digest });
    await until(() => expect(heard().map((each) => each.length)).toEqual([3, 3, 3]));
    for (const node of nodes) expect(JSON.stringify(await decision(node))).toContain(String(next.body.digest));

    const rotated = await call(at(0), 'POST', '/v1/keys/rotate', { use: 'sign' });
    expect(rotated.body).toMatchObject({ status: 'active' });
    await until(() => expect(heard().every((each) => each.some(({ keySet }) => keySet === true))).toBe(true));
  });

  it('run each job once in its period', async () => {
    const client = new pg.Client({ connectionString: database.connectionString });
    await client.connect();
    try {
      await until(async () => {
        const { rows } = await client.query(
          `select count(*)::int as ran, count(distinct singleton_on)::int as slots from pgboss.job where name = 'lease.reap' and state = 'completed'`,
        );
        expect(rows[0].ran).toBeGreaterThanOrEqual(2);
        expect(rows[0].ran).toBe(rows[0].slots);
      }, 60_000);
    } finally {
      await client.end();
    }
    for (const node of nodes)
      expect((await call(node, 'GET', '/v1/doctor')).body.items).not.toContainEqual(expect.objectContaining({ code: 'jobs-not-shared' }));
  });

  it('answer from nothing without the database, deny nobody, say so, and come back by themselves', async () => {
    const { id, key } = await issue();
    const cut = at(2);
    proxy.cut();
    await until(async () => expect((await call(cut, 'GET', `/v1/licenses/${id}`)).status).toBe(503));
    const asked: readonly (readonly [string, string, unknown, string])[] = [
      ['GET', `/v1/licenses/${id}`, undefined, token],
      ['POST', '/v1/check', { feature: 'fast' }, key],
      ['POST', `/v1/licenses/${id}/suspend`, { reason: 'x' }, token],
      ['GET', '/v1/keyset', undefined, key],
      ['GET', '/v1/hints', undefined, key],
    ];
    for (const [method, path, body, bearer] of asked) {
      const said = await call(cut, method, path, body, bearer);
      expect([path, said.status, said.body.code]).toEqual([path, 503, 'store-unavailable']);
      expect(Number(said.headers.get('retry-after'))).toBeGreaterThan(0);
      expect(said.body).not.toHaveProperty('word');
    }
    const ready = await call(cut, 'GET', '/readyz');
    expect([ready.status, ready.body]).toMatchObject([
      503,
      { code: 'not-ready', facts: { findings: expect.arrayContaining(['store-unavailable']) } },
    ]);
    expect((await call(cut, 'GET', '/healthz')).status).toBe(200);
    expect((await call(at(0), 'GET', '/readyz')).status).toBe(200);
    proxy.mend();
    await until(async () => expect((await call(cut, 'GET', '/readyz')).status).toBe(200));
    expect((await call(cut, 'POST', '/v1/check', { feature: 'fast' }, key)).status).toBe(200);
    const hints = await follow(cut, key);
    await call(at(0), 'POST', `/v1/licenses/${id}/suspend`, { reason: 'unpaid' });
    await until(() => expect(hints()).toEqual([{ license: id }]));
  });

  it('go on when one of them is killed', async () => {
    const { id, key } = await issue();
    at(1).child.kill('SIGKILL');
    const hints = await follow(at(2), key);
    await call(at(0), 'POST', `/v1/licenses/${id}/suspend`, { reason: 'unpaid' });
    await until(() => expect(hints()).toEqual([{ license: id }]));
  });
});
