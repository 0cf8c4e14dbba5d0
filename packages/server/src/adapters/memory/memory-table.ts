/**
 * One table in memory: rows by id, its unique constraints, and an index per field that lists are filtered by.
 *
 * Rows are frozen when they arrive (`planWrites`), so they are handed out as they are: nobody can change one.
 */

import { compareIds } from '../records/order.ts';
import type { AnyTable, Unique } from '../records/shapes.ts';
import { SortedList } from './sorted-list.ts';

type SortedIds = SortedList<string>;

export type Row = Readonly<Record<string, unknown>>;
export type Filter = readonly (readonly [field: string, value: unknown])[];

export class MemoryTable {
  readonly shape: AnyTable;
  readonly #rows = new Map<string, Row>();
  readonly #ids = new SortedList(compareIds);
  readonly #unique: readonly { readonly of: Unique; readonly held: Map<string, string> }[];
  readonly #buckets: ReadonlyMap<string, Map<unknown, SortedIds>>;

  constructor(shape: AnyTable) {
    this.shape = shape;
    this.#unique = shape.unique.map((of) => ({ of, held: new Map<string, string>() }));
    this.#buckets = new Map(shape.indexed.map((field) => [field, new Map<unknown, SortedIds>()]));
  }

  get(id: string): Row | null {
    return this.#rows.get(id) ?? null;
  }

  *rows(): Generator<Row> {
    for (const id of this.#ids.walk(undefined, false)) yield this.#rows.get(id) as Row;
  }

  /** Puts a row in the place of another (null: none, for an insert or a delete). Judges nothing. */
  swap(before: Row | null, after: Row | null): void {
    if (before !== null) this.#forget(before, after);
    if (after !== null) this.#remember(after, before);
  }

  /** The constraint that a row would break, if it came in the place of `before`. */
  conflict(row: Row, before: Row | null): string | null {
    if (before === null && this.#rows.has(row.id as string)) return `${this.shape.sql}_pkey`;
    for (const { of, held } of this.#unique) {
      if (before !== null && agree(of.fields, row, before)) continue;
      const holder = held.get(keyOf(of.fields, row));
      if (holder !== undefined && holder !== before?.id) return of.name;
    }
    return null;
  }

  /** The one row with these values of a unique constraint, or of the id and other fields. */
  lookUp(fields: readonly string[], values: readonly unknown[]): Row | null {
    const idAt = fields.indexOf('id');
    const row = idAt >= 0 ? this.get(values[idAt] as string) : this.#byUnique(fields, values);
    return row !== null && fields.every((field, index) => row[field] === values[index]) ? row : null;
  }

  *matching(filter: Filter, after?: string, newestFirst = false): Generator<Row> {
    for (const id of this.#narrowest(filter).walk(after, newestFirst)) {
      const row = this.#rows.get(id) as Row;
      if (filter.every(([field, value]) => row[field] === value)) yield row;
    }
  }

  count(filter: Filter): number {
    let count = 0;
    for (const _ of this.matching(filter)) count += 1;
    return count;
  }

  #byUnique(fields: readonly string[], values: readonly unknown[]): Row | null {
    const unique = this.#unique.find(
      ({ of }) => of.fields.length === fields.length && of.fields.every((field, at) => field === fields[at]),
    );
    const id = unique?.held.get(keyFrom(values));
    return id === undefined ? null : this.get(id);
  }

  #narrowest(filter: Filter): SortedIds {
    let narrowest = this.#ids;
    for (const [field, value] of filter) {
      const bucket = field === 'id' ? this.#bucketOfId(value) : this.#buckets.get(field)?.get(value);
      if (bucket === undefined && !this.#buckets.has(field)) continue;
      if (bucket === undefined) return NOTHING;
      if (bucket.size < narrowest.size) narrowest = bucket;
    }
    return narrowest;
  }

  #bucketOfId(id: unknown): SortedIds {
    const bucket = new SortedList(compareIds);
    if (this.#rows.has(id as string)) bucket.add(id as string);
    return bucket;
  }

  #forget(before: Row, after: Row | null): void {
    const id = before.id as string;
    if (after === null) {
      this.#rows.delete(id);
      this.#ids.remove(id);
    }
    for (const { of, held } of this.#unique) if (after === null || !agree(of.fields, before, after)) held.delete(keyOf(of.fields, before));
    for (const [field, buckets] of this.#buckets) {
      if (after !== null && after[field] === before[field]) continue;
      const bucket = buckets.get(before[field]);
      bucket?.remove(id);
      if (bucket?.size === 0) buckets.delete(before[field]);
    }
  }

  #remember(after: Row, before: Row | null): void {
    const id = after.id as string;
    this.#rows.set(id, after);
    if (before === null) this.#ids.add(id);
    for (const { of, held } of this.#unique) if (before === null || !agree(of.fields, before, after)) held.set(keyOf(of.fields, after), id);
    for (const [field, buckets] of this.#buckets) {
      if (before !== null && after[field] === before[field]) continue;
      const bucket = buckets.get(after[field]) ?? new SortedList(compareIds);
      bucket.add(id);
      buckets.set(after[field], bucket);
    }
  }
}

const NOTHING = new SortedList(compareIds);

function agree(fields: readonly string[], a: Row, b: Row): boolean {
  return fields.every((field) => a[field] === b[field]);
}

function keyOf(fields: readonly string[], row: Row): string {
  return keyFrom(fields.map((field) => row[field]));
}

/** No text that is kept has a NUL, so a NUL sets values apart, and null from every text. */
function keyFrom(values: readonly unknown[]): string {
  return values.map((value) => (value === null ? '\0' : value)).join('\0,');
}
