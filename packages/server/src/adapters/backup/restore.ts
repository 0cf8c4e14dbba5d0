/**
 * Restores a backup into an empty database, whole or not at all: the file is checked to its end before anything is asked of
 * the database, and then schema, rows, later migrations and the new incarnation are one transaction.
 *
 * A restored store has forgotten what it acknowledged after the backup. So its incarnation rises: every epoch and `seq` that
 * is given from now on is later than all that were given before, and holders show with their renewals what was forgotten.
 */
import { type Entropy, instant } from '@glidepath/core';
import { newId } from '@glidepath/protocol';
import type pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { type Migration, migrateWithin, shippedMigrations } from '../postgres/migrate.ts';
import { type Progress, withSession } from './back-up.ts';
import { type BackupHeader, type BackupManifest, backupFault } from './backup-format.ts';
import { readBackup } from './backup-reader.ts';
import { catalogOf, listOf, quoted } from './backup-tables.ts';

export interface RestoreOptions {
  readonly connectionString: string;
  readonly file: string;
  readonly entropy: Entropy;
  /** At least this: for a backup that was restored before, one above the highest that any client has seen. */
  readonly incarnation?: number;
  readonly onProgress?: (progress: Progress) => void;
  /** Default: those of this package. */
  readonly migrations?: readonly Migration[];
}

export interface Restored {
  readonly header: BackupHeader;
  readonly manifest: BackupManifest;
  /** The incarnation that the store has now. */
  readonly incarnation: number;
  /** Names of migrations that the backup did not have. */
  readonly migrated: readonly string[];
  readonly restoredAt: number;
}

export async function restore(options: RestoreOptions): Promise<Restored> {
  const migrations = options.migrations ?? shippedMigrations();
  // Once for the whole truth about the file, and once more as it is loaded: it may have changed in between.
  const { header } = await readBackup(options.file);
  requireFit(header, migrations);
  return withSession(options.connectionString, async (client) => {
    await client.query('begin');
    try {
      const restored = await fill(client, options, migrations);
      await client.query('commit');
      return restored;
    } catch (error) {
      await client.query('rollback').catch(() => {});
      throw error;
    }
  });
}

function requireFit({ schema }: BackupHeader, migrations: readonly Migration[]): void {
  const ours = migrations[schema.version - 1];
  if (ours === undefined)
    throw backupFault(
      'backup-newer',
      `The backup has migration ${schema.version}, this program ends at ${migrations.length}. Restore it with a newer version.`,
    );
  if (ours.hash !== schema.hash)
    throw backupFault('backup-unfit', `The backup was taken with another ${ours.name} than this program has: it does not fit.`);
}

async function fill(client: pg.Client, options: RestoreOptions, migrations: readonly Migration[]): Promise<Restored> {
  let loader: Loader | null = null;
  const { header, manifest } = await readBackup(options.file, {
    async header(found) {
      requireFit(found, migrations);
      await requireEmpty(client, found);
      await migrateWithin(client, migrations.slice(0, found.schema.version));
      await requireTables(client, found);
      loader = new Loader(client, found, options.onProgress);
    },
    rows: (table, chunk) => loader?.add(table, chunk),
  });
  await (loader as Loader | null)?.end();
  const migrated = await migrateWithin(client, migrations);
  const incarnation = Math.max(header.incarnation + 1, options.incarnation ?? 0);
  const restoredAt = await mark(client, options.entropy, header, manifest, incarnation);
  return { header, manifest, incarnation, migrated, restoredAt };
}

/** Names what is in the way; a schema without a row is not, unless it is newer than the backup. */
async function requireEmpty(client: pg.Client, { schema }: BackupHeader): Promise<void> {
  const tables = await catalogOf(client);
  const held: string[] = [];
  for (const { name } of tables) {
    const { rows } = await client.query<{ some: boolean }>(`select exists (select from glidepath.${quoted(name)}) as some`);
    if (rows[0]?.some === true) held.push(name);
  }
  if (held.length > 0) {
    const more = held.length > 5 ? ` and ${held.length - 5} more tables` : '';
    throw backupFault(
      'database-not-empty',
      `The database is not empty: it holds rows in ${held.slice(0, 5).join(', ')}${more}. A backup is restored into an empty one only.`,
    );
  }
  if (tables.length === 0) return;
  const { rows } = await client.query<{ version: number | null }>('select max(version) as version from glidepath.migration');
  const version = rows[0]?.version ?? 0;
  if (version > schema.version)
    throw backupFault(
      'database-not-empty',
      `The database has no rows, but tables of migration ${version}, and the backup is of ${schema.version}. Use a new database, or: drop schema glidepath cascade`,
    );
}

async function requireTables(client: pg.Client, { tables }: BackupHeader): Promise<void> {
  const ours = await catalogOf(client);
  for (const { name, columns } of tables) {
    const known = ours.find((table) => table.name === name);
    const isSame = known !== undefined && columns.length === known.columns.length && columns.every((one) => known.columns.includes(one));
    if (!isSame) throw backupFault('backup-unfit', `The backup's table ${name} is not as this program makes it.`);
  }
}

/** Feeds the rows of one table after the other; constraints are checked as each table ends, so that no queue of checks grows. */
class Loader {
  readonly #client: pg.Client;
  readonly #header: BackupHeader;
  readonly #onProgress: RestoreOptions['onProgress'];
  #open: { readonly table: string; readonly stream: ReturnType<typeof copyInto>; rows: number } | null = null;

  constructor(client: pg.Client, header: BackupHeader, onProgress: RestoreOptions['onProgress']) {
    this.#client = client;
    this.#header = header;
    this.#onProgress = onProgress;
  }

  async add(table: string, chunk: Uint8Array): Promise<void> {
    if (this.#open?.table !== table) {
      await this.end();
      const columns = this.#header.tables.find(({ name }) => name === table)?.columns ?? [];
      this.#open = { table, stream: copyInto(this.#client, table, columns), rows: 0 };
    }
    const open = this.#open;
    await open.stream.write(chunk);
    for (let at = chunk.indexOf(10); at !== -1; at = chunk.indexOf(10, at + 1)) open.rows += 1;
    this.#onProgress?.({ table, rows: open.rows });
  }

  async end(): Promise<void> {
    const open = this.#open;
    if (open === null) return;
    this.#open = null;
    await open.stream.end();
    await this.#client.query('set constraints all immediate; set constraints all deferred');
  }
}

/** A COPY that is written to with back-pressure, and whose error is heard by whoever writes next. */
function copyInto(client: pg.Client, table: string, columns: readonly string[]) {
  const stream = client.query(copyFrom(`copy glidepath.${quoted(table)} (${listOf(columns)}) from stdin`));
  const ended = new Promise<void>((resolve, reject) => {
    stream.once('finish', resolve);
    stream.once('error', reject);
  });
  ended.catch(() => {});
  return {
    async write(chunk: Uint8Array): Promise<void> {
      if (stream.write(chunk)) return;
      await Promise.race([new Promise<void>((resolve) => void stream.once('drain', resolve)), ended]);
    },
    async end(): Promise<void> {
      stream.end();
      await ended;
    },
  };
}

/** The new incarnation, and what the audit log and the outbox say of it; by the database's clock, as all nodes are. */
async function mark(
  client: pg.Client,
  entropy: Entropy,
  { takenAt, incarnation: before, schema }: BackupHeader,
  { digest }: BackupManifest,
  incarnation: number,
): Promise<number> {
  const { rows } = await client.query<{ now: string }>(`select floor(extract(epoch from clock_timestamp()) * 1000)::bigint as now`);
  const now = instant(Number(rows[0]?.now));
  await client.query(`update glidepath.store_identity set incarnation = $1, revision = revision + 1 where id = 'store'`, [incarnation]);
  const facts = JSON.stringify({ takenAt, incarnationBefore: before, incarnation, schema: schema.version, digest });
  await client.query(
    `insert into glidepath.audit (id, environment, at, actor, action, subject, facts) values ($1, null, $2, 'restore', 'store.restored', 'store', $3)`,
    [newId('aud', now, entropy), now, facts],
  );
  await client.query(
    `insert into glidepath.outbox (id, environment, at, type, subject, data, sent_at, revision) values ($1, null, $2, 'store.restored', 'store', $3, null, 0)`,
    [newId('evt', now, entropy), now, facts],
  );
  return now;
}
