import { readdirSync, readFileSync } from 'node:fs';
import { HELD_POLICY_DOCUMENT, POLICY_VIOLATIONS } from '@glidepath/core';
import { describe, expect, it } from 'vitest';
import { nodeCrypto } from '../node/index.ts';
import { canonicalize } from './digest.ts';
import { readPolicy } from './read-policy.ts';
import { READING_VIOLATIONS } from './reading-violations.ts';

interface ValidRow {
  readonly document: string;
  readonly about: string;
  readonly digest: string;
  readonly canonical: string;
  readonly remarks: readonly unknown[];
}

interface InvalidRow {
  readonly document: string;
  readonly about: string;
  readonly violations: readonly { readonly code: string }[];
}

const folder = new URL('../../../../conformance/policy/', import.meta.url);
const bytesOf = (document: string) => readFileSync(new URL(document, folder));
const rowsOf = <T>(name: string) => (JSON.parse(bytesOf(name).toString('utf8')) as { readonly rows: readonly T[] }).rows;

const valid = rowsOf<ValidRow>('valid.json');
const invalid = rowsOf<InvalidRow>('invalid.json');

describe('a valid document of conformance/policy', () => {
  it.each(valid)('$document: $about', ({ document, digest, canonical, remarks }) => {
    const read = readPolicy(bytesOf(document), nodeCrypto);
    expect(read.violations).toEqual([]);
    expect(read.policy).not.toBeNull();
    expect(canonicalize(read.document?.tree)).toBe(canonical);
    expect(read.document?.digest).toBe(digest);
    expect(read.remarks.map(({ message, ...remark }) => remark)).toEqual(remarks);
  });

  it.each(valid)('$document has the same digest in its canonical form', ({ canonical, digest }) => {
    expect(readPolicy(canonical, nodeCrypto).document?.digest).toBe(digest);
  });

  it('is the built-in policy, too', () => {
    expect(JSON.parse(bytesOf('valid/held.json').toString('utf8'))).toEqual(HELD_POLICY_DOCUMENT);
  });
});

describe('an invalid document of conformance/policy', () => {
  it.each(invalid)('$document: $about', ({ document, violations }) => {
    const read = readPolicy(bytesOf(document), nodeCrypto);
    expect(read.violations.map(({ code, path, line, column, didYouMean }) => ({ code, path, line, column, didYouMean }))).toEqual(
      violations,
    );
    expect(read.policy).toBeNull();
  });

  it('shows each code that there is, but the one that needs a megabyte', () => {
    const shown = new Set(invalid.flatMap(({ violations }) => violations.map(({ code }) => code)));
    const codes = [...Object.keys(POLICY_VIOLATIONS), ...Object.keys(READING_VIOLATIONS)];
    expect(codes.filter((code) => !shown.has(code))).toEqual(['too-large', 'too-large']);
  });
});

describe('the folders of conformance/policy', () => {
  it('hold no document without a row', () => {
    const rows = [...valid, ...invalid].map(({ document }) => document).filter((document) => !document.startsWith('..'));
    const files = ['valid', 'invalid'].flatMap((name) => readdirSync(new URL(`${name}/`, folder)).map((file) => `${name}/${file}`));
    expect(files.sort()).toEqual(rows.sort());
    expect(invalid.length).toBeGreaterThanOrEqual(40);
  });
});
