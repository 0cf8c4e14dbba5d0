/**
 * Events of use over HTTP, one to a request from 64 connections and 500 to a request from 4, all of one license and one meter,
 * beside a plain insert for each event on the same database.
 *
 * Contenders take turns, each in processes of its own, the load apart from what it loads. An event counts only where its own
 * item of the answer says so, none may be answered otherwise, and after each run the balance must have grown by what was
 * acknowledged. `fsync`, `synchronous_commit` and `full_page_writes` are on, which is checked.
 */
import pg from 'pg';
import { type BenchedControlPlane, type Licensed, startControlPlane } from './control-plane.ts';
import { runLoad } from './load-process.ts';
import { atLeast, type Bench, median, rowOf } from './report.ts';
import { type Inserts, openInserts } from './usage-insert.ts';
import type { UsageOrder, UsageReport } from './usage-load.ts';

const RUNS = 5;
const RUN_MS = 3_000;
const SINGLE_LOAD = { connections: 64, perRequest: 1, requests: 60_000 };
const BATCH_LOAD = { connections: 4, perRequest: 500, requests: 600 };
const MANY = 32;
const TIMES = 10;

const SINGLE = 'single events over HTTP';
const BATCH = 'events over HTTP, in batches';
const INSERT = 'one-by-one insert, one connection';
const INSERTS = `one-by-one insert, ${MANY} connections`;

export const bench: Bench = {
  about: 'events of use a second, counted once, in the balance and durable',
  async run() {
    const plane = await startControlPlane();
    try {
      await proveDurable(plane.databaseUrl);
      const inserts = await openInserts(plane.databaseUrl);
      try {
        return await compare(plane, inserts);
      } finally {
        await inserts.close();
      }
    } finally {
      await plane.stop();
    }
  },
};

async function compare(plane: BenchedControlPlane, inserts: Inserts) {
  const license = await plane.issue(1);
  const load = (name: string, kind: Pick<UsageOrder, 'connections' | 'perRequest' | 'requests'>, runMs = RUN_MS) =>
    drive(plane, license, { address: plane.address, licenseKey: license.key, name, runMs, ...kind });
  await load('warm-single', SINGLE_LOAD, 1_000);
  await load('warm-batch', BATCH_LOAD, 1_000);
  const runs: { single: number; batch: number; insert: number; inserts: number }[] = [];
  for (let run = 0; run < RUNS; run++) {
    const single = await load(`single-${run}`, SINGLE_LOAD);
    const insert = await inserts.rate(1, RUN_MS / 1_000);
    const batch = await load(`batch-${run}`, BATCH_LOAD);
    runs.push({ single, insert, batch, inserts: await inserts.rate(MANY, RUN_MS / 1_000) });
  }
  const each = (kind: keyof (typeof runs)[number]) => runs.map((run) => run[kind]);
  const times = (kind: 'single' | 'batch', other: 'insert' | 'inserts') => median(runs.map((run) => run[kind] / run[other]));
  const behind = 'read, judged, stored once, in the balance, durable, each answered';
  return {
    rows: [
      rowOf(SINGLE, `${SINGLE_LOAD.connections} connections, one license and meter; ${behind}`, '1/s', each('single')),
      rowOf(BATCH, `${BATCH_LOAD.connections} connections, ${BATCH_LOAD.perRequest} to a request; ${behind}`, '1/s', each('batch')),
      rowOf(INSERT, 'pgbench, prepared, on conflict do nothing, a durable commit each; no HTTP, no balance', '1/s', each('insert')),
      rowOf(INSERTS, 'the same; PostgreSQL groups their commits', '1/s', each('inserts')),
    ],
    goals: [
      atLeast(`${SINGLE}, times the one-by-one insert of one connection`, times('single', 'insert'), TIMES),
      atLeast(`${BATCH}, times the one-by-one insert of one connection`, times('batch', 'insert'), TIMES),
    ],
  };
}

/** Events a second of one load, once the balance has shown that it holds what was acknowledged, no less and no more. */
async function drive({ api }: BenchedControlPlane, { id }: Licensed, order: UsageOrder): Promise<number> {
  const used = async (): Promise<number> => {
    const { items } = await api.get<{ items: readonly { meter: string; used: number }[] }>(`/v1/usage?license=${id}`);
    return items.find(({ meter }) => meter === 'build-minutes')?.used ?? Number.NaN;
  };
  const before = await used();
  const { counted, sent, elapsedMs, isExhausted } = await runLoad<UsageReport>('usage-load.ts', order);
  if (counted !== sent) throw new Error(`${order.name}: ${sent - counted} of ${sent} events were not answered as counted`);
  if (isExhausted) throw new Error(`${order.name}: ${sent} events were not enough for ${order.runMs} ms`);
  const added = (await used()) - before;
  if (added !== counted) throw new Error(`${order.name}: ${counted} acknowledged, and the balance grew by ${added}`);
  return (counted / elapsedMs) * 1_000;
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
