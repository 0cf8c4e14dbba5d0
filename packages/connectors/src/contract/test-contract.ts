/**
 * The promises of every connector, as one suite. A connector joins with two lines:
 *
 *     import { CASES } from './test-cases.ts';
 *     connectorContract(rlmConnector, { cases: CASES });
 *
 * Cases are captures that its author wrote (never copies of somebody's), with totals counted from the raw text by hand or by
 * another method than the reader's. Kept as `CASES` in `<kind>/test-cases.ts`, they also feed `npm run fuzz -- KIND`.
 */
import type { Connector, FeatureReading, Snapshot } from '@glidepath/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytesOf, type ContractCase, complaints, contextOf, noneSaid, survives } from './test-fuzz.ts';
import type { Grammar } from './test-grammar.ts';
import { differentWhenCut, malformed } from './test-snapshot-rules.ts';
import { answeringTools, failingTools, plausibleSettings } from './test-tools.ts';

export { bytesOf, type ContractCase, contextOf } from './test-fuzz.ts';

export interface ContractOptions {
  readonly cases: readonly ContractCase[];
  /** Words that mean something in this format, for the fuzzing; lines of the captures are taken anyway. */
  readonly words?: readonly string[];
  /** How the format is written, for inputs beyond the captures. */
  readonly grammar?: Grammar;
  /** False for sources that are no text (DER) or JSON, whose numbers need not stand in the bytes as digits, and that a cut ruins. Default true. */
  readonly textual?: boolean;
  /** Fuzzed inputs; default 20,000, which is to take a few seconds: keep captures below 2 kB. */
  readonly inputs?: number;
}

export function connectorContract(connector: Connector, options: ContractOptions): void {
  describe(`connector contract > ${connector.kind}`, () => {
    describe('introduces itself', () => introductions(connector));
    describe('reads', () => readings(connector, options));
    describe('survives', () => survivals(connector, options));
    describe('probes', () => probings(connector));
  });
}

function introductions({ kind, title, settings, everyAtLeastMs }: Connector): void {
  it('by a kind in kebab-case and a title', () => {
    expect(kind).toMatch(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/);
    expect(title).not.toBe('');
  });
  it('with settings of distinct names and a sentence each', () => {
    expect(new Set(settings.map(({ name }) => name)).size).toBe(settings.length);
    for (const { name, about } of settings) expect(about, name).toMatch(/^\S.{15,}\.$/s);
  });
  it('with a pace that spares the server', () => expect(everyAtLeastMs).toBeGreaterThan(0));
}

function readings(connector: Connector, { cases, textual = true }: ContractOptions): void {
  for (const one of cases) {
    it(`${one.name}`, async () => {
      const source = bytesOf(one.source);
      const snapshot = await connector.read(source, contextOf(one));
      expect(snapshot.unparsed.slice(0, 5)).toHaveLength(Math.min(5, one.unparsed ?? 0));
      expect(snapshot.unparsedCount).toBe(one.unparsed ?? 0);
      for (const [total, value] of Object.entries(one.totals ?? {})) expect([total, totalOf(snapshot, total)]).toEqual([total, value]);
      expect(complaints(source, snapshot, textual)).toEqual([]);
      for (const secret of one.secrets ?? []) expect(JSON.stringify(snapshot)).not.toContain(secret);
      expect(await connector.read(source, contextOf(one)), 'read again').toEqual(snapshot);
    });
  }
  it('nothing into what it does not know', async () => {
    for (const source of [
      '',
      '\n\n',
      'no such thing\n',
      '<html><body>502 Bad Gateway</body></html>',
      '{"error": "x"}',
      '\u0000\u0001\u0002',
    ]) {
      const snapshot = await connector.read(bytesOf(source), contextOf({}));
      expect([source, snapshot.features, snapshot.servers]).toEqual([source, [], []]);
    }
  });
}

function survivals(connector: Connector, options: ContractOptions): void {
  const { cases, textual = true, inputs = FUZZ_INPUTS } = options;
  it(`${inputs} mutated captures`, { timeout: FUZZ_TIMEOUT_MS }, () =>
    fc.assert(survives(connector, { ...options, textual }), { numRuns: inputs }),
  );
  if (textual) for (const one of cases) it(`a cut anywhere in: ${one.name}`, () => cutsOf(connector, one));
}

/** Every prefix of a capture says nothing that the capture does not say. */
async function cutsOf(connector: Connector, one: ContractCase): Promise<void> {
  const source = bytesOf(one.source);
  // What completes dates is taken from the whole, so that a cut is compared under the same clock.
  const whole = await connector.read(source, contextOf(one));
  const step = Math.max(1, Math.floor(source.length / CUTS_MAX));
  for (let length = 0; length < source.length; length += step) {
    const cut = await connector.read(source.subarray(0, length), contextOf(one));
    const found = [...malformed(cut), ...differentWhenCut(whole, cut)];
    noneSaid(cut, one.secrets ?? []);
    expect(found, `cut after ${JSON.stringify(Buffer.from(source.subarray(Math.max(0, length - 60), length)).toString())}`).toEqual([]);
  }
}

function probings(connector: Connector): void {
  const all = [{}, ...plausibleSettings(connector.settings), { command: 7, file: [], url: {}, path: null }];
  it('into a value when every tool fails', async () => {
    for (const settings of all)
      for (const tools of FAILURES.map(failingTools))
        expect((await connector.probe(settings, tools)).ok, JSON.stringify(settings)).toBe(false);
  });
  it('into a failure when the answer is garbage', async () => {
    for (const settings of all)
      for (const garbage of [
        '',
        'garbage',
        '{}',
        '[]',
        'null',
        '"',
        '<html></html>',
        '{"features": 7, "data": null}',
        '\u0000'.repeat(1_000),
      ])
        expect((await connector.probe(settings, answeringTools(bytesOf(garbage)))).ok, JSON.stringify([settings, garbage])).toBe(false);
  });
}

const FAILURES = [
  { command: 'command-missing', file: 'file-missing', egress: 'connection-failed' },
  { command: 'timeout', file: 'not-permitted', egress: 'timeout' },
  { command: 'too-large', file: 'too-large', egress: 'too-large' },
  { command: 'command-failed', file: 'file-missing', egress: 'address-refused' },
] as const;

/** In continuous integration; `npm run fuzz` runs a million. */
export const FUZZ_INPUTS = 20_000;
const FUZZ_TIMEOUT_MS = 120_000;
const CUTS_MAX = 700;

function totalOf({ features, servers }: Snapshot, total: string): number {
  if (total === 'features') return features.length;
  if (total === 'servers') return servers.length;
  if (total === 'holders') return features.reduce((sum, { holders }) => sum + holders.length, 0);
  return features.reduce((sum, feature) => sum + (feature[total as keyof Pick<FeatureReading, 'issued'>] ?? 0), 0);
}
