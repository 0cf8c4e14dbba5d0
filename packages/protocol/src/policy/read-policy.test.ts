import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nodeCrypto } from '../node/index.ts';
import { readPolicy } from './read-policy.ts';
import { READING_VIOLATIONS } from './reading-violations.ts';
import { SOURCE_BYTES_MAX } from './source-text.ts';

const EXAMPLE = readFileSync(new URL('../../../../examples/policies/build-server.yaml', import.meta.url), 'utf8');

const read = (source: string | Uint8Array) => readPolicy(source, nodeCrypto);
const found = (source: string | Uint8Array) => read(source).violations.map(({ code, line, column }) => `${line}:${column} ${code}`);

/** The violations of the example with one piece of its text replaced; the piece must be there. */
function foundWith(piece: string, replacement: string): readonly string[] {
  expect(EXAMPLE).toContain(piece);
  return found(EXAMPLE.replace(piece, replacement));
}

const bytes = (...values: readonly number[]) => Uint8Array.from(values);

describe('readPolicy', () => {
  it('gives the policy, the tree as written, and its digest', () => {
    const { policy, document, violations } = read(EXAMPLE);
    expect(violations).toEqual([]);
    expect(policy).toMatchObject({ name: 'acme-build', plans: [{ name: 'team', termMs: 31_536_000_000 }] });
    expect(document?.digest).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(document?.tree).toMatchObject({ spec: { plans: { team: { term: '1y' } } } });
  });

  it('reads bytes as it reads text, with or without a byte order mark, with either line end', () => {
    const encoder = new TextEncoder();
    const { digest } = read(EXAMPLE).document ?? {};
    for (const source of [
      encoder.encode(EXAMPLE),
      encoder.encode(`\ufeff${EXAMPLE}`),
      `\ufeff${EXAMPLE}`,
      EXAMPLE.replaceAll('\n', '\r\n'),
    ])
      expect(read(source).document?.digest).toBe(digest);
  });

  it('names the document also when the policy is not valid, but never a text that is no single tree', () => {
    expect(read('a: 1').document?.digest).toMatch(/^sha256:/);
    for (const source of ['a: 1\na: 2', 'a: .inf', 'a: !!str 1', 'a: &x 1', '"\\ud800"', '['])
      expect(read(source)).toMatchObject({ document: null, policy: null });
  });

  it('locates remarks', () => {
    expect(read(EXAMPLE).remarks.map(({ path, line, column }) => [path.at(-1), line, column])).toEqual([['renewal', 48, 3]]);
  });
});

describe('the place of a violation', () => {
  it.each([
    ['an unknown key, at the key', 'renewAt: 50%', 'renewat: 50%', ['22:26 unknown-key']],
    ['a wrong value, at the value', 'renewAt: 50%', 'renewAt: 80%', ['22:35 renew-at-too-late']],
    ['an item of a list, at the item', '- { at: 80%,  notify: warning }', '- 80%', ['36:9 wrong-type']],
    ['a missing key, at the key of the mapping that lacks it', 'tier: full\n', '\n', ['17:5 missing-key']],
    ['a missing key of an item, at the item', '{ at: 1h,   notify: warning }', '{ notify: warning }', ['32:9 missing-key']],
    [
      'a malformed name, at the key',
      '    cache:    {',
      '    Cache:    {',
      ['8:5 malformed-name', '13:54 unknown-feature', '14:44 unknown-feature'],
    ],
    ['a wrong value of no text, at its key', 'unit: min,', 'unit: ,', ['11:22 wrong-type']],
    ['a value behind characters of two code units', 'title: Remote cache }', 'title: "😀😀", lost: 7 }', ['8:36 wrong-type']],
  ])('is, for %s', (_, piece, replacement, places) => {
    expect(foundWith(piece, replacement)).toEqual(places);
  });

  it('is the place of the text for a key that is missing at the top', () => {
    expect(found('\n\n# nothing yet\n  a: 1')).toEqual([
      '4:3 unknown-key',
      '4:3 missing-key',
      '4:3 missing-key',
      '4:3 missing-key',
      '4:3 missing-key',
    ]);
  });

  it('orders violations as the text has them', () => {
    const source = EXAMPLE.replace('renewAt: 50%', 'renewAt: 80%')
      .replace('always: build', 'always: biuld')
      .replace('essential: true', 'essential: yes');
    expect(found(source)).toEqual(['6:47 wrong-type', '22:35 renew-at-too-late', '50:17 unknown-feature']);
  });

  it('works in JSON too', () => {
    const source = JSON.stringify(read(EXAMPLE).document?.tree, null, 2).replace('"50%"', '"80%"');
    expect(found(source)).toEqual(['93:22 renew-at-too-late']);
  });
});

const READING: readonly (readonly [sentence: string, source: string | Uint8Array, places: readonly string[]])[] = [
  ['bytes that are no UTF-8', bytes(0x61, 0x0a, 0xc3, 0xa4, 0xff), ['2:2 not-utf8']],
  ['UTF-16', bytes(0xff, 0xfe, 0x61, 0x00), ['1:1 not-utf8']],
  ['a text above 1 MiB', ' '.repeat(SOURCE_BYTES_MAX + 1), ['1:1 too-large']],
  ['bytes above 1 MiB', new Uint8Array(SOURCE_BYTES_MAX + 1), ['1:1 too-large']],
  ['a text of 1 MiB in two-byte characters', 'ä'.repeat(SOURCE_BYTES_MAX / 2 + 1), ['1:1 too-large']],
  ['more tokens than any policy has', '- 1\n'.repeat(150_000), ['50001:1 too-large']],
  ['a text nested without end', '['.repeat(500_000), ['1:65 too-deep']],
  ['a mapping nested without end', '{a: '.repeat(200_000), ['1:254 too-deep']],
  ['a block nested without end', '- '.repeat(500_000), ['1:128 too-deep']],
  ['a tree that core finds too deep', `${'['.repeat(40)}${']'.repeat(40)}`, ['1:33 too-deep']],
  ['half a flow', 'a: [1, 2', ['1:9 yaml-syntax']],
  ['a tab as indentation', 'a:\n\tb: 1', ['2:1 yaml-syntax']],
  ['YAML 1.1, in which yes is true', '%YAML 1.1\n---\na: yes', ['1:1 yaml-version']],
  ['YAML 1.3', '%YAML 1.3\n---\na: yes', ['1:7 yaml-syntax']],
  ['two documents', 'a: 1\n---\nb: 2', ['2:1 several-documents']],
  ['a document after the end of the first', 'a: 1\n...\nb: 2', ['3:1 several-documents']],
  ['an alias', '- &x 1\n- *x', ['1:6 anchor', '2:3 alias']],
  ['an alias of nothing', '- *x', ['1:3 alias']],
  ['a key that is a list', '? [a]\n: 1', ['1:3 key-not-text']],
  ['a key that is a number', '1: a', ['1:1 key-not-text']],
  ['a key that is nothing', ': a', ['1:1 key-not-text']],
  ['a tag that cannot be read', '!!!x', ['1:1 tag']],
];

describe('readPolicy refuses', () => {
  it.each(READING)('%s', (_, source, places) => {
    expect(found(source)).toEqual(places);
    expect(read(source)).toMatchObject({ document: null, policy: null, remarks: [] });
  });

  it.each([
    ['a key that stands twice', EXAMPLE.replace('title: Remote cache', 'title: Remote cache, "title": Cache'), ['8:38 duplicate-key']],
    ['an anchor', EXAMPLE.replace('metadata: {', 'metadata: &top {'), ['3:16 anchor']],
    ['a tag', EXAMPLE.replace('limit: 50,', 'limit: !!int 50,'), ['20:30 tag']],
    ['a merge', EXAMPLE.replace('title: Remote cache', '<<: { essential: true }, title: Remote cache'), ['8:17 merge-key']],
    ['a number that YAML reads and JSON rounds', EXAMPLE.replace('limit: 50,', 'limit: 12345678901234567890,'), ['20:24 inexact-number']],
    ['infinity', EXAMPLE.replace('limit: 50,', 'limit: .inf,'), ['20:24 not-json']],
    ['half a surrogate pair', EXAMPLE.replace('Remote cache', '"\\ud83d"'), ['8:24 ill-formed-text']],
  ])('%s, and judges the rest of the text', (_, source, places) => {
    expect(found(source)).toEqual(places);
    expect(read(source).document).toBeNull();
  });

  it('has a row above for each code of the table', () => {
    const covered = `${READING.flatMap(([, , places]) => places).join()} duplicate-key anchor tag merge-key`;
    for (const code of Object.keys(READING_VIOLATIONS)) expect(covered).toContain(code);
  });

  it('a document that explodes when its aliases are followed, without following them', () => {
    const levels = [...'abcdefghijklmnop'];
    const bomb = levels.map(
      (name, level) =>
        `${name}: &${name} [${Array(9)
          .fill(level === 0 ? 'x' : `*${levels[level - 1]}`)
          .join(', ')}]`,
    );
    expect(found(bomb.join('\n'))).toContain('2:8 alias');
  });

  it('keys of prototypes as the unknown keys that they are', () => {
    expect(found(`${EXAMPLE}  __proto__: { tiers: [] }\n  constructor: 1\n`).slice(-2)).toEqual(['63:3 unknown-key', '64:3 unknown-key']);
  });
});

describe('readPolicy, given any text', () => {
  const fragment = fc.constantFrom(
    'a',
    ': ',
    '- ',
    '\n',
    '  ',
    '{',
    '}',
    '[',
    ']',
    ',',
    '&a ',
    '*a',
    '!t ',
    '"',
    "'",
    '|',
    '>',
    '#',
    '---',
    '...',
    '%YAML 1.2',
    '? ',
    '\t',
    '\\u0000',
    '<<',
    '~',
    '1',
    '.inf',
  );

  it('never throws', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.array(fragment, { maxLength: 30 }).map((parts) => parts.join('')),
          fc.uint8Array({ maxLength: 40 }),
        ),
        (source) => {
          const { document, policy, violations } = read(source);
          expect(policy).toBeNull();
          expect(violations.length).toBeGreaterThan(0);
          if (document) expect(document.digest).toMatch(/^sha256:[0-9a-f]{64}$/);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('never throws for the example with a piece of noise in it, and finds its place within the text', () => {
    fc.assert(
      fc.property(fc.nat(EXAMPLE.length), fc.nat(20), fc.array(fragment, { maxLength: 4 }), (at, removed, parts) => {
        const source = EXAMPLE.slice(0, at) + parts.join('') + EXAMPLE.slice(at + removed);
        const lines = source.split('\n');
        for (const { line, column } of read(source).violations) {
          expect(line).toBeLessThanOrEqual(lines.length);
          expect(column).toBeLessThanOrEqual((lines[line - 1]?.length ?? 0) + 1);
        }
      }),
      { numRuns: 150 },
    );
  });
});
