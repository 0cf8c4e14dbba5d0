/**
 * Durable, signed, audited seats over HTTP, all of one license: by single requests from 64 connections and by batches, beside
 * what pgbench does with a naive transaction on the same database and what `node:http` alone can answer.
 *
 * Contenders take turns, each in processes of its own, the load generator apart from what it loads. Every answer counts only
 * if it is a 200; a sample of words is opened; and the database must hold as many seats as were acknowledged. `fsync` and
 * `synchronous_commit` are on, which is checked.
 */
import { fork } from 'node:child_process';
import { join } from 'node:path';
import { nodeCrypto } from '@glidepath/protocol/node';
import pg from 'pg';
import { type BenchedControlPlane, startControlPlane } from './control-plane.ts';
import type { LoadOrder, LoadReport } from './lease-load.ts';
import { runLoad } from './load-process.ts';
import { openPgbench, type Pgbench } from './pgbench.ts';
import { atLeast, atMost, type Bench, median, rowOf } from './report.ts';

const RUNS = 5;
const RUN_MS = 3_000;
const CONNECTIONS = 64;
const PGBENCH_CLIENTS = 32;
const BATCH_CONNECTIONS = 4;
const PER_BATCH = 250;
/** More than a run can take. */
const INSTALLATIONS = 30_000;
const SEATS = 2_000_000_000;
const P99_MS = 25;

const ACQUIRE = 'acquire over HTTP';
const BATCH = 'acquire over HTTP, in batches';
const NAIVE = 'pgbench, naive transaction';
const ECHO = 'bare node:http echo';
const LATENCY = 'p99 of an acquire at half load';

export const bench: Bench = {
  about: 'seats a second of one license, granted, audited, durable and signed',
  async run() {
    const plane = await startControlPlane();
    const pgbench = await openPgbench(plane.databaseUrl);
    try {
      await proveDurable(plane.databaseUrl);
      return await compare(plane, pgbench);
    } finally {
      await pgbench.close();
      await plane.stop();
    }
  },
};

async function compare(plane: BenchedControlPlane, pgbench: Pgbench) {
  const echo = await startEcho();
  const license = await plane.issue(SEATS);
  const rates: Record<string, number[]> = { [ACQUIRE]: [], [BATCH]: [], [NAIVE]: [], [ECHO]: [] };
  const latencies: number[] = [];
  const load = (parts: Partial<LoadOrder> & Pick<LoadOrder, 'name' | 'kind'>) =>
    drive(plane, license.id, {
      ...{ address: plane.address, licenseKey: license.key, connections: CONNECTIONS, installations: INSTALLATIONS },
      ...{ perBatch: PER_BATCH, runMs: RUN_MS, rate: null },
      ...parts,
    });
  await load({ name: 'warm', kind: 'acquire', runMs: 1_000, installations: 3_000 });
  for (let run = 0; run < RUNS; run++) {
    const single = await load({ name: `single-${run}`, kind: 'acquire' });
    rates[ACQUIRE]?.push(rateOf(single));
    rates[NAIVE]?.push(await pgbench.naive(PGBENCH_CLIENTS, RUN_MS / 1_000));
    rates[BATCH]?.push(rateOf(await load({ name: `batch-${run}`, kind: 'batch', connections: BATCH_CONNECTIONS })));
    rates[ECHO]?.push(rateOf(await load({ name: `echo-${run}`, kind: 'echo', address: echo.address, installations: 1_000 })));
    const rate = Math.max(1, rateOf(single) / 2);
    latencies.push((await load({ name: `half-${run}`, kind: 'acquire', rate, installations: Math.ceil((rate * RUN_MS) / 1_000) })).p99);
  }
  echo.stop();
  const ratio = (name: string, other: string) => median((rates[name] ?? []).map((rate, run) => rate / (rates[other]?.[run] ?? Number.NaN)));
  return {
    rows: [
      rowOf(
        ACQUIRE,
        `${CONNECTIONS} connections, one hot license, new holders, proof, seat, audit row, durable, signed`,
        '1/s',
        rates[ACQUIRE] ?? [],
      ),
      rowOf(BATCH, `${BATCH_CONNECTIONS} connections, ${PER_BATCH} to a request, the same for each`, '1/s', rates[BATCH] ?? []),
      rowOf(NAIVE, `${PGBENCH_CLIENTS} clients, lock, two inserts, update; nothing signed`, '1/s', rates[NAIVE] ?? []),
      rowOf(ECHO, `${CONNECTIONS} connections, the same body there and back`, '1/s', rates[ECHO] ?? []),
      rowOf(LATENCY, 'from when it was due to its answer', 'ms', latencies),
    ],
    goals: [
      atLeast(`${ACQUIRE}, times pgbench`, ratio(ACQUIRE, NAIVE), 10),
      atLeast(`${ACQUIRE}, share of the echo`, ratio(ACQUIRE, ECHO), 0.5),
      atLeast(`${BATCH}, times pgbench`, ratio(BATCH, NAIVE), 25),
      atMost(`${LATENCY}, ms`, median(latencies), P99_MS),
    ],
  };
}

function rateOf({ granted, elapsedMs }: LoadReport): number {
  return (granted / elapsedMs) * 1_000;
}

/** Runs one load, and holds the control plane to what it acknowledged. */
async function drive(plane: BenchedControlPlane, license: string, order: LoadOrder): Promise<LoadReport> {
  const before = order.kind === 'echo' ? 0 : await granted(plane, license);
  const report = await runLoad<LoadReport>('lease-load.ts', order);
  if (report.granted !== report.answered)
    throw new Error(`${order.name}: ${report.answered - report.granted} of ${report.answered} were refused`);
  if (order.kind === 'echo') return report;
  const after = await granted(plane, license);
  if (after - before !== report.granted) throw new Error(`${order.name}: ${report.granted} acknowledged, ${after - before} granted`);
  await openWords(plane, report.samples);
  return report;
}

async function granted({ api }: BenchedControlPlane, license: string): Promise<number> {
  return (await api.get<{ seats: { granted: number } }>(`/v1/licenses/${license}`)).seats.granted;
}

async function openWords({ address }: BenchedControlPlane, words: readonly string[]): Promise<void> {
  const { keys } = (await (await fetch(`${address}/.well-known/jwks.json`)).json()) as { keys: readonly { kid: string; x: string }[] };
  if (words.length === 0) throw new Error('no word to open');
  for (const word of words) {
    const [header = '', payload = '', signature = ''] = word.split('.');
    const { kid } = JSON.parse(Buffer.from(header, 'base64url').toString()) as { kid: string };
    const { seat } = JSON.parse(Buffer.from(payload, 'base64url').toString()) as { seat: unknown };
    const x = keys.find((key) => key.kid === kid)?.x ?? '';
    const isOpen = nodeCrypto.verify(x, Buffer.from(`${header}.${payload}`), Buffer.from(signature, 'base64url'));
    if (!isOpen || seat === null) throw new Error('a word does not open, or gives no seat');
  }
}

async function startEcho(): Promise<{ readonly address: string; stop(): void }> {
  const child = fork(join(import.meta.dirname, 'echo.ts'));
  const port = await new Promise<unknown>((resolve) => child.once('message', resolve));
  return { address: `http://127.0.0.1:${String(port)}`, stop: () => void child.kill() };
}

/** A rate without `fsync` says nothing. */
async function proveDurable(connectionString: string): Promise<void> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    for (const setting of ['fsync', 'synchronous_commit', 'full_page_writes']) {
      const { rows } = await client.query(`show ${setting}`);
      const value = Object.values((rows[0] ?? {}) as Record<string, string>)[0];
      if (value !== 'on') throw new Error(`${setting} is ${value}: what this bench would measure is not durable`);
    }
  } finally {
    await client.end();
  }
}
