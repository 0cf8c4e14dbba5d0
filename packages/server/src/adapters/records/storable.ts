/**
 * What a store can keep and give back unchanged, checked before anything is written, the same for every store.
 *
 * PostgreSQL keeps no NUL character and no half of a surrogate pair, and an index entry has a size: such a value comes
 * from outside, so it is a Fault (`unstorable-value`) that names the place. A value of the wrong type comes from our own
 * code, so it is a Bug.
 */
import { Bug, Fault } from '@glidepath/core';
import { isQuantity } from './quantity.ts';
import type { Field } from './shapes.ts';

/** UTF-16 units of a `text`: three of them still fit one index entry of PostgreSQL (2,704 bytes). */
export const TEXT_MAX = 256;
/** Levels of a JSON tree: what we write has a handful, and a parser's stack has an end. */
const DEPTH_MAX = 64;

/** Whether a text comes back from any store as it was. */
export function isStorableText(value: string, max = Number.POSITIVE_INFINITY): boolean {
  return value.length <= max && !value.includes('\0') && value.isWellFormed();
}

/** The value as it will be kept: a frozen copy that shares nothing with what was handed in. */
export function storedValue(field: Field, value: unknown, path: string): unknown {
  if (value === null) {
    if (!field.nullable) throw misfit(path, 'null');
    return null;
  }
  switch (field.kind) {
    case 'text':
      return storedText(value, path, TEXT_MAX);
    case 'long-text':
      return storedText(value, path, Number.POSITIVE_INFINITY);
    case 'word':
      if (typeof value !== 'string' || !field.words?.includes(value)) throw misfit(path, `not one of ${field.words?.join(', ')}`);
      return value;
    case 'texts':
      return storedTexts(field, value, path);
    case 'instant':
      if (!Number.isSafeInteger(value)) throw misfit(path, 'not an instant');
      return plainZero(value as number);
    case 'count':
      return storedCount(value, path);
    case 'amount':
      if (typeof value !== 'number' || !Number.isFinite(value) || value < 0) throw misfit(path, 'not an amount');
      return plainZero(value);
    case 'quantity':
      if (!isQuantity(value)) throw misfit(path, 'not an amount of at most six decimals');
      return plainZero(value);
    case 'boolean':
      if (typeof value !== 'boolean') throw misfit(path, 'not a boolean');
      return value;
    case 'counter':
      return storedCounter(value, path);
    case 'json':
      return storedJson(value, path, 0);
  }
}

function storedText(value: unknown, path: string, max: number): string {
  if (typeof value !== 'string') throw misfit(path, 'not a string');
  if (!isStorableText(value, max))
    throw unstorable(path, value.length > max ? `longer than ${max} characters` : 'not text that can be kept');
  return value;
}

function storedTexts(field: Field, value: unknown, path: string): readonly string[] {
  if (!Array.isArray(value)) throw misfit(path, 'not a list');
  const kept = value.map((element, index) => storedText(element, `${path}/${index}`, Number.POSITIVE_INFINITY));
  const { words } = field;
  if (words !== null && !kept.every((element) => words.includes(element))) throw misfit(path, `not of ${words.join(', ')}`);
  return Object.freeze(kept);
}

function storedCount(value: unknown, path: string): number {
  if (!Number.isSafeInteger(value) || (value as number) < 0) throw misfit(path, 'not a count');
  return plainZero(value as number);
}

function storedCounter(value: unknown, path: string): unknown {
  if (typeof value !== 'object' || value === null) throw misfit(path, 'not a counter');
  const { incarnation, count, ...others } = value as Record<string, unknown>;
  if (Object.keys(others).length > 0) throw misfit(path, 'not a counter');
  return Object.freeze({ incarnation: storedCount(incarnation, `${path}/incarnation`), count: storedCount(count, `${path}/count`) });
}

/** As JSON would carry it: a member that is undefined is absent; what JSON cannot say is a bug. */
function storedJson(value: unknown, path: string, depth: number): unknown {
  if (depth > DEPTH_MAX) throw unstorable(path, `nested deeper than ${DEPTH_MAX} levels`);
  if (value === null || typeof value === 'boolean') return value;
  if (typeof value === 'string') return storedText(value, path, Number.POSITIVE_INFINITY);
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw misfit(path, 'not a number that JSON has');
    return plainZero(value);
  }
  if (Array.isArray(value)) return Object.freeze(value.map((element, index) => storedJson(element, `${path}/${index}`, depth + 1)));
  if (!isPlainObject(value)) throw misfit(path, 'not a value that JSON has');
  const kept: [string, unknown][] = [];
  for (const [key, member] of Object.entries(value)) {
    if (member === undefined) continue;
    kept.push([storedText(key, `${path}/${key}`, Number.POSITIVE_INFINITY), storedJson(member, `${path}/${key}`, depth + 1)]);
  }
  // fromEntries defines members: one named `__proto__` is a member like any other.
  return Object.freeze(Object.fromEntries(kept));
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}

/** JSON has one zero. */
function plainZero(value: number): number {
  return value === 0 ? 0 : value;
}

function misfit(path: string, why: string): Bug {
  return new Bug(`${path}: ${why}`);
}

function unstorable(path: string, why: string): Fault {
  return new Fault('unstorable-value', `${path}: ${why}`, { retryable: false });
}
