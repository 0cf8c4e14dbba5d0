/** Reads what the store says when everybody has come to rest: rows by SQL, balances by HTTP as anybody reads them. */
import pg from 'pg';
import type { Ask } from './ask.ts';
import type { Balance, EventRow, Truth } from './history.ts';

export interface TruthRead {
  readonly truth: Truth;
  /** Nodes that said no balance: a history whose balances nobody has read is not sound. */
  readonly unread: readonly string[];
}

export interface Reading {
  readonly connectionString: string;
  /** A license whose usage is read, and its key; at each of these ports, so that each node is heard. */
  readonly metered: { readonly license: string; readonly licenseKey: string };
  readonly ports: readonly number[];
  readonly ask: Ask;
  /** How long a node may take until it answers. */
  readonly readMs: number;
}

const LEASES = `select id, license, state, kind, epoch_incarnation, epoch_count from glidepath.lease`;
const SEATS = `select id, granted, overage from glidepath.seat_state`;
const AUDIT = `select at, action, subject, facts ->> 'was' as was from glidepath.audit where action like 'lease.%' order by id`;
const EVENTS = `select license, source, event_id, meter, at, amount, value from glidepath.usage_event`;

export async function readTruth(reading: Reading): Promise<TruthRead> {
  const told = await Promise.all(reading.ports.map((port) => readBalances(reading, port)));
  const unread = told.flatMap((balances, at) => (typeof balances === 'string' ? [`node ${at + 1} said no balance, but ${balances}`] : []));
  return {
    truth: await readStore(
      reading,
      told.flatMap((balances) => (typeof balances === 'string' ? [] : balances)),
    ),
    unread,
  };
}

async function readStore(reading: Reading, balances: readonly Balance[]): Promise<Truth> {
  const client = new pg.Client({ connectionString: reading.connectionString });
  client.on('error', () => {});
  await client.connect();
  try {
    // One snapshot, though nobody should be writing any more but the jobs.
    await client.query('begin isolation level repeatable read read only');
    const rows = async (text: string) => (await client.query<Record<string, string | null>>(text)).rows;
    return {
      leases: (await rows(LEASES)).map((row) => ({
        id: String(row.id),
        license: String(row.license),
        state: String(row.state),
        kind: row.kind ?? null,
        epoch: { incarnation: Number(row.epoch_incarnation), count: Number(row.epoch_count) },
      })),
      seats: (await rows(SEATS)).map((row) => ({ license: String(row.id), granted: Number(row.granted), overage: Number(row.overage) })),
      audit: (await rows(AUDIT)).map(({ at, action, subject, was }) => ({
        at: Number(at),
        action: String(action),
        subject: String(subject),
        was: was ?? null,
      })),
      events: (await rows(EVENTS)).map(eventRow),
      balances,
    };
  } finally {
    await client.end();
  }
}

function eventRow(row: Record<string, string | null>): EventRow {
  return {
    ...{ license: String(row.license), source: String(row.source), id: String(row.event_id), meter: String(row.meter) },
    ...{ at: Number(row.at), amount: Number(row.amount), value: row.value ?? null },
  };
}

type BalanceTold = Omit<Balance, 'license'>;

/** Asked again for a while: an answer may be cut off here too, and a node may have ended just now. Else the last answer. */
async function readBalances({ ask, metered, readMs }: Reading, port: number): Promise<readonly Balance[] | string> {
  const until = performance.now() + readMs;
  for (;;) {
    const told = await ask(port, '/v1/usage', { method: 'GET', bearer: metered.licenseKey });
    if (told?.status === 200) {
      const items = told.body.items as readonly BalanceTold[];
      if (items.length === 0) return 'that there is none';
      return items.map((item) => ({ ...item, license: metered.license }));
    }
    if (performance.now() > until) return told === null ? 'nothing' : `${told.status} ${String(told.body.code)}`;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}
