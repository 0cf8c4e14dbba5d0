/**
 * Reads what a caller sent: bytes to text to JSON to a checked value, and says exactly what is wrong with it.
 *
 * Every error names where, what was found, what was expected, and the nearest known key. Text that a store or a terminal
 * could choke on (NUL, lone surrogates) is refused here once, so that no command meets it.
 */
import { describeValue, nearest, shown } from '@glidepath/core';
import type { InputError } from '@glidepath/protocol';
import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import type { TSchema } from 'typebox';

export type Input<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly errors: readonly InputError[] };

const ERRORS_MAX = 50;
/** No body of ours nests deeper than a handful. */
const DEPTH_MAX = 32;
const options = { allErrors: true, strict: false, verbose: true, ownProperties: true } as const;
const bodies = new Ajv2020(options);
/** Query strings are text: numbers and booleans are read from it. */
const queries = new Ajv2020({ ...options, coerceTypes: true, useDefaults: true });
const compiled = new WeakMap<TSchema, ValidateFunction>();

export function decodeText(body: Uint8Array | string | undefined): Input<string> {
  if (body === undefined) return { ok: true, value: '' };
  try {
    return { ok: true, value: typeof body === 'string' ? body : new TextDecoder('utf-8', { fatal: true }).decode(body) };
  } catch {
    return wrong('', 'bytes that are not UTF-8', 'text in UTF-8');
  }
}

export function parseJson(text: string): Input<unknown> {
  try {
    const value: unknown = JSON.parse(text);
    const bad = hostileText(value, '');
    return bad === null ? { ok: true, value } : { ok: false, errors: [bad] };
  } catch (error) {
    return wrong('', text.trim() === '' ? 'nothing' : 'text that is not JSON', `JSON (${describeSyntax(error)})`);
  }
}

/** Checks against a schema. A query's value may differ from what came in: its numbers are read from text. */
export function checkInput(schema: TSchema, value: unknown, where: 'body' | 'query'): Input<unknown> {
  let validate = compiled.get(schema);
  if (validate === undefined) {
    validate = (where === 'query' ? queries : bodies).compile(schema);
    compiled.set(schema, validate);
  }
  if (validate(value)) return { ok: true, value };
  const errors = withoutUnionNoise(validate.errors ?? []);
  return { ok: false, errors: errors.slice(0, ERRORS_MAX).map((error) => inputError(error, where)) };
}

/** The first text, anywhere in a value, that cannot be stored or shown as it is; null when there is none. */
export function hostileText(value: unknown, root: string): InputError | null {
  const left: { value: unknown; path: string; depth: number }[] = [{ value, path: root, depth: 0 }];
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    if (typeof next.value === 'string' && !isStorable(next.value)) {
      return { path: next.path, found: 'a NUL or half a character', expected: 'whole Unicode text' };
    }
    if (typeof next.value !== 'object' || next.value === null) continue;
    if (next.depth > DEPTH_MAX) return { path: next.path.slice(0, 80), found: 'deep nesting', expected: `at most ${DEPTH_MAX} levels` };
    for (const [key, item] of Object.entries(next.value)) {
      if (!isStorable(key) || key === '__proto__')
        return { path: next.path, found: `the key ${describeValue(key)}`, expected: 'a usable key' };
      left.push({ value: item, path: `${next.path}/${pointer(key)}`, depth: next.depth + 1 });
    }
  }
  return null;
}

export function isStorable(text: string): boolean {
  return !text.includes('\u0000') && text.isWellFormed();
}

function wrong(path: string, found: string, expected: string): { ok: false; errors: readonly InputError[] } {
  return { ok: false, errors: [{ path, found, expected }] };
}

function describeSyntax(error: unknown): string {
  return error instanceof Error ? error.message.slice(0, 120) : 'unreadable';
}

/** A union that fails reports every branch: kept is the union itself where all branches failed at the same place. */
function withoutUnionNoise(errors: readonly ErrorObject[]): readonly ErrorObject[] {
  const unions = errors.filter(({ keyword }) => keyword === 'anyOf' || keyword === 'oneOf');
  return errors.filter((error) => {
    const union = unions.find((candidate) => candidate !== error && error.schemaPath.startsWith(`${candidate.schemaPath}/`));
    if (union !== undefined) return error.instancePath !== union.instancePath;
    const isUnion = unions.includes(error);
    const inside = errors.some(
      (e) => e !== error && e.schemaPath.startsWith(`${error.schemaPath}/`) && e.instancePath !== error.instancePath,
    );
    return !isUnion || !inside;
  });
}

function inputError(error: ErrorObject, where: 'body' | 'query'): InputError {
  const at = (path: string) => (where === 'query' ? `query${path}` : path);
  switch (error.keyword) {
    case 'additionalProperties':
    case 'unevaluatedProperties': {
      const key = String(error.params.additionalProperty ?? error.params.unevaluatedProperty);
      const known = Object.keys(isRecord(error.parentSchema?.properties) ? error.parentSchema.properties : {});
      const expected = known.length === 0 ? 'no keys' : `one of ${known.join(', ')}`;
      const path = at(`${cleanPath(error.instancePath)}/${pointer(key)}`);
      return { path, found: `unknown key ${describeValue(key)}`, expected, didYouMean: nearest(key, known) };
    }
    case 'required': {
      const key = String(error.params.missingProperty);
      const schema = isRecord(error.parentSchema?.properties) ? error.parentSchema.properties[key] : undefined;
      return {
        path: at(`${cleanPath(error.instancePath)}/${pointer(key)}`),
        found: 'nothing',
        expected: expectation(schema),
        didYouMean: null,
      };
    }
    default: {
      const words = wordsOf(error.parentSchema);
      const didYouMean = typeof error.data === 'string' && words.length > 0 ? nearest(error.data, words) : null;
      return {
        path: at(cleanPath(error.instancePath)),
        found: describeValue(error.data),
        expected: expectation(error.parentSchema),
        didYouMean,
      };
    }
  }
}

function wordsOf(schema: unknown): readonly string[] {
  if (!isRecord(schema)) return [];
  if (Array.isArray(schema.enum)) return schema.enum.filter((word) => typeof word === 'string');
  if (typeof schema.const === 'string') return [schema.const];
  const branches = schema.anyOf ?? schema.oneOf;
  return Array.isArray(branches) ? branches.flatMap(wordsOf) : [];
}

/** What a schema asks for, in words: its own description where it has one. */
function expectation(schema: unknown): string {
  if (!isRecord(schema)) return 'a value';
  if (typeof schema.description === 'string') return schema.description;
  const branches = schema.anyOf ?? schema.oneOf;
  if (Array.isArray(branches)) return [...new Set(branches.map(expectation))].join(' or ');
  if (Array.isArray(schema.enum)) return `one of ${schema.enum.map(String).join(', ')}`;
  if ('const' in schema) return JSON.stringify(schema.const);
  const bounds = ['minimum', 'maximum', 'minLength', 'maxLength', 'minItems', 'maxItems', 'pattern', 'format'].flatMap((word) =>
    schema[word] === undefined ? [] : [`${word} ${String(schema[word])}`],
  );
  const type = Array.isArray(schema.type) ? schema.type.join(' or ') : String(schema.type ?? 'value');
  return bounds.length === 0 ? type : `${type} (${bounds.join(', ')})`;
}

/** A pointer of Ajv's may go through keys that a caller chose. */
function cleanPath(path: string): string {
  return path
    .split('/')
    .map((part) => shown(part))
    .join('/');
}

/** A key as part of a JSON pointer, with nothing in it that a terminal acts on. */
function pointer(key: string): string {
  return shown(key).replaceAll('~', '~0').replaceAll('/', '~1');
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
