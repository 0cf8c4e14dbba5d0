/**
 * A change set as every store carries it out: checked, copied, in one order.
 *
 * The order is deletes, updates, inserts; within each by the order of tables, then by id. It decides which of several
 * refusals is reported, and it is the order of locks: two commits never wait for each other in a circle. References are
 * judged at the end, over all writes together.
 */
import { type AuditEntry, Bug, type ChangeSet, invariant, type OutboxEvent, type TableName } from '@glidepath/core';
import { compareIds } from './order.ts';
import type { AnyTable, Field } from './shapes.ts';
import { storedValue } from './storable.ts';
import { fieldsOf, lockOrder, TABLE_NAMES, tableOf } from './tables.ts';

export interface PlannedWrite {
  readonly op: 'delete' | 'update' | 'insert';
  readonly table: TableName;
  readonly shape: AnyTable;
  readonly id: string;
  /** Of an update: the revision that the record must still have. */
  readonly revision: number;
  /** The whole row of an insert, the fields that an update sets; frozen copies. */
  readonly values: Readonly<Record<string, unknown>>;
}

const PHASES = { delete: 0, update: 1, insert: 2 };

/**
 * Checks a change set and puts it in order. Throws a Bug for what no command may ask: a change to an append-only table,
 * two changes of one record, a field that does not exist; a Fault for a value that no store can keep.
 */
export function planWrites(change: ChangeSet): readonly PlannedWrite[] {
  const planned = [
    ...change.writes.map(plannedFrom),
    ...change.audit.map((row: AuditEntry) => insertOf('audit', row)),
    ...change.events.map((row: OutboxEvent) => insertOf('outbox', row)),
  ];
  refuseTwoOfOne(planned);
  return inOrder(planned);
}

/** Puts writes in the order in which they are judged and take their locks; sorts the list that it is given. */
export function inOrder(writes: PlannedWrite[]): readonly PlannedWrite[] {
  return writes.sort((a, b) => PHASES[a.op] - PHASES[b.op] || lockOrder(a.table) - lockOrder(b.table) || compareIds(a.id, b.id));
}

function plannedFrom(write: ChangeSet['writes'][number]): PlannedWrite {
  if (write.op === 'insert') return insertOf(write.table, write.row);
  const shape = shapeOf(write.table);
  invariant(typeof write.id === 'string', `${write.op} ${write.table}: no id`);
  if (write.op === 'delete') {
    invariant(shape.life !== 'append-only', `${write.table} is append-only: no delete`);
    return { op: 'delete', table: write.table, shape, id: write.id, revision: 0, values: {} };
  }
  invariant(shape.life === 'revised', `${write.table} has no revision: no update`);
  invariant(Number.isSafeInteger(write.revision), `update ${write.table}/${write.id}: no revision`);
  const values: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(write.set)) {
    if (FIXED.get(write.table)?.has(name)) throw new Bug(`update ${write.table}/${write.id}: ${name} cannot be set`);
    values[name] = kept(write.table, name, Object.hasOwn(shape.fields, name) ? shape.fields[name] : undefined, value);
  }
  return { op: 'update', table: write.table, shape, id: write.id, revision: write.revision, values };
}

function insertOf(table: TableName, row: object): PlannedWrite {
  const shape = shapeOf(table);
  const given = row as Readonly<Record<string, unknown>>;
  const values: Record<string, unknown> = {};
  for (const [name, field] of fieldsOf(table)) values[name] = kept(table, name, field, given[name]);
  for (const name of Object.keys(given)) if (!Object.hasOwn(shape.fields, name)) throw new Bug(`insert ${table}: no field ${name}`);
  invariant(values.id !== '', `insert ${table}: an empty id`);
  return { op: 'insert', table, shape, id: values.id as string, revision: 0, values: Object.freeze(values) };
}

function kept(table: TableName, name: string, field: Field | undefined, value: unknown): unknown {
  if (field === undefined) throw new Bug(`${table}: no field ${name}`);
  const path = `${table}/${name}`;
  if (value === undefined) throw new Bug(`${path}: undefined`);
  return storedValue(field, value, path);
}

function shapeOf(table: TableName): AnyTable {
  invariant(TABLE_NAMES.includes(table), `no table ${String(table)}`);
  return tableOf(table);
}

/** Fields that an update never sets: those by which other records refer to this one, and what the store sets itself. */
const FIXED = new Map(
  TABLE_NAMES.map((table) => {
    const references = TABLE_NAMES.flatMap((other) => tableOf(other).references.filter((reference) => reference.table === table));
    return [table, new Set(['id', 'revision', ...references.flatMap(({ on }) => on)])];
  }),
);

/** A record may be deleted and inserted anew in one change, nothing else twice: which of two would win is nobody's rule. */
function refuseTwoOfOne(planned: readonly PlannedWrite[]): void {
  if (planned.length < 2) return;
  const seen = new Map<string, PlannedWrite['op']>();
  for (const { op, table, id } of planned) {
    const key = `${table}/${id}`;
    const before = seen.get(key);
    const isReplacement = before !== undefined && before !== op && before !== 'update' && op !== 'update';
    invariant(before === undefined || isReplacement, `two changes of ${key} in one change set`);
    seen.set(key, op);
  }
}
