/**
 * Whether a tree is one that JSON can say: what is not would have no canonical bytes, and so no digest.
 *
 * Runs before everything else, so that no reader meets a cycle, a depth without end or a number that another language
 * reads differently. Iterative: a tree of any depth is looked at without a deep stack.
 */
import type { Violation } from './policy.ts';
import { describe, type Path } from './reading.ts';
import type { PolicyViolationCode } from './violation.ts';

/** A policy is 8 deep; what a test says may be a little deeper. */
export const DEPTH_MAX = 32;

/** More than any document of 1 MiB holds; a tree beyond it shares branches in order to explode. */
export const NODES_MAX = 1_000_000;

interface Visit {
  readonly value: unknown;
  readonly path: Path;
}

/** Everything in the tree that JSON cannot say, or not exactly. */
export function notJson(tree: unknown): readonly Violation[] {
  const violations: Violation[] = [];
  const waiting: Visit[] = [{ value: tree, path: [] }];
  let nodes = 0;
  for (let visit = waiting.pop(); visit && violations.length < FLAWS_MAX; visit = waiting.pop()) {
    const { value, path } = visit;
    nodes += Array.isArray(value) ? value.length : 1;
    const flaw = nodes > NODES_MAX ? TOO_LARGE : flawOf(value, path.length);
    if (flaw) violations.push({ ...flaw, path, subject: 'value', found: describe(value), didYouMean: null });
    if (flaw === TOO_LARGE) break;
    if (flaw || typeof value !== 'object' || value === null) continue;
    const items: [string | number, unknown][] = Array.isArray(value)
      ? Array.from(value, (item, index) => [index, item])
      : Object.entries(value);
    for (const [key, item] of items.reverse()) {
      if (typeof key === 'string' && !key.isWellFormed())
        violations.push({ ...ILL_FORMED, path: [...path, key], subject: 'key', found: describe(key), didYouMean: null });
      waiting.push({ value: item, path: [...path, key] });
    }
  }
  return violations;
}

const FLAWS_MAX = 100;

interface Flaw {
  readonly code: PolicyViolationCode;
  readonly message: string;
  readonly expected: string;
}

const ILL_FORMED: Flaw = { code: 'ill-formed-text', message: 'this text has half of a surrogate pair', expected: 'well-formed Unicode' };

const NOT_JSON: Flaw = {
  code: 'not-json',
  message: 'JSON cannot say this',
  expected: 'a mapping, a list, text, a number, true, false or null',
};

const TOO_LARGE: Flaw = { code: 'too-large', message: 'this holds too much', expected: `at most ${NODES_MAX} values in all` };

function flawOf(value: unknown, depth: number): Flaw | null {
  switch (typeof value) {
    case 'string':
      return value.isWellFormed() ? null : ILL_FORMED;
    case 'boolean':
      return null;
    case 'number':
      if (!Number.isFinite(value)) return NOT_JSON;
      return Number.isInteger(value) && !Number.isSafeInteger(value)
        ? { code: 'inexact-number', message: 'this number is not exact in every language', expected: 'at most 9007199254740991' }
        : null;
    case 'object':
      if (value === null) return null;
      if (!isPlain(value)) return NOT_JSON;
      return depth < DEPTH_MAX ? null : { code: 'too-deep', message: 'this is nested too deeply', expected: `at most ${DEPTH_MAX} levels` };
    default:
      return NOT_JSON;
  }
}

/** A list, or an object of no class of its own, from whichever realm: a Date looks empty and writes itself as text. */
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return Array.isArray(value) || prototype === null || Object.getPrototypeOf(prototype) === null;
}
