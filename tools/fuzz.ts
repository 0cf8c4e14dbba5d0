/**
 * `npm run fuzz -- KIND [--inputs 1000000] [--seed N]`: the long fuzzing of one connector's reader, of events of use
 * (`cloudevents`), or of `all`.
 *
 * The same inputs and rules as in the contract suite, only more of them. It goes in batches of one seed each, so that a
 * failing input is found again by its seed. A run of a million writes its dated result into docs/reference/fuzz.md.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import fc from 'fast-check';
import { type FuzzOptions, survives } from '../packages/connectors/src/contract/test-fuzz.ts';
import { CONNECTORS, connectorNamed } from '../packages/connectors/src/index.ts';
import { usageBodySurvives } from '../packages/protocol/src/http/test-cloud-events.ts';

const root = join(import.meta.dirname, '..');
const RECORD = join(root, 'docs/reference/fuzz.md');
const BATCH = 10_000;
const RECORDED_FROM = 1_000_000;

/** Formats of text whose numbers stand in the source as they are; of the others, the rule about invented numbers is left out. */
const TEXTUAL = new Set(['flexlm', 'rlm', 'lmx', 'dsls', 'olicense', 'lsdyna', 'vault', 'nomad', 'consul']);

export interface FuzzResult {
  readonly kind: string;
  readonly inputs: number;
  readonly seconds: number;
  /** Null: all survived. */
  readonly failure: string | null;
}

/** The table of results with one replaced or added; kinds in alphabetical order. */
export function withResult(record: string, { kind, inputs, seconds, failure }: FuzzResult, date: string): string {
  const lines = record.split('\n');
  const first = lines.findIndex((line) => line.startsWith('|---')) + 1;
  const rows = lines.slice(first).filter((line) => line.startsWith('| ') && !line.startsWith(`| ${kind} |`));
  const outcome = failure === null ? 'all survived' : 'found a failure';
  const row = `| ${kind} | ${date} | ${inputs.toLocaleString('en-US')} | ${outcome} | ${seconds} s |`;
  return [...lines.slice(0, first), ...[...rows, row].sort(), ''].join('\n');
}

async function optionsOf(kind: string): Promise<FuzzOptions | null> {
  const folder = join(root, 'packages/connectors/src', kind);
  if (!existsSync(join(folder, 'test-cases.ts'))) return null;
  const { CASES, WORDS } = await import(join(folder, 'test-cases.ts'));
  const { GRAMMAR } = existsSync(join(folder, 'test-grammar.ts')) ? await import(join(folder, 'test-grammar.ts')) : {};
  return { cases: CASES, textual: TEXTUAL.has(kind), ...(WORDS ? { words: WORDS } : {}), ...(GRAMMAR ? { grammar: GRAMMAR } : {}) };
}

/** Readers of what applications send, which are no connectors. */
const OTHERS: Readonly<Record<string, () => fc.IRawProperty<unknown>>> = { cloudevents: usageBodySurvives };
const KINDS = [...CONNECTORS.map(({ kind }) => kind), ...Object.keys(OTHERS)];

async function propertyOf(kind: string): Promise<fc.IRawProperty<unknown> | null> {
  const other = OTHERS[kind];
  if (other !== undefined) return other();
  const connector = connectorNamed(kind);
  const options = await optionsOf(kind);
  return connector && options ? survives(connector, options) : null;
}

/** The shrunk input as text, where it can be read, for the issue or the new case. */
function inputOf(counterexample: unknown): string {
  const [first] = Array.isArray(counterexample) ? counterexample : [];
  return JSON.stringify(first instanceof Uint8Array ? Buffer.from(first).toString() : counterexample);
}

async function fuzz(kind: string, inputs: number, seed: number): Promise<FuzzResult | null> {
  const property = await propertyOf(kind);
  if (property === null) return null;
  const startedAt = performance.now();
  const result = (done: number, failure: string | null): FuzzResult => ({
    ...{ kind, inputs: done, failure },
    seconds: Math.round((performance.now() - startedAt) / 1_000),
  });
  for (let done = 0; done < inputs; done += BATCH) {
    const details = await fc.check(property, { numRuns: Math.min(BATCH, inputs - done), seed: seed + done / BATCH });
    if (details.failed)
      return result(
        done + details.numRuns,
        `${details.errorInstance}\n${inputOf(details.counterexample)}\n${fc.defaultReportMessage(details)}`,
      );
    process.stderr.write(`\r${kind}: ${(done + BATCH).toLocaleString('en-US')} of ${inputs.toLocaleString('en-US')}`);
  }
  process.stderr.write('\n');
  return result(inputs, null);
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { inputs: { type: 'string' }, seed: { type: 'string' } } });
  const inputs = Number(values.inputs ?? RECORDED_FROM);
  const seed = Number(values.seed ?? Math.floor(Math.random() * 0x7fffffff));
  const kinds = positionals.includes('all') ? KINDS : positionals;
  if (kinds.length === 0) console.error(`name a kind, or all: ${KINDS.join(', ')}`);
  process.exitCode = kinds.length === 0 ? 2 : 0;
  for (const kind of kinds) {
    const result = await fuzz(kind, inputs, seed);
    if (!result) {
      console.error(`${kind}: no such connector, or no packages/connectors/src/${kind}/test-cases.ts with CASES`);
      process.exitCode = 2;
      continue;
    }
    const { failure, seconds } = result;
    console.log(`${kind}: ${result.inputs.toLocaleString('en-US')} inputs in ${seconds} s, seed ${seed}: ${failure ?? 'all survived'}`);
    if (failure !== null) process.exitCode = 1;
    if (inputs >= RECORDED_FROM)
      writeFileSync(RECORD, withResult(readFileSync(RECORD, 'utf8'), result, new Date().toISOString().slice(0, 10)));
  }
}

if (import.meta.main) await main();
