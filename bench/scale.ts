/**
 * Whether one check and one acquire cost more among a million licenses than among a thousand: two databases of one
 * PostgreSQL that syncs, the same command layer on each, one request after the other, small and large in turns.
 *
 * The rows are made by SQL, beside the constraints that would check each of a million copies of one license; what is asked
 * is drawn from all over them, so that nothing that was just touched is touched again. A request includes the proof, the
 * reads, the commit and the signature; not the socket, which is alike for both.
 */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { systemClock, systemEntropy, systemRandom, systemScheduler } from '../packages/cli/src/up/system.ts';
import type { Environment } from '../packages/core/src/index.ts';
import { hashSecret, newSecret } from '../packages/protocol/src/ids/index.ts';
import { nodeCrypto } from '../packages/protocol/src/node/index.ts';
import { signProof } from '../packages/protocol/src/words/index.ts';
import { anchorClock } from '../packages/server/src/adapters/clock/anchored-clock.ts';
import { readCredentials, SUPERUSER } from '../packages/server/src/adapters/embedded/cluster.ts';
import { startEmbeddedPostgres } from '../packages/server/src/adapters/embedded/index.ts';
import { migrate, PostgresStore } from '../packages/server/src/adapters/postgres/index.ts';
import { createSeal } from '../packages/server/src/adapters/seal/index.ts';
import { bootstrapEnvironment } from '../packages/server/src/features/keys/bootstrap.ts';
import { policyTree, putLicense, sender } from '../packages/server/src/features/leases/test-leases.ts';
import { createServer, memoryBus, type Server, SILENT, SOUND_VITALS, type World } from '../packages/server/src/index.ts';
import { atMost, type Bench, median, rowOf } from './report.ts';

const SMALL = 1_000;
const LARGE = 1_000_000;
const RUNS = 7;
/** Per run, of each kind, at each size. */
const ASKED = 50;
const WARM_UP = 40;
/** Licenses whose keys are known: each is asked about once. */
const KNOWN = RUNS * ASKED + WARM_UP;

const KINDS = ['acquire', 'check'] as const;
type Kind = (typeof KINDS)[number];

export const bench: Bench = {
  about: 'one check and one acquire at 1,000 and at 1,000,000 licenses, on one PostgreSQL that syncs',
  async run() {
    const dataDir = mkdtempSync(join(tmpdir(), 'glidepath-bench-'));
    const postgres = await startEmbeddedPostgres({ dataDir, log: SILENT });
    const superuser = new URL(postgres.connectionString);
    superuser.username = SUPERUSER;
    superuser.password = (await readCredentials(dataDir)).superuser;
    const houses: House[] = [];
    try {
      for (const size of [SMALL, LARGE]) houses.push(await openHouse(postgres.connectionString, superuser.href, size));
      const [small, large] = houses;
      if (small === undefined || large === undefined) throw new Error('no houses');
      return await compare(small, large);
    } finally {
      for (const { close } of houses) await close();
      await postgres.stop();
      rmSync(dataDir, { recursive: true, force: true });
    }
  },
};

interface House {
  readonly size: number;
  /** Asks about a license that nothing was asked about yet; ms until the answer. */
  ask(kind: Kind): Promise<number>;
  close(): Promise<void>;
}

async function compare(small: House, large: House) {
  const turns = KINDS.flatMap((kind) => [small, large].map((house) => ({ kind, house, medians: [] as number[] })));
  for (const { kind, house } of turns) for (let left = WARM_UP; left > 0; left--) await house.ask(kind);
  for (let run = 0; run < RUNS; run++) {
    const times = turns.map((): number[] => []);
    for (let count = 0; count < ASKED * turns.length; count++) {
      // Another one begins each run: nobody always follows the same one.
      const at = (count + run) % turns.length;
      const turn = turns[at];
      if (turn !== undefined) times[at]?.push(await turn.house.ask(turn.kind));
    }
    for (const [at, turn] of turns.entries()) turn.medians.push(median(times[at] ?? []));
  }
  const includes: Readonly<Record<Kind, string>> = {
    acquire: 'proof, reads, seat, audit, one durable commit, signature; a new holder each time; alone, no socket',
    check: 'license key, reads, decisions about all features; alone, no socket',
  };
  const rows = turns.map(({ kind, house, medians }) =>
    rowOf(`one ${kind} at ${house.size.toLocaleString('en')} licenses`, includes[kind], 'ms', medians),
  );
  const goals = KINDS.map((kind) => {
    const [few, many] = turns.filter((turn) => turn.kind === kind).map(({ medians }) => medians);
    const ratio = median((many ?? []).map((ms, run) => ms / (few?.[run] ?? Number.NaN)));
    return atMost(`one ${kind} at a million, times that at a thousand`, ratio, 1.2);
  });
  return { rows, goals };
}

async function openHouse(owner: string, superuser: string, size: number): Promise<House> {
  const name = `scale_${size}`;
  await tell(superuser, `create database ${name} owner glidepath`);
  const connectionString = at(owner, name);
  await migrate({ connectionString });
  const store = new PostgresStore({ connectionString });
  const { clock, sync } = anchorClock(systemClock, store);
  await sync();
  const chance = { scheduler: systemScheduler, random: systemRandom, entropy: systemEntropy, crypto: nodeCrypto };
  const seal = createSeal(randomBytes(32), systemEntropy);
  const world: World = { store, clock, ...chance, seal, bus: memoryBus(), log: SILENT, vitals: SOUND_VITALS };
  const issuer = `glidepath:scale-${size}`;
  const { environment } = await bootstrapEnvironment(world, { name: 'production', issuer, lockRoot: () => 'locked' });
  const keys = await multiply(world, environment, at(superuser, name), size);
  const server = createServer(world);
  return { size, ask: asker(server, keys), close: () => store.close() };
}

/** Makes one license with one lease, and copies of it up to `size`. Gives keys of licenses from all over. */
async function multiply(world: World, environment: Environment, superuser: string, size: number): Promise<readonly string[]> {
  const tree = policyTree({ limit: 10, kind: 'floating', whenFull: 'deny' });
  const { licenseKey } = await putLicense(world, environment, tree);
  await answered(createServer(world), 'acquire', licenseKey);
  const secrets = Array.from({ length: KNOWN }, () => newSecret('license-key', world.entropy));
  const client = new pg.Client({ connectionString: superuser });
  await client.connect();
  try {
    await client.query('set session_replication_role = replica');
    for (const [table, others] of COPIES) await client.query(copyOf(table, others), [size - 1]);
    await client.query(GIVE_KEYS, [secrets.map((secret) => hashSecret(secret, nodeCrypto)), Math.floor((size - 1) / KNOWN)]);
    await client.query('vacuum (freeze, analyze)');
    await client.query('checkpoint');
  } finally {
    await client.end();
  }
  return secrets;
}

const LICENSE = `'lic_' || lpad(to_hex(g), 32, '0')::uuid::text`;
const COPIES: readonly (readonly [string, string])[] = [
  ['license', `'id', ${LICENSE}`],
  ['license_terms', `'id', 'trm_' || g, 'license', ${LICENSE}`],
  ['seat_state', `'id', ${LICENSE}`],
  ['license_key', `'id', 'lky_' || g, 'license', ${LICENSE}, 'hash', 'hash of ' || g`],
  ['lease', `'id', 'lea_' || g, 'license', ${LICENSE}, 'holder', 'holder of ' || g`],
];

/** Whatever columns a table has: the copy is the one row with other ids. */
function copyOf(table: string, others: string): string {
  return `insert into glidepath.${table} select copied.*
    from (select * from glidepath.${table} limit 1) made, generate_series(1, $1::int) g,
      lateral jsonb_populate_record(made::glidepath.${table}, jsonb_build_object(${others})) copied`;
}

const GIVE_KEYS = `update glidepath.license_key set hash = given.hash
  from unnest($1::text[]) with ordinality given(hash, place) where id = 'lky_' || (given.place * $2::int)`;

function asker(server: Server, keys: readonly string[]): House['ask'] {
  const asked: Record<Kind, number> = { acquire: 0, check: 0 };
  return async (kind) => {
    // Far apart, so that no two neighbours share a page.
    const key = keys[(asked[kind]++ * 7_919) % keys.length];
    if (key === undefined) throw new Error('no license is left');
    return answered(server, kind, key);
  };
}

/** One request, whose answer has to be the right one. The proof is signed before, as a client does. */
async function answered(server: Server, kind: Kind, licenseKey: string): Promise<number> {
  const path = kind === 'acquire' ? '/v1/leases' : '/v1/check';
  const body = kind === 'acquire' ? { proof: freshProof(licenseKey) } : {};
  const began = performance.now();
  const { status, body: told } = await sender(server)(path, licenseKey, body);
  const tookMs = performance.now() - began;
  const isRight = kind === 'acquire' ? 'word' in (told as object) : 'decisions' in (told as object);
  if (status !== 200 || !isRight) throw new Error(`${kind} was answered with ${status}: ${JSON.stringify(told)}`);
  return tookMs;
}

function freshProof(licenseKey: string): string {
  const key = nodeCrypto.signerFromSeed(new Uint8Array(randomBytes(32)));
  const nonce = randomBytes(16).toString('base64url');
  return signProof({ aud: 'glidepath-server', op: 'acquire', nonce, key: hashSecret(licenseKey, nodeCrypto) }, key);
}

async function tell(connectionString: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: at(connectionString, 'postgres') });
  await client.connect();
  await client.query(statement).finally(() => client.end());
}

function at(connectionString: string, database: string): string {
  const url = new URL(connectionString);
  url.pathname = `/${database}`;
  return url.href;
}
