/** What a read may ask, checked the same way for every store. */
import { invariant, type TableName, type Where } from '@glidepath/core';
import { isStorableText } from './storable.ts';
import { tableOf } from './tables.ts';

/** Rows of `lapsed` and `waiting` that a lease situation carries. */
export const LISTED_MAX = 200;

/** Pairs of field and value in one order; null when a value is one that no record can have. */
export function filterOf<T extends TableName>(table: T, where: Where<T>): readonly (readonly [string, string | number | null])[] | null {
  const { fields } = tableOf(table);
  const filter = Object.entries(where as Readonly<Record<string, unknown>>).sort(([a], [b]) => (a < b ? -1 : 1));
  for (const [name, value] of filter) {
    const kind = Object.hasOwn(fields, name) ? fields[name]?.kind : undefined;
    invariant(kind !== undefined && kind !== 'json' && kind !== 'texts' && kind !== 'counter', `${table}: ${name} cannot be asked for`);
    invariant(value === null || typeof value === 'string' || typeof value === 'number', `${table}/${name}: no plain value`);
  }
  const isPossible = filter.every(([name, value]) => canHave(fields[name]?.kind, value));
  return isPossible ? (filter as [string, string | number | null][]) : null;
}

/** How many records at most: a whole number, not from a caller's mistake. */
export function checkLimit(limit: number): number {
  invariant(Number.isSafeInteger(limit) && limit >= 0, 'a limit is a whole number from 0');
  return limit;
}

function canHave(kind: string | undefined, value: unknown): boolean {
  if (value === null) return true;
  if (typeof value === 'string') return (kind === 'text' || kind === 'long-text' || kind === 'word') && isStorableText(value);
  return kind === 'amount' || kind === 'quantity'
    ? Number.isFinite(value)
    : (kind === 'instant' || kind === 'count') && Number.isSafeInteger(value);
}
