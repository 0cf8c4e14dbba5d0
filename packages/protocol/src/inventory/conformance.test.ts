import { readdirSync, readFileSync } from 'node:fs';
import { INVENTORY_VIOLATIONS } from '@glidepath/core';
import { describe, expect, it } from 'vitest';
import { readInventory } from './read-inventory.ts';
import { writeInventory } from './write-inventory.ts';

interface ValidRow {
  readonly document: string;
  readonly about: string;
  readonly documents: readonly unknown[];
  readonly remarks: readonly unknown[];
}

interface InvalidRow {
  readonly document: string;
  readonly about: string;
  readonly violations: readonly { readonly code: string }[];
}

const folder = new URL('../../../../conformance/inventory/', import.meta.url);
const bytesOf = (document: string) => readFileSync(new URL(document, folder));
const rowsOf = <T>(name: string) => (JSON.parse(bytesOf(name).toString('utf8')) as { readonly rows: readonly T[] }).rows;

const valid = rowsOf<ValidRow>('valid.json');
const invalid = rowsOf<InvalidRow>('invalid.json');

describe('a valid file of conformance/inventory', () => {
  it.each(valid)('$document: $about', ({ document, documents, remarks }) => {
    const read = readInventory(bytesOf(document));
    expect(read.violations).toEqual([]);
    expect(read.documents.map(({ line, document }) => ({ line, document }))).toEqual(documents);
    expect(read.remarks.map(({ message, ...remark }) => remark)).toEqual(remarks);
  });

  it.each(valid)('$document is written and read back', ({ document }) => {
    const documents = readInventory(bytesOf(document)).documents.map((found) => found.document);
    expect(readInventory(writeInventory(documents)).documents.map((found) => found.document)).toEqual(documents);
  });
});

describe('an invalid file of conformance/inventory', () => {
  it.each(invalid)('$document: $about', ({ document, violations }) => {
    const read = readInventory(bytesOf(document));
    expect(read.violations.map(({ code, path, line, column, didYouMean }) => ({ code, path, line, column, didYouMean }))).toEqual(
      violations,
    );
  });

  it('shows each code that inventories add', () => {
    const shown = new Set(invalid.flatMap(({ violations }) => violations.map(({ code }) => code)));
    expect(Object.keys(INVENTORY_VIOLATIONS).filter((code) => !shown.has(code))).toEqual([]);
  });
});

describe('the folders of conformance/inventory', () => {
  it('hold no file without a row', () => {
    const files = ['valid', 'invalid'].flatMap((name) => readdirSync(new URL(`${name}/`, folder)).map((file) => `${name}/${file}`));
    expect(files.sort()).toEqual([...valid, ...invalid].map(({ document }) => document).sort());
  });
});
