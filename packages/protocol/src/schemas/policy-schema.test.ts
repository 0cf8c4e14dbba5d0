import { readdirSync, readFileSync } from 'node:fs';
import { checkPolicy } from '@glidepath/core';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { policySchema } from './policy-schema.ts';

const root = new URL('../../../../', import.meta.url);
const documents = ['examples/policies/', 'conformance/policy/valid/'].flatMap((folder) =>
  readdirSync(new URL(folder, root)).map((name) => ({ name, tree: parse(readFileSync(new URL(folder + name, root), 'utf8')) as unknown })),
);
const trees = documents.map(({ tree }) => tree);

const validate = new Ajv2020({ strict: true, strictRequired: false }).compile(policySchema);

type Path = readonly (string | number)[];

/** Values on either side of what some place allows. */
const EDGES: readonly unknown[] = [
  ...[
    null,
    true,
    0,
    -1,
    1,
    1.5,
    2 ** 53,
    9e12,
    9e12 + 1,
    [],
    {},
    [null],
    { a: 1 },
    '',
    ' ',
    '5',
    'x'.repeat(63),
    'x'.repeat(64),
    'ä'.repeat(500),
  ],
  ...[
    'full',
    'build',
    'Build',
    'none',
    'constructor',
    'loss',
    'expiry',
    'deny',
    'queue',
    'named',
    'max',
    'week',
    'term',
    'UTC',
    'info',
    'warn',
  ],
  ...['0s', '-0h', '1s', '-1d', '14d', '1000y', '1001y', '1mo', '1x leadTime', '999x leadTime', '0x leadTime'],
  ...['0%', '1%', '9%', '10%', '69%', '70%', '71%', '99%', '100%', '101%', '999%', '1000%', '1001%', '080%'],
  ...['Sat 20:00-24:00 UTC', 'Sat-Mon 23:59-00:00 Etc/GMT+5', 'Sat 20:00-25:00 UTC', 'Sat 24:00-20:00 UTC'],
];

const value = fc.oneof(fc.constantFrom(...EDGES), fc.integer(), fc.string(), fc.jsonValue({ maxDepth: 2 }));

const key = fc.constantFrom(
  'a',
  'Build',
  'seat',
  'tier',
  'at',
  'notify',
  'limits',
  'title',
  'again',
  'queue',
  'reserve',
  'unless',
  'noCliff',
  'constructor',
  'x'.repeat(64),
);

interface Mutation {
  readonly place: number;
  readonly how: 'replace' | 'remove' | 'add' | 'rename';
  readonly key: string;
  readonly value: unknown;
}

const mutation: fc.Arbitrary<Mutation> = fc.record({
  place: fc.nat(),
  how: fc.constantFrom('replace', 'replace', 'remove', 'add', 'rename'),
  key,
  value,
});

function placesOf(node: unknown, path: Path = []): readonly Path[] {
  if (typeof node !== 'object' || node === null) return [path];
  return [path, ...Object.entries(node).flatMap(([name, item]) => placesOf(item, [...path, Array.isArray(node) ? Number(name) : name]))];
}

function mutated(tree: unknown, { place, how, key, value }: Mutation): unknown {
  const copy: unknown = JSON.parse(JSON.stringify(tree));
  const places = placesOf(copy).slice(1);
  const path = places[place % places.length] ?? [];
  const holder = path.slice(0, -1).reduce<unknown>((node, name) => (node as Record<string | number, unknown>)[name], copy);
  const last = path.at(-1) ?? '';
  const target = holder as Record<string | number, unknown>;
  if (how === 'replace') target[last] = value;
  else if (how === 'add') target[Array.isArray(holder) ? holder.length : key] = value;
  else {
    if (how === 'rename' && !Array.isArray(holder)) target[key] = target[last];
    if (Array.isArray(holder)) holder.splice(Number(last), 1);
    else delete target[last];
  }
  return copy;
}

function replaced(tree: unknown, path: Path, value: unknown): unknown {
  const copy: unknown = JSON.parse(JSON.stringify(tree));
  const holder = path.slice(0, -1).reduce<unknown>((node, name) => (node as Record<string | number, unknown>)[name], copy);
  (holder as Record<string | number, unknown>)[path.at(-1) ?? ''] = value;
  return copy;
}

/** The document with every key, and its paths with one rung each, so that no other rung hides what is tried on one. */
const EVERYTHING = documents.find(({ name }) => name === 'everything.yaml')?.tree;

describe('the schema of a policy', () => {
  it('takes the examples and the valid documents of conformance', () => {
    expect(documents.length).toBeGreaterThanOrEqual(9);
    for (const tree of trees) {
      validate(tree);
      expect(validate.errors ?? []).toEqual([]);
      expect(checkPolicy(tree).violations).toEqual([]);
    }
  });

  it('refuses at each kind of place only values that the check refuses too', () => {
    const stricter: unknown[] = [];
    let refused = 0;
    for (const path of placesOf(EVERYTHING).slice(1)) {
      const present = path.reduce<unknown>((node, name) => (node as Record<string | number, unknown>)[name], EVERYTHING);
      for (const edge of EDGES.filter((value) => typeof value === typeof present || value === null || value === 1 || value === 'x')) {
        const subject = replaced(EVERYTHING, path, edge);
        if (validate(subject)) continue;
        refused++;
        if (checkPolicy(subject).violations.length === 0) stricter.push([path.join('.'), edge]);
      }
    }
    expect(refused).toBeGreaterThan(1_000);
    expect(stricter).toEqual([]);
  });

  it('refuses only what the check refuses too, whatever is changed', () => {
    let refused = 0;
    let accepted = 0;
    fc.assert(
      fc.property(fc.constantFrom(...trees), fc.array(mutation, { minLength: 1, maxLength: 2 }), (tree, mutations) => {
        const subject = mutations.reduce(mutated, tree);
        if (validate(subject)) accepted++;
        else {
          refused++;
          expect(checkPolicy(subject).violations).not.toEqual([]);
        }
      }),
      { numRuns: 300 },
    );
    expect(refused).toBeGreaterThan(50);
    expect(accepted).toBeGreaterThan(5);
  });

  it.each<readonly [string, Path, unknown]>([
    ['an unknown key', ['spec', 'plans', 'team', 'lease', 'renewat'], '50%'],
    ['a renewal past 70%', ['spec', 'plans', 'team', 'lease', 'renewAt'], '71%'],
    ['a rung that says nothing', ['spec', 'glidePath', 'expiry', 0], { at: '1d' }],
    ['a negative rung of silence', ['spec', 'glidePath', 'unreachable', 0, 'at'], '-1d'],
    ['a tier in the seats path', ['spec', 'glidePath', 'seats', 0, 'tier'], 'reduced'],
    ['a word of expect as a feature', ['spec', 'features', 'seat'], {}],
  ])('refuses %s', (_, path, value) => {
    const tree = documents.find(({ name }) => name === 'build-server.yaml')?.tree;
    expect(validate(tree)).toBe(true);
    expect(validate(replaced(tree, path, value))).toBe(false);
  });

  it('describes every key', () => {
    const silent: string[] = [];
    const visit = (node: unknown, at: string): void => {
      if (typeof node !== 'object' || node === null) return;
      const { properties } = node as { properties?: Record<string, { description?: string }> };
      for (const [name, schema] of Object.entries(properties ?? {}))
        if (!schema.description && !('$ref' in schema)) silent.push(`${at}.${name}`);
      for (const [name, item] of Object.entries(node)) visit(item, `${at}.${name}`);
    };
    visit(policySchema, '');
    expect(silent).toEqual([]);
  });
});
