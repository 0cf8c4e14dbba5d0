/**
 * Every table of the store, as data: names, fields, what may happen to its records, and what must hold among them.
 *
 * The order of tables is the order in which a commit takes its locks: what is referred to comes before what refers to
 * it, and `seatState`, the most contended record, after everything that is read with it but the leases it counts.
 * A reference holds the `id` of the record it names; references that carry `environment` as well keep a license, its
 * keys and its leases from ever crossing into another environment.
 */
import type { TableName } from '@glidepath/core';
import { ACCESS_TABLES } from './access-tables.ts';
import { HELD_TABLES } from './held-tables.ts';
import { LICENSE_TABLES } from './license-tables.ts';
import { POLICY_TABLES } from './policy-tables.ts';
import type { AnyTable, Field, Table } from './shapes.ts';

export const TABLES: { readonly [T in TableName]: Table<T> } = { ...ACCESS_TABLES, ...LICENSE_TABLES, ...HELD_TABLES, ...POLICY_TABLES };

export const TABLE_NAMES = Object.keys(TABLES) as readonly TableName[];

const ORDER = new Map(TABLE_NAMES.map((name, index) => [name, index]));

/** The description as generic code reads it. */
export function tableOf(name: TableName): AnyTable {
  return TABLES[name] as unknown as AnyTable;
}

const FIELDS = new Map(TABLE_NAMES.map((name) => [name, Object.entries(tableOf(name).fields)]));

/** Fields with their names, in their order. */
export function fieldsOf(name: TableName): readonly (readonly [string, Field])[] {
  return FIELDS.get(name) ?? [];
}

/** Place of a table in the order of locks. */
export function lockOrder(name: TableName): number {
  return ORDER.get(name) ?? -1;
}
