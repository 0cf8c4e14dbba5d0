/**
 * Reading an arbitrary tree against a shape, without ever stopping at the first violation.
 *
 * A reader gets a place in the document and gives what it read, or undefined after it has said what is wrong there. Parts
 * that could not be read stay undefined, so that the rules between parts can pass over them: one mistake, one violation.
 */
import { nearest } from './nearest.ts';
import type { Violation } from './policy.ts';
import { keyViolation, type ViolationCode, valueViolation } from './violation.ts';

export type Path = Violation['path'];

/** A place in the document: what is there, the way to it, and where violations go. */
export interface Place {
  readonly value: unknown;
  readonly path: Path;
  readonly refuse: (violation: Violation) => void;
}

export type Reader<T> = (place: Place) => T | undefined;

export interface Field<T> {
  readonly read: Reader<T>;
  readonly isMandatory: boolean;
}

export type Shape = Readonly<Record<string, Field<unknown>>>;

/** What a mapping of that shape gave: undefined for a key that is absent or was refused. */
export type Entry<S extends Shape> = { readonly [K in keyof S]: S[K] extends Field<infer T> ? T | undefined : never } & {
  readonly path: Path;
  /** The keys that are written, whether or not their values could be read. */
  readonly keys: ReadonlySet<string>;
};

/** An item of a mapping whose keys are names that the author chose. */
export interface Named<T> {
  readonly name: string;
  readonly path: Path;
  readonly item: T | undefined;
}

export interface Bounds {
  readonly atLeast: number;
  readonly atMost: number;
}

export function must<T>(read: Reader<T>): Field<T> {
  return { read, isMandatory: true };
}

export function may<T>(read: Reader<T>): Field<T> {
  return { read, isMandatory: false };
}

/** Refuses what is at a place: `expected` completes "expected …". */
export function refuseValue(place: Place, code: ViolationCode, message: string, expected: string, didYouMean: string | null = null): void {
  place.refuse(valueViolation(code, place.path, message, describe(place.value), expected, didYouMean));
}

/** Refuses the key that leads to a place. */
export function refuseKey(place: Place, code: ViolationCode, message: string, expected: string, didYouMean: string | null = null): void {
  place.refuse(keyViolation(code, place.path, message, describe(place.path.at(-1)), expected, didYouMean));
}

/** A mapping with known keys; any other key is a violation, because a misspelt key would silently be a default. */
export function mapping<S extends Shape>(shape: S): Reader<Entry<S>> {
  const known = Object.keys(shape);
  return (place) => {
    const tree = mappingAt(place);
    if (!tree) return undefined;
    const keys = new Set(Object.keys(tree));
    for (const key of keys) {
      if (Object.hasOwn(shape, key)) continue;
      const didYouMean = nearest(
        key,
        known.filter((name) => !keys.has(name)),
      );
      refuseKey(child(place, key, null), 'unknown-key', `nothing reads \`${shown(key)}\` here`, oneOfThese(known), didYouMean);
    }
    const entry: Record<string, unknown> = { path: place.path, keys };
    for (const [key, field] of Object.entries(shape)) {
      if (keys.has(key)) entry[key] = field.read(child(place, key, tree[key]));
      else if (field.isMandatory) refuseMissing(place, key);
    }
    return entry as Entry<S>;
  };
}

/** A mapping whose keys the author chose; `readKey` judges each key, and the item is read whatever it says. */
export function namedItems<T>(readKey: (place: Place, name: string) => void, read: Reader<T>, bounds: Bounds): Reader<readonly Named<T>[]> {
  return (place) => {
    const tree = mappingAt(place);
    if (!tree) return undefined;
    const entries = Object.entries(tree);
    if (!isWithin(place, entries.length, bounds)) return undefined;
    return entries.map(([name, value]) => {
      const at = child(place, name, value);
      readKey(at, name);
      return { name, path: at.path, item: read(at) };
    });
  };
}

/** A list; an item that was refused is undefined in it, so that positions stay. */
export function list<T>(read: Reader<T>, bounds: Bounds): Reader<readonly (T | undefined)[]> {
  return (place) => {
    if (!Array.isArray(place.value)) {
      refuseValue(place, 'wrong-type', 'this must be a list', 'a list');
      return undefined;
    }
    if (!isWithin(place, place.value.length, bounds)) return undefined;
    return Array.from(place.value, (value: unknown, index) => read(child(place, index, value)));
  };
}

/** How a value looks in a message: short, on one line, with nothing in it that a terminal acts on. */
export function describe(value: unknown): string {
  if (value === null) return 'nothing';
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === 'object') return `a mapping of ${Object.keys(value).length}`;
  if (typeof value === 'string') return printable(JSON.stringify(cut(value, SHOWN_MAX)));
  return shown(String(value));
}

/** The key or text, cut to `most` characters, with control and direction characters made visible. */
export function shown(text: string, most = SHOWN_MAX): string {
  return printable(cut(text, most));
}

const SHOWN_MAX = 60;

function cut(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}

function printable(text: string): string {
  return text.replace(UNPRINTABLE, (character) => `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`);
}

export function oneOfThese(words: readonly string[]): string {
  if (words.length === 0) return 'nothing: there is none';
  // A name that is empty is a mistake of its own; here it must still be seen.
  const names = words.slice(0, 12).map((word) => (word === '' ? '""' : shown(word)));
  const listed = `${names.join(', ')}${words.length > names.length ? ', …' : ''}`;
  return words.length === 1 ? listed : `one of ${listed}`;
}

/** Control, format (direction, zero width), line-separating and lone surrogate characters. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

export function child(place: Place, key: string | number, value: unknown): Place {
  return { value, path: [...place.path, key], refuse: place.refuse };
}

/** The mapping at a place, or a violation. */
export function mappingAt(place: Place): Readonly<Record<string, unknown>> | undefined {
  if (typeof place.value === 'object' && place.value !== null && !Array.isArray(place.value))
    return place.value as Readonly<Record<string, unknown>>;
  refuseValue(place, 'wrong-type', 'this must be a mapping', 'a mapping, `{}` for an empty one');
  return undefined;
}

function refuseMissing(place: Place, key: string): void {
  place.refuse(valueViolation('missing-key', [...place.path, key], `\`${key}\` is mandatory here`, 'no such key', `\`${key}\``));
}

/** Whether so many items are within bounds; a violation otherwise. */
export function isWithin(place: Place, count: number, { atLeast, atMost }: Bounds): boolean {
  if (count < atLeast) refuseValue(place, 'too-few-items', 'too little is listed here', `at least ${atLeast}`);
  else if (count > atMost) refuseValue(place, 'too-many-items', 'too much is listed here', `at most ${atMost}`);
  else return true;
  return false;
}
