/** Small schemas that the others are made of. What they accept, the hand-written checks in `words/` accept too. */
import { type Static, type TSchema, Type } from 'typebox';

const SAFE = Number.MAX_SAFE_INTEGER;

export const DRAFT = 'https://json-schema.org/draft/2020-12/schema';

export function text(description?: string) {
  return Type.String(about(description));
}

export function integer(description?: string) {
  return Type.Integer({ minimum: -SAFE, maximum: SAFE, ...about(description) });
}

/** Milliseconds since 1970-01-01T00:00:00Z. */
export function instant(description = 'Milliseconds since 1970-01-01T00:00:00Z.') {
  return integer(description);
}

export function natural(description?: string) {
  return Type.Integer({ minimum: 0, maximum: SAFE, ...about(description) });
}

export function amount(description?: string) {
  return Type.Number({ minimum: 0, ...about(description) });
}

export function words<const W extends readonly string[]>(list: W, description?: string) {
  return Type.Enum([...list] as W[number][], about(description));
}

export function orNull<S extends TSchema>(schema: S, description?: string) {
  return Type.Union([schema, Type.Null()], about(description));
}

/** By `additionalProperties`: TypeBox's own record is a pattern that a key with a line break does not match. */
export function map<S extends TSchema>(schema: S, description?: string) {
  return Type.Unsafe<Record<string, Static<S>>>({ type: 'object', additionalProperties: schema, ...about(description) });
}

function about(description: string | undefined): { description?: string } {
  return description === undefined ? {} : { description };
}

/** A published schema: named by its address, with the draft that it is written in. */
export function published(name: string, title: string, description: string) {
  return { $schema: DRAFT, $id: `https://glidepath.dev/schemas/v1/${name}.schema.json`, title, description };
}

export const Counter = Type.Object(
  { incarnation: natural(), count: natural() },
  { description: 'Compared by incarnation first, then count: a restore cannot turn it back.' },
);
