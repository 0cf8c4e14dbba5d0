/**
 * From a suspension, its end and a new policy on one node to every connected client of two nodes on one PostgreSQL.
 *
 * Raw streams stand for a fleet: a time is taken when the event is read from the socket. Real clients stand for applications:
 * a time is taken when the signed answer to their own question is in force, which includes the jitter of up to half a second by
 * which a hinted fleet spreads itself. Everything runs on this machine, clients too.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { type ClientRequest, get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createApi } from '../packages/cli/src/api/client.ts';
import type { Shell } from '../packages/cli/src/shell.ts';
import { isReadyMessage, type ReadyMessage } from '../packages/cli/src/up/ready-message.ts';
import { createClient } from '../packages/client/src/index.ts';
import { startEmbeddedPostgres } from '../packages/server/src/adapters/embedded/index.ts';
import { SILENT } from '../packages/server/src/world.ts';
import { atMost, type Bench, rowOf } from './report.ts';

const RUNS = 5;
const STREAMS = 1_000;
const CLIENTS = 50;
const GOAL_S = 2;
/** One that never hears is a failure, not a slow one. */
const LIMIT_MS = 30_000;
const LAUNCHER = join(import.meta.dirname, '..', 'packages', 'cli', 'bin', 'glidepath.mjs');
const POLICY = join(import.meta.dirname, '..', 'examples', 'policies', 'build-server.yaml');

export const bench: Bench = {
  about: `a suspension and its end to ${STREAMS} raw streams and ${CLIENTS} real clients on two nodes of one PostgreSQL`,
  async run() {
    const folder = mkdtempSync(join(tmpdir(), 'glidepath-bench-'));
    const stops: (() => Promise<void>)[] = [async () => rmSync(folder, { recursive: true, force: true })];
    try {
      return await measure(folder, stops);
    } finally {
      for (const stop of stops.toReversed()) await stop();
    }
  },
};

type Stops = (() => Promise<void>)[];
type Client = ReturnType<typeof createClient>;

async function measure(folder: string, stops: Stops) {
  const database = await startEmbeddedPostgres({ dataDir: join(folder, 'database'), log: SILENT, connectionsMax: 100 });
  stops.push(() => database.stop());
  const sealKey = randomBytes(32).toString('base64url');
  const start = (name: string) => startNode(join(folder, name), database.connectionString, sealKey, stops);
  const nodes = [await start('one'), await start('two')] as const;
  const house = await openHouse(nodes[0]);
  const streams = await openStreams(nodes, house.key, stops);
  const clients = await openClients(nodes, house, folder, stops);
  const heard: number[][] = [];
  const inForce: number[][] = [];
  for (let run = 0; run < RUNS; run++) {
    for (const [change, state] of [
      ['suspend', 'suspended'],
      ['reinstate', 'active'],
    ] as const) {
      const told = streams.next();
      const known = Promise.all(clients.map((client) => untilState(client, state)));
      const began = performance.now();
      await house.change(nodes[run % 2] ?? nodes[0], change);
      heard.push((await within(told, 'a stream')).map((at) => (at - began) / 1_000));
      inForce.push((await within(known, 'a client')).map((at) => (at - began) / 1_000));
    }
  }
  const [p99Heard, p99InForce] = [heard.map((run) => percentile(run, 99)), inForce.map((run) => percentile(run, 99))];
  const rows = [
    rowOf(
      'hint, median stream',
      'the change over HTTP, its commit, the way to both nodes, the event read',
      's',
      heard.map((run) => percentile(run, 50)),
    ),
    rowOf('hint, p99 stream', 'the same, of each change', 's', p99Heard),
    rowOf(
      'signed word, median client',
      'the hint, jitter of up to 0.5 s, a renewal, its commit and signature',
      's',
      inForce.map((run) => percentile(run, 50)),
    ),
    rowOf('signed word, p99 client', 'the same, of each change', 's', p99InForce),
  ];
  return {
    rows,
    goals: [
      atMost('p99 to a stream, s, worst change', Math.max(...p99Heard), GOAL_S),
      atMost('p99 to a signed word in force, s, worst change', Math.max(...p99InForce), GOAL_S),
    ],
  };
}

async function startNode(data: string, databaseUrl: string, sealKey: string, stops: Stops): Promise<ReadyMessage> {
  const args = ['up', '--data', data, '--port', '0', '--log', 'json', '--rate-limit', 'off', '--database-url', databaseUrl];
  const child: ChildProcess = spawn(process.execPath, [LAUNCHER, ...args], {
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    env: { ...process.env, GLIDEPATH_SEAL_KEY: sealKey },
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  stops.push(async () => {
    child.kill('SIGTERM');
    await ended;
  });
  return await new Promise<ReadyMessage>((resolve, reject) => {
    child.on('message', (message) => isReadyMessage(message) && resolve(message));
    child.once('exit', (code) => reject(new Error(`up ended with ${code}`)));
  });
}

interface House {
  readonly key: string;
  readonly roots: readonly string[];
  change(node: ReadyMessage, change: 'suspend' | 'reinstate'): Promise<void>;
}

async function openHouse({ address, signInCode, roots }: ReadyMessage): Promise<House> {
  const shell = { fetch } as Shell;
  const anonymous = createApi(shell, { server: address, token: null, environment: null });
  const { token } = await anonymous.post<{ token: string }>('/v1/sign-in', { code: signInCode });
  const api = createApi(shell, { server: address, token, environment: null });
  const { name } = await api.postText<{ name: string }>('/v1/policies', readFileSync(POLICY, 'utf8'));
  const request = { product: 'bench', customer: 'bench', policy: name, create: true, overrides: { seats: CLIENTS } };
  const { key, license } = await api.post<{ key: string; license: { id: string } }>('/v1/licenses', request);
  return {
    ...{ key, roots },
    async change(node, change) {
      const there = createApi(shell, { server: node.address, token, environment: null });
      await there.post(`/v1/licenses/${license.id}/${change}`, { reason: 'bench' });
    },
  };
}

/** Half of them on each node; `next` gives when each of them heard of the next change. */
async function openStreams(nodes: readonly ReadyMessage[], key: string, stops: Stops): Promise<{ next(): Promise<number[]> }> {
  const requests: ClientRequest[] = [];
  stops.push(async () => {
    for (const request of requests) request.destroy();
  });
  let waiting = new Map<number, (at: number) => void>();
  const follow = (index: number) =>
    new Promise<void>((resolve, reject) => {
      const options = { agent: false, headers: { authorization: `Bearer ${key}` } };
      const request = get(`${nodes[index % nodes.length]?.address}/v1/hints`, options, (response) => {
        if (response.statusCode !== 200) return reject(new Error(`no stream: ${response.statusCode}`));
        response.setEncoding('utf8').on('data', (text: string) => {
          if (text.includes('"license"')) waiting.get(index)?.(performance.now());
        });
        response.on('error', () => {});
        return resolve();
      });
      request.on('error', reject);
      requests.push(request);
    });
  for (let index = 0; index < STREAMS; index += 50) await Promise.all(Array.from({ length: 50 }, (_, at) => follow(index + at)));
  return {
    next() {
      waiting = new Map();
      return Promise.all(Array.from({ length: STREAMS }, (_, index) => new Promise<number>((resolve) => waiting.set(index, resolve))));
    },
  };
}

async function openClients(nodes: readonly ReadyMessage[], house: House, folder: string, stops: Stops): Promise<readonly Client[]> {
  const clients = Array.from({ length: CLIENTS }, (_, index) =>
    createClient({
      server: nodes[index % nodes.length]?.address ?? '',
      licenseKey: house.key,
      roots: house.roots,
      cacheDir: mkdtempSync(join(folder, 'cache-')),
      whenNothingSigned: 'deny',
    }),
  );
  stops.push(async () => void (await Promise.all(clients.map((client) => client.close({ release: false })))));
  await Promise.all(clients.map((client) => client.ready({ timeoutMs: LIMIT_MS })));
  for (const client of clients) if (client.check('parallel').source !== 'lease') throw new Error(`no lease: ${client.status}`);
  // Streams are opened after the first answer.
  await new Promise((resolve) => setTimeout(resolve, 2_000));
  return clients;
}

/** Looked at every 5 ms, which the time includes. A suspension shows at once as what comes next. */
async function untilState(client: Client, state: 'suspended' | 'active'): Promise<number> {
  for (;;) {
    const isSuspended = client.check('parallel').next?.cause === 'suspended';
    if (isSuspended === (state === 'suspended')) return performance.now();
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

async function within<T>(work: Promise<T>, who: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${who} did not hear of a change within ${LIMIT_MS / 1_000} s`)), LIMIT_MS);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil((share / 100) * sorted.length) - 1)] ?? Number.NaN;
}
