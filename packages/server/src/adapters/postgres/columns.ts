/** Between records and rows: which columns a table has, and a row as a record. */
import type { TableName, Tables } from '@glidepath/core';
import { type AnyTable, type Field, type FieldKind, snakeCase } from '../records/shapes.ts';
import { fieldsOf } from '../records/tables.ts';

/** As what a column travels to a statement; the table's own domains and checks judge it when it is written. */
const SQL_TYPES: Readonly<Record<Exclude<FieldKind, 'counter'>, string>> = {
  text: 'text',
  'long-text': 'text',
  texts: 'text[]',
  word: 'text',
  instant: 'bigint',
  count: 'bigint',
  amount: 'double precision',
  quantity: 'numeric',
  boolean: 'boolean',
  json: 'json',
};

export interface Column {
  readonly name: string;
  readonly type: string;
}

/** Columns of a field: two for a counter. */
export function columnsOf(name: string, field: Field): readonly Column[] {
  const column = snakeCase(name);
  if (field.kind !== 'counter') return [{ name: column, type: SQL_TYPES[field.kind] }];
  return [
    { name: `${column}_incarnation`, type: 'bigint' },
    { name: `${column}_count`, type: 'bigint' },
  ];
}

export function columnsOfTable(shape: AnyTable, fields: readonly string[] = Object.keys(shape.fields)): readonly Column[] {
  return fields.flatMap((name) => columnsOf(name, shape.fields[name] as Field));
}

/** `id, created_at, …`: what `recordFrom` expects, in its order. */
export function columnList(shape: AnyTable): string {
  return columnsOfTable(shape)
    .map(({ name }) => name)
    .join(', ');
}

/** A row, its columns in the order of `columnList`, as the record that it keeps. */
export function recordFrom<T extends TableName>(table: T, row: readonly unknown[]): Tables[T] {
  const record: Record<string, unknown> = {};
  let at = 0;
  for (const [name, field] of fieldsOf(table)) {
    if (field.kind === 'counter') {
      record[name] = { incarnation: row[at], count: row[at + 1] };
      at += 2;
    } else {
      record[name] = row[at];
      at += 1;
    }
  }
  return record as unknown as Tables[T];
}
