/**
 * The words in which a table is described as data. Both stores are built from the same descriptions, so that what one
 * refuses the other refuses too; a test compares them with what the migrations really made.
 */
import type { Counter, Tables } from '@glidepath/core';

/**
 * How a value is kept. `text` is short (names, ids: it may be part of an index), `long-text` any length; `count` is an
 * integer from 0; `amount` a finite number from 0, `quantity` one that is exact with six decimals; `json` keeps the order
 * of keys.
 */
export type FieldKind =
  | 'text'
  | 'long-text'
  | 'texts'
  | 'word'
  | 'instant'
  | 'count'
  | 'amount'
  | 'quantity'
  | 'boolean'
  | 'counter'
  | 'json';

type KindOf<V> = V extends boolean
  ? 'boolean'
  : V extends string
    ? 'text' | 'long-text' | 'word'
    : V extends number
      ? 'instant' | 'count' | 'amount' | 'quantity'
      : V extends Counter
        ? 'counter'
        : V extends readonly string[]
          ? 'texts'
          : 'json';

export interface Field<K extends FieldKind = FieldKind, N extends boolean = boolean, W extends string = string> {
  readonly kind: K;
  readonly nullable: N;
  /** The closed list of a `word`, or of the elements of `texts`. */
  readonly words: readonly W[] | null;
}

/** `[V]` keeps unions whole: a string union is one kind, not one per member. */
type FieldFor<V> = Field<[NonNullable<V>] extends [infer P] ? KindOf<P> : never, null extends V ? true : false>;

type Fields<R> = { readonly [F in keyof R]-?: FieldFor<R[F]> };

type TextFieldOf<R> = { [F in keyof R]-?: NonNullable<R[F]> extends string | number ? F : never }[keyof R] & string;

/** A unique constraint: `name` is the constraint's in SQL and in a `duplicate`. Nulls equal each other. */
export interface Unique<F extends string = string> {
  readonly name: string;
  readonly fields: readonly F[];
}

/** A foreign key. A reference with a null field refers to nothing and is fine. */
export interface Reference<F extends string = string> {
  readonly name: string;
  readonly fields: readonly F[];
  readonly table: keyof Tables;
  /** Fields of the other table, in the same order: its id (with more fields that must agree), or one unique field. */
  readonly on: readonly string[];
}

/** `revised`: updates guarded by `revision`, deletes. `replaced`: inserts and deletes. `append-only`: inserts. */
export type Life = 'revised' | 'replaced' | 'append-only';

export interface Table<T extends keyof Tables = keyof Tables> {
  /** Its name in SQL, in the schema `glidepath`. */
  readonly sql: string;
  readonly life: Life;
  readonly fields: Fields<Tables[T]>;
  readonly unique: readonly Unique<TextFieldOf<Tables[T]>>[];
  readonly references: readonly Reference<TextFieldOf<Tables[T]>>[];
  /** Fields by which lists are filtered: an index each, with the id behind it. */
  readonly indexed: readonly TextFieldOf<Tables[T]>[];
}

/** A table of whichever record, as generic code sees it. */
export interface AnyTable {
  readonly sql: string;
  readonly life: Life;
  readonly fields: Readonly<Record<string, Field>>;
  readonly unique: readonly Unique[];
  readonly references: readonly Reference[];
  readonly indexed: readonly string[];
}

function field<K extends FieldKind>(kind: K): Field<K, false> {
  return { kind, nullable: false, words: null };
}

export const text = field('text');
export const longText = field('long-text');
export const texts = field('texts');
export const instant = field('instant');
export const count = field('count');
export const amount = field('amount');
export const quantity = field('quantity');
export const boolean = field('boolean');
export const counter = field('counter');
export const json = field('json');
/** Any JSON value, null with it. */
export const anyJson: Field<'json', true> = { kind: 'json', nullable: true, words: null };

export function word<const W extends string>(...words: readonly W[]): Field<'word', false, W> {
  return { kind: 'word', nullable: false, words };
}

export function textsOf<const W extends string>(...words: readonly W[]): Field<'texts', false, W> {
  return { kind: 'texts', nullable: false, words };
}

export function orNull<K extends FieldKind, W extends string>(of: Field<K, false, W>): Field<K, true, W> {
  return { ...of, nullable: true };
}

/** `licenseTerms` → `license_terms`. */
export function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

type Foreign = { readonly table: keyof Tables; readonly on: readonly string[] };

/** Names constraints as PostgreSQL would, so that a `duplicate` reads the same from any store. */
export function unique<const F extends string>(sql: string, ...fields: readonly F[]) {
  return { name: `${sql}_${fields.map(snakeCase).join('_')}_key`, fields };
}
/** For constraints whose name would be too long for PostgreSQL. */
export function uniqueNamed<const F extends string>(name: string, ...fields: readonly F[]) {
  return { name, fields };
}
export function refers<const F extends string>(sql: string, fields: readonly F[], to: Foreign) {
  return { name: `${sql}_${fields.map(snakeCase).join('_')}_fkey`, fields, ...to };
}
export const toId = (table: keyof Tables): Foreign => ({ table, on: ['id'] });
export const toIdIn = (table: keyof Tables): Foreign => ({ table, on: ['id', 'environment'] });
export const toDigest: Foreign = { table: 'policyVersion', on: ['digest'] };
