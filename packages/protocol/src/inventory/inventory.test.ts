import { checkInventory, type InventoryDocument, inventoryName, inventoryText, inventoryTree, isName } from '@glidepath/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readDocuments } from './read-documents.ts';
import { readInventory } from './read-inventory.ts';
import { writeInventory } from './write-inventory.ts';

const PROBE = `apiVersion: glidepath.dev/v1
kind: Probe
metadata: { name: flexlm-lab }
spec: { kind: flexlm }
`;

const HELD = `apiVersion: glidepath.dev/v1
kind: HeldLicense
metadata: { name: matlab }
spec:
  product: MATLAB
  vendor: MathWorks
  contract: { expires: 2027-03-31 }
`;

const said = (source: string) => readInventory(source).violations.map(({ code, line, column }) => `${code} ${line}:${column}`);

describe('reading an inventory', () => {
  it('finds every document of a file, and passes over those that hold nothing', () => {
    const { documents, violations } = readInventory(`# ours\n---\n${PROBE}---\n# nothing\n---\n${HELD}---\n`);
    expect(violations).toEqual([]);
    expect(documents.map(({ document, line }) => [document.kind, document.name, line])).toEqual([
      ['Probe', 'flexlm-lab', 3],
      ['HeldLicense', 'matlab', 10],
    ]);
  });

  it.each(['', '# only words\n', '---\n---\n'])('takes %j as an inventory of nothing', (text) => {
    expect(readInventory(text)).toEqual({ documents: [], violations: [], remarks: [] });
  });

  it('places the violations of every document', () => {
    const broken = HELD.replace('vendor', 'vendr').replace('2027-03-31', '31.3.27');
    expect(said(`${PROBE.replace('flexlm }', 'flexml }')}---\n${broken}`)).toEqual([
      'unknown-word 4:15',
      'missing-key 9:1',
      'unknown-key 11:3',
      'malformed-date 12:24',
    ]);
  });

  it('goes on after a document that is no YAML', () => {
    expect(said(`a: [\n---\n${PROBE.replace('kind: flexlm', 'kind: x')}`)).toEqual(['yaml-syntax 2:1', 'unknown-word 6:15']);
  });

  it('says where a name stands a second time', () => {
    expect(said(`${PROBE}---\n${HELD}---\n${PROBE}`)).toEqual(['listed-twice 16:19']);
    expect(readInventory(`${PROBE}---\n${PROBE}`).violations[0]?.message).toContain('line 1 already');
    expect(said(`${PROBE}---\n${HELD.replace('matlab', 'flexlm-lab')}`)).toEqual([]);
  });

  it('keeps a document with a key that stands twice out of the valid ones', () => {
    const { documents, violations } = readInventory(`${PROBE}kind: Probe\n`);
    expect(documents).toEqual([]);
    expect(violations.map(({ code }) => code)).toEqual(['duplicate-key']);
  });

  it('places remarks', () => {
    expect(readInventory(HELD).remarks.map(({ code, line, column }) => `${code} ${line}:${column}`)).toEqual(['owners-missing 4:1']);
  });
});

describe('reading documents of any kind', () => {
  it('gives trees and the places of their parts', () => {
    const { documents } = readDocuments('a: 1\n---\nb:\n  - c: 2\n');
    expect(documents.map(({ tree }) => tree)).toEqual([{ a: 1 }, { b: [{ c: 2 }] }]);
    expect(documents[1]?.locate(['b', 0, 'c'], 'value')).toEqual({ line: 4, column: 8 });
    expect(documents[1]?.locate(['b', 0, 'c'], 'key')).toEqual({ line: 4, column: 5 });
  });

  it('answers for any text and bytes', () => {
    const text = fc.oneof(
      fc.string(),
      fc.array(fc.constantFrom('---\n', 'a: ', '&a ', '*a', '[', '{', '\n', '"', '# ', '...\n', '%YAML 1.1\n')).map((all) => all.join('')),
    );
    fc.assert(
      fc.property(fc.oneof(text, fc.uint8Array()), (source) => Array.isArray(readInventory(source).violations)),
      { numRuns: 1_000 },
    );
  });
});

describe('writing an inventory', () => {
  const written = readInventory(`${PROBE}---\n${HELD}`).documents.map(({ document }) => document);

  it('is for people', () => {
    expect(writeInventory(written, 'Found by discover\non lab-1')).toBe(`# Found by discover
# on lab-1
apiVersion: glidepath.dev/v1
kind: Probe
metadata:
  name: flexlm-lab
spec:
  kind: flexlm
  every: 1h
---
apiVersion: glidepath.dev/v1
kind: HeldLicense
metadata:
  name: matlab
spec:
  product: MATLAB
  vendor: MathWorks
  contract:
    expires: "2027-03-31"
`);
  });

  it('is read back as it was, whatever the texts are', () => {
    const text = fc
      .oneof(
        fc.string({ unit: 'grapheme' }),
        fc.constantFrom(
          'no',
          'on',
          '2027-03-31',
          '0x10',
          '1e3',
          '~',
          '=cmd()',
          '- a',
          'a: b',
          '#',
          '%',
          '&a',
          '!x',
          "'",
          '"',
          '12',
          'null',
          'true',
          '\\',
          '@',
          '`',
        ),
      )
      .map((any) => inventoryText(any) ?? 'x');
    const texts = fc.uniqueArray(text, { maxLength: 3 });
    const day = fc.constantFrom('2027-03-31', '2027-03-31T12:00:00Z', '2028-02-29', '2027-10-31T00:59:59.999Z');
    const held = fc.record(
      {
        product: text,
        vendor: text,
        contract: fc.record(
          {
            id: text,
            expires: day,
            autoRenew: fc.boolean(),
            cost: fc.record({
              amount: fc.double({ min: 0, max: 1e9, noNaN: true }),
              currency: fc.constant('EUR'),
              per: fc.constant('year'),
            }),
            graceAllowed: fc.constantFrom('0h', '30d', '90s'),
          },
          { requiredKeys: [] },
        ),
        zone: fc.constantFrom('UTC', 'Europe/Berlin', 'Asia/Kolkata'),
        leadTime: fc.dictionary(fc.constantFrom('vendor', 'approval'), fc.constantFrom('5d', '1w')),
        owners: fc.record({ team: fc.constant('eda'), people: texts }, { requiredKeys: [] }),
        key: fc.constantFrom('file:/etc/a b: c.lic', 'env:A'),
        runsOn: texts,
        dependents: texts,
        foundIn: text,
        watch: fc.uniqueArray(fc.record({ probe: fc.constant('p'), feature: text }), { maxLength: 2, selector: ({ feature }) => feature }),
      },
      { requiredKeys: ['product', 'vendor'] },
    );
    fc.assert(
      fc.property(fc.array(held, { maxLength: 3 }), (specs) => {
        const documents = specs.flatMap((spec, at): InventoryDocument[] => {
          const { document } = checkInventory({ apiVersion: 'glidepath.dev/v1', kind: 'HeldLicense', metadata: { name: `l${at}` }, spec });
          return document ? [document] : [];
        });
        expect(documents).toHaveLength(specs.length);
        const read = readInventory(writeInventory(documents));
        expect(read.violations).toEqual([]);
        expect(read.documents.map(({ document }) => document)).toEqual(documents);
        expect(read.documents.map(({ tree }) => tree)).toEqual(documents.map(inventoryTree));
      }),
      { numRuns: 300 },
    );
  });
});

describe('names and texts from what others wrote', () => {
  it.each([
    ['MATLAB', 'matlab'],
    ['Altium Designer 24 (Büro)', 'altium-designer-24-buro'],
    ['3ds Max', 'ds-max'],
    ['=cmd()', 'cmd'],
    ['日本', 'license'],
    ['constructor', 'license-constructor'],
    ['x'.repeat(80), 'x'.repeat(63)],
  ])('%s is named %s', (text, name) => expect(inventoryName(text)).toBe(name));

  it('are told apart by a number', () => {
    expect(inventoryName('MATLAB', new Set(['matlab', 'matlab-2']))).toBe('matlab-3');
    expect(inventoryName('x'.repeat(80), new Set(['x'.repeat(63)]))).toBe(`${'x'.repeat(61)}-2`);
  });

  it('always fit', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 700 }),
        (any) => isName(inventoryName(any)) && (inventoryText(any)?.length ?? 1) <= 500,
      ),
    );
    expect(inventoryText(' a\u001b[2J\r\nb\u202e ')).toBe('a [2J b');
    expect(inventoryText('\u0000')).toBeNull();
  });
});
