import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { nodeCrypto } from '../node/index.ts';
import { canonicalize, digestOf } from './digest.ts';
import { readPolicy } from './read-policy.ts';

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 8 }),
  fc.string({ maxLength: 8 }),
  fc.constantFrom(
    '',
    ' ',
    '<<',
    '=',
    '~',
    'null',
    'yes',
    'no',
    'on',
    '1',
    '1e3',
    '0x1F',
    '1_000',
    '12:30',
    '2001-01-01',
    '- a',
    'a: b',
    '#x',
    '---',
    '...',
    '\u2028',
    '\u0085',
    '\t',
    '\n',
    'a\n\n b\n',
    '"',
    "'",
    '__proto__',
    '*a',
    '&a',
    '!t',
    '|',
    '%',
  ),
);

/** Plain `<<` before a mapping is refused: it was meant to merge. */
const key = text.filter((name) => name !== '<<');

const number = fc.oneof(
  fc.integer(),
  fc.maxSafeInteger(),
  fc.double({ noNaN: true, noDefaultInfinity: true }).filter((value) => !Number.isInteger(value) || Number.isSafeInteger(value)),
);

const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4 },
    fc.oneof(text, number, fc.boolean(), fc.constant(null)),
    fc.array(tie('tree'), { maxLength: 4 }),
    fc.uniqueArray(fc.tuple(key, tie('tree')), { maxLength: 5, selector: ([key]) => key }).map(mappingOf),
  ),
}));

/** Defines rather than assigns, so that `__proto__` is a key of its own. */
function mappingOf(entries: readonly (readonly [string, unknown])[]): object {
  const mapping = {};
  for (const [key, value] of entries) Object.defineProperty(mapping, key, { value, enumerable: true, writable: true, configurable: true });
  return mapping;
}

function shuffled(node: unknown, turn: number): unknown {
  if (Array.isArray(node)) return node.map((item) => shuffled(item, turn));
  if (typeof node !== 'object' || node === null) return node;
  const entries = Object.entries(node).map(([key, item]) => [key, shuffled(item, turn)] as const);
  const cut = entries.length === 0 ? 0 : turn % entries.length;
  return mappingOf([...entries.slice(cut), ...entries.slice(0, cut)].reverse());
}

const digestOfText = (source: string) => {
  const read = readPolicy(source, nodeCrypto);
  return read.document?.digest ?? read.violations;
};

describe('canonicalize', () => {
  it('writes the example of RFC 8785', () => {
    const example = {
      numbers: [Number('333333333.33333329'), 1e30, 4.5, 2e-3, 0.000000000000000000000000001],
      string: '\u20ac$\u000f\u000aA\'\u0042\u0022\u005c\\"/',
      literals: [null, true, false],
    };
    expect(canonicalize(example)).toBe(
      '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
    );
  });

  it('sorts keys by UTF-16 code unit, as RFC 8785 shows', () => {
    const keys = ['\u20ac', '\r', '\ufb33', '1', '\ud83d\ude00', '\u0080', '\u00f6'];
    const text = canonicalize(Object.fromEntries(keys.map((key) => [key, 0])));
    const places = keys.map((key) => text.indexOf(`${JSON.stringify(key)}:`));
    const sorted = ['\r', '1', '\u0080', '\u00f6', '\u20ac', '\ud83d\ude00', '\ufb33'];
    expect([...keys].sort((one, other) => (places[keys.indexOf(one)] ?? 0) - (places[keys.indexOf(other)] ?? 0))).toEqual(sorted);
  });
});

describe('digestOf', () => {
  it('is the SHA-256 of the canonical bytes', () => {
    // printf '{"a":1,"b":["ä"]}' | sha256sum
    expect(digestOf({ b: ['ä'], a: 1 }, nodeCrypto)).toBe('sha256:9f4cf7a0f23182ad8e68d749e230499a25bb8bce4b9488911365f13993232d01');
  });

  it('is the same for a tree written as JSON and as YAML, in block and in flow style', () => {
    fc.assert(
      fc.property(tree, (subject) => {
        const digest = digestOf(subject, nodeCrypto);
        expect(digestOfText(JSON.stringify(subject))).toBe(digest);
        expect(digestOfText(JSON.stringify(subject, null, '\t'))).toBe(digest);
        expect(digestOfText(stringify(subject, { aliasDuplicateObjects: false }))).toBe(digest);
        expect(
          digestOfText(stringify(subject, { aliasDuplicateObjects: false, collectionStyle: 'flow', defaultStringType: 'QUOTE_DOUBLE' })),
        ).toBe(digest);
      }),
      { numRuns: 150 },
    );
  });

  it('is the same whatever the order of keys, and another for another tree', () => {
    fc.assert(
      fc.property(tree, tree, fc.nat(), (subject, other, turn) => {
        const digest = digestOf(subject, nodeCrypto);
        expect(digestOf(shuffled(subject, turn), nodeCrypto)).toBe(digest);
        expect(digestOf(other, nodeCrypto) === digest).toBe(canonicalize(other) === canonicalize(subject));
      }),
    );
  });
});
