/**
 * Takes a backup: every table of the schema by COPY, as of one instant (one repeatable-read snapshot), while the control
 * plane goes on. Rows pass through in parts of a few MiB, however many there are.
 *
 * Rows come in the order of their primary key, so that the same content is the same bytes. What is sealed in the database
 * stays sealed in the file: it is of no use without the sealing key, which is not in it.
 */
import pg from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import { shippedMigrations } from '../postgres/migrate.ts';
import {
  type BackupHeader,
  type BackupManifest,
  backupFault,
  digestOfTables,
  FORMAT_VERSION,
  HEADER,
  MANIFEST,
  memberOf,
} from './backup-format.ts';
import { Tables } from './backup-reader.ts';
import { type CatalogTable, catalogOf, listOf, quoted } from './backup-tables.ts';
import { type BackupWriter, createBackupWriter } from './backup-writer.ts';
import { databaseFault } from './database-fault.ts';

/** How far it is: rows of the table that it is at. */
export interface Progress {
  readonly table: string;
  readonly rows: number;
}

export interface BackUpOptions {
  readonly connectionString: string;
  readonly file: string;
  readonly onProgress?: (progress: Progress) => void;
}

export interface BackedUp {
  readonly header: BackupHeader;
  readonly manifest: BackupManifest;
  readonly bytes: number;
}

const PART_BYTES = 4 * 1024 * 1024;

export async function backUp({ connectionString, file, onProgress }: BackUpOptions): Promise<BackedUp> {
  const writer = await createBackupWriter(file);
  try {
    return await withSession(connectionString, (client) => writeAll(client, writer, onProgress));
  } catch (error) {
    await writer.discard();
    throw error;
  }
}

/** A connection without time-outs of its own: a large table takes as long as it takes. */
export async function withSession<T>(connectionString: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({
    connectionString,
    application_name: 'glidepath backup',
    connectionTimeoutMillis: 10_000,
    keepAlive: true,
  });
  // A lost connection is told by the statement that it fails; unheard it would end the process.
  client.on('error', () => {});
  try {
    await client.connect();
    await client.query(
      'set statement_timeout = 0; set idle_in_transaction_session_timeout = 0; set client_encoding = UTF8; set extra_float_digits = 1',
    );
    return await work(client);
  } catch (error) {
    throw databaseFault(error);
  } finally {
    await client.end().catch(() => {});
  }
}

async function writeAll(client: pg.Client, writer: BackupWriter, onProgress: BackUpOptions['onProgress']): Promise<BackedUp> {
  const tables = await catalogOf(client);
  if (tables.length === 0) throw backupFault('database-not-ours', 'The database holds nothing of Glidepath: there is nothing to back up.');
  await client.query('begin isolation level repeatable read read only');
  // Before the snapshot: no migration can change a table between the two.
  await client.query(`lock table ${tables.map(({ name }) => `glidepath.${quoted(name)}`).join(', ')} in access share mode`);
  const header = await headerOf(client, tables);
  await writer.member(HEADER, Buffer.from(`${JSON.stringify(header, null, 2)}\n`));
  const read = new Tables();
  for (const table of tables) await writeTable(client, writer, table, read, onProgress);
  await client.query('commit');
  const digests = read.digests();
  const listed = tables.flatMap(({ name }) => digests.get(name) ?? []);
  const manifest: BackupManifest = { tables: listed, digest: digestOfTables(listed) };
  await writer.member(MANIFEST, Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`));
  return { header, manifest, bytes: await writer.finish() };
}

async function headerOf(client: pg.Client, tables: readonly CatalogTable[]): Promise<BackupHeader> {
  const { rows } = await client.query<{ version: number; hash: string; taken: string; incarnation: string | null; postgres: string }>(`
    select version, hash, floor(extract(epoch from clock_timestamp()) * 1000)::bigint as taken,
      (select incarnation from glidepath.store_identity where id = 'store') as incarnation, current_setting('server_version') as postgres
    from glidepath.migration order by version desc limit 1`);
  const [row] = rows;
  if (row === undefined) throw backupFault('database-not-ours', 'The database has tables of ours, and no record of its migrations.');
  const ours = shippedMigrations()[row.version - 1];
  if (ours?.hash !== row.hash)
    throw backupFault(
      'backup-unfit',
      `The database has migration ${row.version}, which this program does not know: back it up with the version that runs it.`,
    );
  return {
    ...{ kind: 'glidepath-backup', format: FORMAT_VERSION, schema: { version: row.version, hash: row.hash } },
    ...{ takenAt: Number(row.taken), incarnation: Number(row.incarnation ?? 0), postgres: row.postgres },
    tables: tables.map(({ name, columns }) => ({ name, columns })),
  };
}

async function writeTable(
  client: pg.Client,
  writer: BackupWriter,
  { name, columns, key }: CatalogTable,
  read: Tables,
  onProgress: BackUpOptions['onProgress'],
): Promise<void> {
  // A query, for a partitioned table cannot be copied as such.
  const order = key.length === 0 ? '' : ` order by ${listOf(key)}`;
  const stream = client.query(copyTo(`copy (select ${listOf(columns)} from glidepath.${quoted(name)}${order}) to stdout`));
  let part = 0;
  let waiting: Buffer[] = [];
  let size = 0;
  const flush = async (chunk: Buffer) => {
    part += 1;
    read.add(name, chunk);
    await writer.member(memberOf(name, part), chunk);
    onProgress?.({ table: name, rows: read.digests().get(name)?.rows ?? 0 });
  };
  read.add(name, Buffer.alloc(0));
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    waiting.push(chunk);
    size += chunk.length;
    if (size < PART_BYTES) continue;
    const all = Buffer.concat(waiting);
    const end = all.lastIndexOf(10) + 1;
    waiting = [all.subarray(end)];
    size = all.length - end;
    if (end > 0) await flush(all.subarray(0, end));
  }
  if (size > 0) await flush(Buffer.concat(waiting));
}
