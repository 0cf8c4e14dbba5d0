/**
 * Which audit entries the log does not hold yet, without asking of each.
 *
 * An entry carries the transaction that wrote it. All of a transaction older than every running one has been committed or
 * never will be, so that what was written by such is read in the order (transaction, id) and never again: the cursor is the
 * last that was read. Entries of younger transactions wait; one that runs for long, of whichever database of this server,
 * holds up the log, which `AuditUnsealed` tells.
 *
 * Numbers of transactions mean something in one database only. A cursor names the one that it is of; after a restore it is
 * another's, and entries are compared with those of all batches until none is left.
 */
import type { AuditEntry, Instant, UnsealedAudit } from '@glidepath/core';
import { tableOf } from '../records/tables.ts';
import { columnList, recordFrom } from './columns.ts';
import type { SqlRow, SqlValue } from './connections.ts';

type Ask = (text: string, values: readonly SqlValue[]) => Promise<readonly SqlRow[]>;

const COLUMNS = columnList(tableOf('audit'));

/** Which database this is, and the oldest transaction of it that may still run. */
const STANDING = `select (select system_identifier from pg_control_system())::text || '-' || 'glidepath.audit'::regclass::oid::text,
  pg_snapshot_xmin(pg_current_snapshot())::text`;

/** $1 and $2: after this transaction and id; $3 before this transaction; $4 how many. */
const NEXT = `select written_in::text, ${COLUMNS} from glidepath.audit
  where written_in >= $1::xid8 and (written_in, id) > ($1::xid8, $2) and written_in < $3::xid8
  order by written_in, id limit $4`;

/** $1 before this transaction; $2 how many. */
const NOT_IN_BATCHES = `select written_in::text, ${COLUMNS} from glidepath.audit as audit
  where written_in < $1::xid8
    and not exists (select from (select unnest(entries) as id from glidepath.log_batch offset 0) as sealed where sealed.id = audit.id)
  order by id limit $2`;

/** $1 and $2: after this transaction and id. */
const WAITING = `select at from glidepath.audit
  where written_in >= $1::xid8 and (written_in, id) > ($1::xid8, $2) order by written_in limit 1`;

const BY_ID = `select ${COLUMNS} from glidepath.audit where id = any ($1::text[])`;

export async function readUnsealed(ask: Ask, after: string | null, limit: number): Promise<UnsealedAudit> {
  const [[database, horizon] = []] = (await ask(STANDING, [])) as readonly (readonly string[])[];
  if (database === undefined || horizon === undefined) throw new Error('a database knows itself');
  const [of, xid, id = ''] = after === null ? [database, '0'] : after.split('/');
  if (of !== database || xid === undefined) return readAnew(ask, database, horizon, limit);
  const rows = await ask(NEXT, [xid, id, horizon, limit]);
  const last = rows.at(-1);
  const [lastXid, lastId] = last === undefined ? [xid, id] : [String(last[0]), entryOf(last).id];
  const [waiting] = await ask(WAITING, rows.length < limit ? [lastXid, lastId] : [xid, id]);
  const entries = rows.map(entryOf);
  return { entries, cursor: cursorOf(database, lastXid, lastId), waitingSince: entries[0]?.at ?? atOf(waiting) };
}

/** As long as this finds as many as were asked for, its cursor sends the next call here again. */
async function readAnew(ask: Ask, database: string, horizon: string, limit: number): Promise<UnsealedAudit> {
  const entries = (await ask(NOT_IN_BATCHES, [horizon, limit])).map(entryOf);
  const [waiting] = await ask(WAITING, [horizon, '']);
  const isAll = entries.length < limit;
  return { entries, cursor: isAll ? cursorOf(database, horizon, '') : '', waitingSince: entries[0]?.at ?? atOf(waiting) };
}

export async function readAuditEntries(ask: Ask, ids: readonly string[]): Promise<readonly (AuditEntry | null)[]> {
  const found = new Map((await ask(BY_ID, [[...ids]])).map((row) => [row[0] as string, recordFrom('audit', row)]));
  return ids.map((id) => found.get(id) ?? null);
}

function entryOf([, ...row]: SqlRow): AuditEntry {
  return recordFrom('audit', row);
}

function atOf(row: SqlRow | undefined): Instant | null {
  return row === undefined ? null : (row[0] as Instant);
}

function cursorOf(database: string, xid: string, id: string): string {
  return `${database}/${xid}/${id}`;
}
