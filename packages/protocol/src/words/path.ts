/**
 * The path inside a lease: its larger half, and the same from one renewal to the next.
 *
 * Leases are written with the path last. A signer then keeps its text, and a reader who meets the same text again takes
 * the object that it made of it before, already checked: this halves what a lease costs beside its signature, and whoever
 * compiles a path sees by identity that nothing changed. Paths are frozen, because they are shared.
 */
import type { PathTerms } from '@glidepath/core';
import { asciiJson } from './ascii-json.ts';
import { amount, type Check, fields, integer, list, natural, oneOf, orNull, record, text } from './check.ts';

const severity = oneOf('info', 'warning', 'critical');
const rungs = list(fields({ at: integer }, { tier: natural, notify: severity }));
const shareRungs = list(fields({ percent: natural }, { tier: natural, notify: severity }));

const checkShape = fields({
  features: list(fields({ name: text, title: text, lost: orNull(text) })),
  tiers: list(fields({ name: text, features: list(text), limits: record(amount) })),
  timed: fields({}, { expiry: rungs, unreachable: rungs, suspended: rungs, revoked: rungs, trust: rungs, identity: rungs, clock: rungs }),
  seats: shareRungs,
  quota: record(shareRungs),
});

/** The path that was read last, and how the text of a lease ends that has it. */
let known: { readonly path: PathTerms; readonly ending: string } | null = null;

const written = new WeakMap<PathTerms, string>();

function isKnown(value: unknown): boolean {
  return known !== null && value === known.path;
}

export const checkPath: Check = (value) => (isKnown(value) ? null : checkShape(value));

/** True when no rung lies past the last tier, which a shape cannot say. */
export function hasItsTiers(path: PathTerms): boolean {
  if (isKnown(path)) return true;
  const { tiers, timed, seats, quota } = path;
  const paths = [...Object.values(timed), seats, ...Object.values(quota)];
  return paths.every((rungs) => rungs.every((rung) => rung.tier === undefined || rung.tier < tiers.length));
}

function endingOf(path: PathTerms): string {
  return `,"path":${asciiJson(path)}}`;
}

/** The claims of a lease as JSON, with the path last. The path is frozen from then on. */
export function writeLease(claims: { readonly path: PathTerms }): string {
  const { path } = claims;
  const ending = written.get(path) ?? endingOf(path);
  if (!written.has(path)) written.set(freeze(path), ending);
  return asciiJson({ ...claims, path: undefined }).slice(0, -1) + ending;
}

/**
 * What `JSON.parse` gives; throws as it does.
 *
 * Text that ends as a lease with the known path did is read without that ending. What is left is an object of its own
 * exactly when the ending was the last member of the whole: were it inside a text or a deeper object, closing it here
 * would not be JSON.
 */
export function readLease(json: string): unknown {
  if (known !== null && json.endsWith(known.ending)) {
    return Object.assign(JSON.parse(`${json.slice(0, -known.ending.length)}}`), { path: known.path });
  }
  const claims: unknown = JSON.parse(json);
  remember(json, claims);
  return claims;
}

function remember(json: string, claims: unknown): void {
  if (typeof claims !== 'object' || claims === null || !('path' in claims) || checkShape(claims.path) !== null) return;
  const path = claims.path as PathTerms;
  const ending = endingOf(path);
  if (json.endsWith(ending) && hasItsTiers(path)) known = { path: freeze(path), ending };
}

function freeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  for (const part of Object.values(value)) freeze(part);
  return Object.freeze(value);
}
