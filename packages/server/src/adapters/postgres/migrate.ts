/**
 * Brings a database to the version of this code: each file of `migrations/` once, in order, in a transaction of its own.
 *
 * Several nodes may start at once. A lock of the transaction lets one of them work; and each file's row is inserted
 * before the file runs, so that a node that lost the race, with or without the lock, finds the row and is content. An
 * applied file never changes (its hash is kept), and a database that is newer than the code is refused: older code
 * would write what newer tables do not expect. So a release first expands the tables and a later one contracts them.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { Fault, invariant, type Milliseconds } from '@glidepath/core';
import pg from 'pg';
import { faultFrom, faultFromConnecting, isServerError } from './faults.ts';

export interface Migration {
  readonly version: number;
  readonly name: string;
  readonly sql: string;
  /** SHA-256 of the text, line ends as in the repository. */
  readonly hash: string;
}

export interface MigrateOptions {
  readonly connectionString: string;
  /** Default: those of this package. */
  readonly migrations?: readonly Migration[];
  /** Default 5 s. */
  readonly connectTimeoutMs?: Milliseconds;
}

/** `version` of the database afterwards, and what this call applied; what another node applied meanwhile is not in it. */
export interface Migrated {
  readonly version: number;
  readonly applied: readonly string[];
}

/** Any number that nobody else locks by: it only keeps our own nodes apart. */
const LOCK = 7_454_070_021_337;

const FIRST = `
  create schema if not exists glidepath;
  create table if not exists glidepath.migration (
    version integer primary key,
    name text not null,
    hash text not null,
    applied_at timestamptz not null default clock_timestamp()
  );
  comment on table glidepath.migration is 'Files of migrations that this database has, with the hash of each.';`;

/** The migrations of this package, in order; beside this file, in the sources and in the packed package. */
export function shippedMigrations(): readonly Migration[] {
  const folder = new URL('./migrations/', import.meta.url);
  const names = readdirSync(folder).filter((name) => name.endsWith('.sql'));
  return names.sort().map((name, index) => {
    const version = Number(/^(\d{4})-[a-z0-9-]+\.sql$/.exec(name)?.[1]);
    invariant(version === index + 1, `migrations are numbered without gaps: ${name}`);
    return migrationFrom(name, version, readFileSync(new URL(name, folder), 'utf8'));
  });
}

export function migrationFrom(name: string, version: number, source: string): Migration {
  const sql = source.replaceAll('\r\n', '\n');
  return { version, name, sql, hash: createHash('sha256').update(sql).digest('hex') };
}

export async function migrate(options: MigrateOptions): Promise<Migrated> {
  const migrations = options.migrations ?? shippedMigrations();
  const client = new pg.Client({
    connectionString: options.connectionString,
    application_name: 'glidepath migrate',
    connectionTimeoutMillis: options.connectTimeoutMs ?? 5_000,
    keepAlive: true,
  });
  // A lost connection is told by the query that it fails; unheard it would end the process.
  client.on('error', () => {});
  try {
    await client.connect();
  } catch (error) {
    throw faultFromConnecting(error);
  }
  try {
    return await bringUp(client, migrations);
  } catch (error) {
    throw faultFrom(error, 'read');
  } finally {
    await client.end().catch(() => {});
  }
}

async function bringUp(client: pg.Client, migrations: readonly Migration[]): Promise<Migrated> {
  await locked(client, async () => void (await client.query(FIRST)));
  const applied: string[] = [];
  for (;;) {
    const held = await heldMigrations(client, migrations);
    const next = migrations[held];
    if (next === undefined) return { version: held, applied };
    if (await apply(client, next)) applied.push(next.name);
  }
}

/** The same within the transaction that a caller has open: what it then takes back, no migration survives. Gives what was applied. */
export async function migrateWithin(client: pg.Client, migrations: readonly Migration[]): Promise<readonly string[]> {
  await client.query('select pg_advisory_xact_lock($1)', [LOCK]);
  await client.query(FIRST);
  const missing = migrations.slice(await heldMigrations(client, migrations));
  for (const { version, name, hash, sql } of missing) {
    await client.query('insert into glidepath.migration (version, name, hash) values ($1, $2, $3)', [version, name, hash]);
    await client.query(sql);
  }
  return missing.map(({ name }) => name);
}

/** How many of our migrations the database has. Throws when it has others, or ours with another content. */
async function heldMigrations(client: pg.Client, migrations: readonly Migration[]): Promise<number> {
  const { rows } = await client.query<{ version: number; name: string; hash: string }>(
    'select version, name, hash from glidepath.migration order by version',
  );
  for (const row of rows) {
    const ours = migrations[row.version - 1];
    if (ours === undefined)
      throw refused('database-newer', `The database is newer than this program: it has ${row.name}. Start a newer version.`);
    if (ours.hash !== row.hash)
      throw refused('migration-changed', `${row.name} was changed after it was applied: this program and the database do not fit.`);
  }
  invariant(
    rows.every(({ version }, index) => version === index + 1),
    'the database has migrations with a gap',
  );
  return rows.length;
}

/** Whether it was this call that applied it. */
async function apply(client: pg.Client, { version, name, hash, sql }: Migration): Promise<boolean> {
  try {
    await locked(client, async () => {
      await client.query('insert into glidepath.migration (version, name, hash) values ($1, $2, $3)', [version, name, hash]);
      await client.query(sql);
    });
    return true;
  } catch (error) {
    if (isServerError(error) && error.code === '23505' && error.constraint === 'migration_pkey') return false;
    throw error;
  }
}

async function locked(client: pg.Client, work: () => Promise<void>): Promise<void> {
  await client.query('begin');
  try {
    await client.query('select pg_advisory_xact_lock($1)', [LOCK]);
    await work();
    await client.query('commit');
  } catch (error) {
    await client.query('rollback').catch(() => {});
    throw error;
  }
}

function refused(code: string, message: string): Fault {
  return new Fault(code, message, { retryable: false });
}
