/**
 * A commit carried out write by write in one transaction: the slow way, for what the single statement could not settle.
 *
 * It is taken when a commit was refused for a unique value or a reference, to find out which write is to blame, and when
 * the order of writes matters. What it decides holds: it commits if nothing refuses.
 */
import { Bug, type CommitResult, type TableName } from '@glidepath/core';
import type { PlannedWrite } from '../records/planned-write.ts';
import { type Reference, snakeCase } from '../records/shapes.ts';
import { TABLE_NAMES, tableOf } from '../records/tables.ts';
import { writeStatement } from './commit-statement.ts';
import type { Session } from './connections.ts';
import { endsConnection, isServerError } from './faults.ts';

type Refusal = Extract<CommitResult, { ok: false }>;

/** Refused because it broke a unique constraint (23505) or a foreign key (23503). */
export function isConstraintBroken(error: unknown): boolean {
  return isServerError(error) && (error.code === '23505' || error.code === '23503');
}

/** A transaction, or a part of one. */
export interface Bounds {
  readonly begin: string;
  readonly commit: string;
  readonly rollback: string;
}
const WHOLE: Bounds = { begin: 'begin', commit: 'commit', rollback: 'rollback' };

export async function commitInOrder(session: Session, writes: readonly PlannedWrite[], bounds = WHOLE): Promise<CommitResult> {
  await session.tell(bounds.begin);
  try {
    const refusal = (await carryOut(session, writes)) ?? (await brokenReference(session, writes));
    await session.tell(refusal === null ? bounds.commit : bounds.rollback);
    return refusal ?? { ok: true };
  } catch (error) {
    // A lost connection ends the transaction by itself.
    if (!endsConnection(error)) await session.tell(bounds.rollback);
    throw error;
  }
}

async function carryOut(session: Session, writes: readonly PlannedWrite[]): Promise<Refusal | null> {
  for (const write of writes) {
    const { text, values } = writeStatement(write);
    try {
      const found = await session.run(text, values);
      if (write.op !== 'insert' && found.length === 0) return refusalOf(write, 'stale', null);
    } catch (error) {
      if (!isServerError(error) || error.code !== '23505') throw error;
      return refusalOf(write, 'duplicate', error.constraint ?? null);
    }
  }
  return null;
}

/** Checks the references now instead of at the end; the error does not say which record broke one, so each is asked. */
async function brokenReference(session: Session, writes: readonly PlannedWrite[]): Promise<Refusal | null> {
  await session.tell('savepoint written');
  try {
    await session.tell('set constraints all immediate; set constraints all deferred');
    return null;
  } catch (error) {
    if (!isServerError(error) || error.code !== '23503') throw error;
    await session.tell('rollback to savepoint written');
  }
  for (const write of writes) {
    for (const { text, reference } of write.op === 'delete' ? askTo(write.table) : askFrom(write.table)) {
      const found = await session.run(text, [write.id]);
      if (found.length > 0) return refusalOf(write, 'missing', reference.name);
    }
  }
  throw new Bug('PostgreSQL found a broken reference that is in no description');
}

interface Question {
  readonly text: string;
  readonly reference: Reference;
}

/** Finds the record $1 when its reference names nothing. */
function askFrom(table: TableName): readonly Question[] {
  const { sql, references } = tableOf(table);
  return references.map((reference) => {
    const isSet = reference.fields.map((field) => `c.${snakeCase(field)} is not null`).join(' and ');
    const same = reference.fields.map((field, at) => `p.${snakeCase(reference.on[at] ?? '')} = c.${snakeCase(field)}`).join(' and ');
    const other = `select 1 from glidepath.${tableOf(reference.table).sql} as p where ${same}`;
    return { reference, text: `select 1 from glidepath.${sql} as c where c.id = $1 and ${isSet} and not exists (${other})` };
  });
}

/** Finds a record that names the deleted record $1, which is not there any more. References to what can be deleted are by id. */
function askTo(table: TableName): readonly Question[] {
  return TABLE_NAMES.flatMap((name) =>
    tableOf(name).references.flatMap((reference) => {
      const field = reference.fields[reference.on.indexOf('id')];
      if (reference.table !== table || field === undefined) return [];
      const isGone = `not exists (select 1 from glidepath.${tableOf(table).sql} where id = $1)`;
      return [{ reference, text: `select 1 from glidepath.${tableOf(name).sql} where ${snakeCase(field)} = $1 and ${isGone} limit 1` }];
    }),
  );
}

function refusalOf(write: PlannedWrite, reason: Refusal['reason'], constraint: string | null): Refusal {
  return { ok: false, reason, table: write.table, id: write.id, constraint };
}
