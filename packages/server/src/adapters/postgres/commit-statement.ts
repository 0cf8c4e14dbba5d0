/**
 * A whole commit as one statement: one round trip, one transaction, one durable write.
 *
 * Writes of one kind on one table are a group, whose rows travel as one JSON parameter, so that the text depends on
 * which fields are set and not on how many records there are: it is prepared once. `require_all` takes everything back
 * when an update or delete found no row. It reads the groups of updates and deletes, which therefore run before the
 * inserts; references are checked at the end.
 *
 * A unique value that moves from one record to another within a change may still be refused here, as nothing orders the
 * groups for certain. `PostgresStore` then carries the change out write by write, which is the last word.
 */

import type { PlannedWrite } from '../records/planned-write.ts';
import type { AnyTable } from '../records/shapes.ts';
import { isStorableText } from '../records/storable.ts';
import { type Column, columnsOfTable, columnValues } from './columns.ts';
import type { SqlValue } from './connections.ts';
import type { Statement } from './statements.ts';

interface Group {
  readonly op: PlannedWrite['op'];
  readonly shape: AnyTable;
  readonly fields: readonly string[];
  readonly rows: Record<string, unknown>[];
}

const PLACE: Column = { name: 'place', type: 'integer' };
const ID: Column = { name: 'id', type: 'text' };
const EXPECTED: Column = { name: 'expected', type: 'bigint' };

/** The writes, in their order, as one statement. A stale one is named by its place among updates and deletes. */
export function commitStatement(writes: readonly PlannedWrite[]): Statement {
  const values: SqlValue[] = [];
  const groups = groupsOf(writes);
  const parts = groups.map((group, index) => `w${index} as (${sqlOf(group, values)})`);
  const guarded = groups.flatMap(({ op }, index) => (op === 'insert' ? [] : [`select place from w${index}`]));
  if (guarded.length === 0) return { text: `with ${parts.join(',\n')}\nselect 1`, values };
  values.push(writes.filter(({ op }) => op !== 'insert').length);
  const places = `array(${guarded.join(' union all ')})`;
  return { text: `with ${parts.join(',\n')}\nselect glidepath.require_all($${values.length}::integer, ${places})`, values };
}

/** One write on its own; an update or delete gives back its place if it found its row. */
export function writeStatement(write: PlannedWrite): Statement {
  const values: SqlValue[] = [];
  const [text] = groupsOf([write]).map((group) => sqlOf(group, values));
  return { text: text ?? '', values };
}

function groupsOf(writes: readonly PlannedWrite[]): readonly Group[] {
  const groups = new Map<string, Group>();
  for (const [place, write] of writes.entries()) {
    const fields = write.op === 'insert' ? Object.keys(write.shape.fields) : Object.keys(write.values).sort();
    const key = `${write.op} ${write.shape.sql} ${fields.join()}`;
    const group = groups.get(key) ?? { op: write.op, shape: write.shape, fields, rows: [] };
    groups.set(key, group);
    const values = columnValues(write.shape, write.values);
    group.rows.push(write.op === 'insert' ? values : { ...values, place, id: idOf(write), expected: write.revision });
  }
  return [...groups.values()];
}

/** An id that no text can carry belongs to nobody: neither does the empty one, which can be carried. */
function idOf({ id }: PlannedWrite): string {
  return isStorableText(id) ? id : '';
}

/** Adds its parameters to `values`. */
function sqlOf({ op, shape, fields, rows }: Group, values: SqlValue[]): string {
  const table = `glidepath.${shape.sql}`;
  const columns = columnsOfTable(shape, fields);
  const source = `$${values.push(JSON.stringify(rows))}`;
  if (op === 'insert') {
    const names = columns.map(({ name }) => name).join(', ');
    return `insert into ${table} (${names}) select ${names} from ${rowsFrom(source, columns)}`;
  }
  // The ids once more: the planner takes any JSON for a hundred rows and would read a whole table of some thousands.
  const isNamed = `t.id = any ($${values.push(rows.map(({ id }) => id as string))}::text[]) and t.id = r.id`;
  if (op === 'delete') return `delete from ${table} as t using ${rowsFrom(source, [PLACE, ID])} where ${isNamed} returning r.place`;
  const set = ['revision = t.revision + 1', ...columns.map(({ name }) => `${name} = r.${name}`)].join(', ');
  const from = rowsFrom(source, [PLACE, ID, EXPECTED, ...columns]);
  return `update ${table} as t set ${set} from ${from} where ${isNamed} and t.revision = r.expected returning r.place`;
}

function rowsFrom(source: string, columns: readonly Column[]): string {
  return `json_to_recordset(${source}::json) as r(${columns.map(({ name, type }) => `${name} ${type}`).join(', ')})`;
}
