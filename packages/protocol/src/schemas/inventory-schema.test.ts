import { readdirSync, readFileSync } from 'node:fs';
import { checkInventory } from '@glidepath/core';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { inventorySchema } from './inventory-schema.ts';

const folder = new URL('../../../../conformance/inventory/valid/', import.meta.url);
const trees = readdirSync(folder)
  .flatMap((name) => parseAllDocuments(readFileSync(new URL(name, folder), 'utf8')).map((document) => document.toJS() as unknown))
  .filter((tree) => tree !== null);
const validate = new Ajv2020({ strict: true, strictRequired: false }).compile(inventorySchema);

type Path = readonly (string | number)[];

function placesOf(node: unknown, path: Path = []): readonly Path[] {
  if (typeof node !== 'object' || node === null) return [path];
  return [path, ...Object.entries(node).flatMap(([name, item]) => placesOf(item, [...path, Array.isArray(node) ? Number(name) : name]))];
}

function replaced(tree: unknown, path: Path, change: (holder: Record<string | number, unknown>, last: string | number) => void): unknown {
  const copy: unknown = JSON.parse(JSON.stringify(tree));
  const holder = path.slice(0, -1).reduce<unknown>((node, name) => (node as Record<string | number, unknown>)[name], copy);
  change(holder as Record<string | number, unknown>, path.at(-1) ?? '');
  return copy;
}

/** Values on either side of what some place allows. */
const EDGES: readonly unknown[] = [
  ...[
    null,
    true,
    false,
    0,
    -1,
    1,
    1.5,
    100,
    101,
    1e12,
    1e13,
    2 ** 53,
    [],
    {},
    [null],
    ['a'],
    { a: 1 },
    '',
    ' ',
    'x'.repeat(500),
    'x'.repeat(501),
  ],
  ...[
    'a',
    'A',
    'constructor',
    '0h',
    '1s',
    '9s',
    '10s',
    '31d',
    '32d',
    '-1d',
    '2027-03-31',
    '2027-13-01',
    '2027-03-31T24:00:00Z',
    '1969-12-31',
  ],
  ...[
    '9999-12-31',
    '2027-03-31T12:00:00.1234Z',
    'EUR',
    'eur',
    'UTC',
    'file:/x',
    'file:',
    'file: x',
    'vault:x',
    'env:A',
    'ftp:x',
    'year',
    'flexlm',
    'slack',
  ],
];

describe('the schema of inventory documents', () => {
  it('takes the valid documents of conformance', () => {
    expect(trees.length).toBeGreaterThan(5);
    for (const tree of trees) {
      validate(tree);
      expect(validate.errors ?? []).toEqual([]);
      expect(checkInventory(tree).violations).toEqual([]);
    }
  });

  it('refuses at each place only what the check refuses too', () => {
    const stricter: unknown[] = [];
    let refused = 0;
    for (const tree of trees)
      for (const path of placesOf(tree).slice(1)) {
        const changes = [
          ...EDGES.map((edge) => replaced(tree, path, (holder, last) => Object.assign(holder, { [last]: edge }))),
          replaced(tree, path, (holder, last) => delete holder[last]),
        ];
        for (const subject of changes) {
          if (validate(JSON.parse(JSON.stringify(subject)))) continue;
          refused++;
          if (checkInventory(JSON.parse(JSON.stringify(subject))).violations.length === 0) stricter.push([path.join('.'), subject]);
        }
      }
    expect(refused).toBeGreaterThan(1_000);
    expect(stricter).toEqual([]);
  });
});
