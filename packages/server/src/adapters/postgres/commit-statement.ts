/**
 * A whole commit as one statement: one round trip, one transaction, one durable write.
 *
 * Writes of one kind on one table are a group, whose columns travel as one array each, so that the text depends on which
 * fields are set and not on how many records there are: it is made once and prepared once. `require_all` takes everything
 * back when an update or delete found no row. It reads the groups of updates and deletes, which therefore run before the
 * inserts; references are checked at the end.
 *
 * A unique value that moves from one record to another within a change may still be refused here, as nothing orders the
 * groups for certain. `PostgresStore` then carries the change out write by write, which is the last word.
 */

import type { PlannedWrite } from '../records/planned-write.ts';
import { type AnyTable, type Field, snakeCase } from '../records/shapes.ts';
import { isStorableText } from '../records/storable.ts';
import { ArrayLiteral, arrayLiteral } from './array-literal.ts';
import { columnsOf } from './columns.ts';
import type { SqlValue } from './connections.ts';
import type { Statement } from './statements.ts';

/** A column of a group: how it is called, as which type it travels and is read, and what a record has in it. */
interface Travelling {
  readonly name: string;
  readonly type: string;
  readonly read: string;
  valueOf(value: unknown): string | number | null;
}

interface Kind {
  readonly op: PlannedWrite['op'];
  readonly table: string;
  readonly columns: readonly { readonly field: string; readonly column: Travelling }[];
}

interface Group {
  readonly key: string;
  readonly kind: Kind;
  readonly columns: readonly ArrayLiteral[];
  /** Of updates and deletes. */
  readonly places: number[];
  readonly ids: string[];
  readonly revisions: number[];
}

/** The writes, in their order, as one statement. A stale one is named by its place among updates and deletes. */
export function commitStatement(writes: readonly PlannedWrite[]): Statement {
  const groups = groupsOf(writes);
  const values = groups.flatMap(valuesOf);
  const guarded = groups.reduce((count, { places }) => count + places.length, 0);
  if (guarded > 0) values.push(guarded);
  return { text: textOf(groups), values };
}

/** One write on its own; an update or delete gives back its place if it found its row. */
export function writeStatement(write: PlannedWrite): Statement {
  const groups = groupsOf([write]);
  return { text: groups.map(({ kind }) => sqlOf(kind, 1)).join(), values: groups.flatMap(valuesOf) };
}

function groupsOf(writes: readonly PlannedWrite[]): readonly Group[] {
  const groups = new Map<string, Group>();
  for (let place = 0; place < writes.length; place++) {
    const write = writes[place] as PlannedWrite;
    const key = keyOf(write);
    let group = groups.get(key);
    if (group === undefined) {
      const kind = kindOf(key, write);
      group = { key, kind, columns: kind.columns.map(() => new ArrayLiteral()), places: [], ids: [], revisions: [] };
      groups.set(key, group);
    }
    addTo(group, write, place);
  }
  return [...groups.values()];
}

function addTo({ kind, columns, places, ids, revisions }: Group, { op, id, revision, values }: PlannedWrite, place: number): void {
  for (let at = 0; at < columns.length; at++) {
    const { field, column } = kind.columns[at] as Kind['columns'][number];
    columns[at]?.add(column.valueOf(values[field]));
  }
  if (op === 'insert') return;
  places.push(place);
  // An id that no text can carry belongs to nobody: neither does the empty one, which can be carried.
  ids.push(isStorableText(id) ? id : '');
  revisions.push(revision);
}

/** The order of its parameters is that of `sqlOf`. */
function valuesOf({ kind, columns, places, ids, revisions }: Group): SqlValue[] {
  const guards = kind.op === 'insert' ? [] : [arrayLiteral(places), arrayLiteral(ids), arrayLiteral(revisions)];
  return [...guards, ...columns.map((column) => column.text)];
}

/** Fields of an update in one order, so that the same fields are the same kind. */
function keyOf({ op, table, values }: PlannedWrite): string {
  return op === 'update' ? `update ${table} ${Object.keys(values).sort().join()}` : `${op} ${table}`;
}

/** Commands set a handful of different fields: there are few kinds, and few ways to combine them. */
const KINDS = new Map<string, Kind>();
const TEXTS = new Map<string, string>();
const KNOWN_MAX = 1_000;

function kindOf(key: string, write: PlannedWrite): Kind {
  const known = KINDS.get(key);
  if (known !== undefined) return known;
  const fields = { insert: Object.keys(write.shape.fields), update: Object.keys(write.values).sort(), delete: [] }[write.op];
  const columns = fields.flatMap((field) => travelling(field, write.shape).map((column) => ({ field, column })));
  const kind = { op: write.op, table: `glidepath.${write.shape.sql}`, columns };
  if (KINDS.size < KNOWN_MAX) KINDS.set(key, kind);
  return kind;
}

function travelling(field: string, shape: AnyTable): readonly Travelling[] {
  const described = shape.fields[field] as Field;
  const name = snakeCase(field);
  const same = (value: unknown) => value as string | number | null;
  if (described.kind === 'counter')
    return columnsOf(field, described).map((column, at) => ({
      ...column,
      read: `r.${column.name}`,
      valueOf: (value) => (value as Record<string, number>)[at === 0 ? 'incarnation' : 'count'] as number,
    }));
  const [{ type } = { type: 'text' }] = columnsOf(field, described);
  const read = `r.${name}`;
  if (described.kind === 'json') return [{ name, type, read, valueOf: (value) => (value === null ? null : JSON.stringify(value)) }];
  if (described.kind === 'boolean') return [{ name, type, read, valueOf: (value) => (value === null ? null : String(value)) }];
  // Lists of several lengths make no array of arrays: each travels as its own text.
  if (described.kind === 'texts')
    return [
      {
        name,
        type: 'text',
        read: `${read}::text[]`,
        valueOf: (value) => (value === null ? null : arrayLiteral(value as readonly string[])),
      },
    ];
  return [{ name, type, read, valueOf: same }];
}

function textOf(groups: readonly Group[]): string {
  const key = groups.map((group) => group.key).join('; ');
  const known = TEXTS.get(key);
  if (known !== undefined) return known;
  const parts: string[] = [];
  let parameters = 0;
  for (const { kind } of groups) {
    parts.push(`w${parts.length} as (${sqlOf(kind, parameters + 1)})`);
    parameters += kind.columns.length + (kind.op === 'insert' ? 0 : 3);
  }
  const guarded = groups.flatMap(({ kind }, index) => (kind.op === 'insert' ? [] : [`select place from w${index}`]));
  const end = guarded.length === 0 ? '1' : `glidepath.require_all($${parameters + 1}::integer, array(${guarded.join(' union all ')}))`;
  const text = `with ${parts.join(',\n')}\nselect ${end}`;
  if (TEXTS.size < KNOWN_MAX) TEXTS.set(key, text);
  return text;
}

/** The statement of a group whose parameters begin at `first`. */
function sqlOf({ op, table, columns }: Kind, first: number): string {
  const guards = op === 'insert' ? [] : [PLACE, ID, EXPECTED];
  const all = [...guards, ...columns.map(({ column }) => column)];
  const arrays = all.map(({ type }, at) => `$${first + at}::${type}[]`).join(', ');
  const from = `unnest(${arrays}) as r(${all.map(({ name }) => name).join(', ')})`;
  if (op === 'insert') {
    const names = columns.map(({ column }) => column.name).join(', ');
    return `insert into ${table} (${names}) select ${columns.map(({ column }) => column.read).join(', ')} from ${from}`;
  }
  // The ids once more: the planner does not know how few they are, and would read a whole table of some thousands.
  const isNamed = `t.id = any ($${first + 1}::text[]) and t.id = r.id`;
  if (op === 'delete') return `delete from ${table} as t using ${from} where ${isNamed} returning r.place`;
  const set = ['revision = t.revision + 1', ...columns.map(({ column }) => `${column.name} = ${column.read}`)].join(', ');
  return `update ${table} as t set ${set} from ${from} where ${isNamed} and t.revision = r.expected returning r.place`;
}

const PLACE = { name: 'place', type: 'integer' };
const ID = { name: 'id', type: 'text' };
const EXPECTED = { name: 'expected', type: 'bigint' };
