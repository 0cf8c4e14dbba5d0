import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ACME } from './acme-fixture.ts';
import { type CheckedPolicy, checkPolicy } from './check-policy.ts';
import type { Path } from './reading.ts';
import { POLICY_VIOLATIONS } from './violation.ts';

const HOSTILE_KEYS = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  'toJSON',
  'then',
  '',
  ' ',
  '\u0000',
  '\ud800',
  '0',
  'length',
];

const KEYS = [
  ...HOSTILE_KEYS,
  'apiVersion',
  'spec',
  'tiers',
  'tier',
  'at',
  'notify',
  'limits',
  'name',
  'features',
  'full',
  'essential',
  'x'.repeat(70),
];

/** Values that mean something somewhere in a policy, so that mutations get past the first check. */
const WORDS = [
  'full',
  'reduced',
  'essential',
  'build',
  'deny',
  'queue',
  'floating',
  '14d',
  '-60d',
  '0h',
  '80%',
  '70%',
  '71%',
  '2x leadTime',
  'warning',
  'UTC',
];

const leaf = fc.oneof(
  fc.constantFrom(...WORDS, ...HOSTILE_KEYS),
  fc.constantFrom(null, true, false, 0, -0, -1, 1, 1.5, 1e21, Number.NaN, 2 ** 53),
  fc.string({ unit: 'binary' }),
  fc.integer(),
);

/** JSON with own keys that a careless reader would take for inherited ones. */
const { tree } = fc.letrec((tie) => ({
  tree: fc.oneof(
    { maxDepth: 5 },
    leaf,
    fc.array(tie('tree'), { maxLength: 4 }),
    fc.array(fc.tuple(fc.constantFrom(...KEYS), tie('tree')), { maxLength: 5 }).map((entries) => mappingOf(entries)),
  ),
}));

type Mutation = readonly [place: number, kind: 'replace' | 'remove' | 'rename' | 'add', key: string, value: unknown];

const mutation: fc.Arbitrary<Mutation> = fc.tuple(
  fc.nat(),
  fc.constantFrom('replace', 'replace', 'remove', 'rename', 'add'),
  fc.constantFrom(...KEYS),
  fc.oneof(leaf, tree),
);

function mappingOf(entries: readonly (readonly [string, unknown])[]): object {
  const mapping = {};
  for (const [key, value] of entries) Object.defineProperty(mapping, key, { value, enumerable: true, writable: true, configurable: true });
  return mapping;
}

function placesOf(node: unknown, path: Path = []): readonly Path[] {
  if (typeof node !== 'object' || node === null) return [path];
  const items: readonly (readonly [string | number, unknown])[] = Array.isArray(node) ? [...node.entries()] : Object.entries(node);
  return [path, ...items.flatMap(([key, item]) => placesOf(item, [...path, key]))];
}

function mutated(node: unknown, [place, kind, key, value]: Mutation): unknown {
  const places = placesOf(node);
  return at(node, places[place % places.length] ?? []);

  function at(current: unknown, path: Path): unknown {
    const [head, ...rest] = path;
    if (head === undefined) return kind === 'add' && isMapping(current) ? mappingOf([...Object.entries(current), [key, value]]) : value;
    if (Array.isArray(current)) {
      if (rest.length === 0 && kind === 'remove') return current.filter((_, index) => index !== head);
      return current.map((item, index) => (index === head ? at(item, rest) : item));
    }
    const entries = Object.entries(current as object).flatMap(([name, item]): (readonly [string, unknown])[] => {
      if (name !== head) return [[name, item]];
      if (rest.length === 0 && kind === 'remove') return [];
      return rest.length === 0 && kind === 'rename' ? [[key, item]] : [[name, at(item, rest)]];
    });
    return mappingOf(entries);
  }
}

function isMapping(node: unknown): node is object {
  return typeof node === 'object' && node !== null && !Array.isArray(node);
}

function reversed(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(reversed);
  if (!isMapping(node)) return node;
  return mappingOf(
    Object.entries(node)
      .reverse()
      .map(([key, item]) => [key, reversed(item)]),
  );
}

/** The number of keys of the path that lead somewhere in the tree. */
function reach(node: unknown, path: Path): number {
  let current = node;
  for (const [depth, key] of path.entries()) {
    if (typeof current !== 'object' || current === null || !Object.hasOwn(current, key)) return depth;
    current = (current as Record<string | number, unknown>)[key];
  }
  return path.length;
}

function isSound(checked: CheckedPolicy, subject: unknown): void {
  expect(checked.policy === null).toBe(checked.violations.length > 0);
  for (const { code, path, subject: meant, message, found, expected } of checked.violations) {
    expect(Object.keys(POLICY_VIOLATIONS)).toContain(code);
    // What is missing may be two keys away: a limit in a tier that has no limits.
    expect(reach(subject, path)).toBeGreaterThanOrEqual(meant === 'key' ? path.length : path.length - 2);
    for (const sentence of [message, found, expected]) expect(sentence).toMatch(/^[^\p{Cc}\p{Cf}\p{Cs}]+$/u);
  }
}

const codesAndPaths = ({ violations }: CheckedPolicy) => violations.map(({ code, path }) => `${code} ${JSON.stringify(path)}`).sort();

describe('checkPolicy, given any tree', () => {
  it('never throws, and either has a policy or says why not', () => {
    fc.assert(
      fc.property(tree, (subject) => isSound(checkPolicy(subject), subject)),
      { numRuns: 200 },
    );
  });

  it('never throws for the policy of the design with a few places changed', () => {
    fc.assert(
      fc.property(fc.array(mutation, { minLength: 1, maxLength: 4 }), (mutations) => {
        const subject = mutations.reduce<unknown>(mutated, ACME);
        isSound(checkPolicy(subject), subject);
      }),
      // A meter whose name is empty, and quotas that look for the name that it had.
      { numRuns: 600, examples: [[[[81157796, 'rename', '', 0]]]] },
    );
  });

  it('finds the same whatever the order of keys', () => {
    fc.assert(
      fc.property(fc.array(mutation, { maxLength: 3 }), (mutations) => {
        const subject = mutations.reduce<unknown>(mutated, ACME);
        expect(codesAndPaths(checkPolicy(reversed(subject)))).toEqual(codesAndPaths(checkPolicy(subject)));
      }),
      { numRuns: 200 },
    );
  });

  it('leaves the tree as it was', () => {
    const before = JSON.stringify(ACME);
    checkPolicy(ACME);
    expect(JSON.stringify(ACME)).toBe(before);
  });
});
