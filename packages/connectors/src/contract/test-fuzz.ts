/**
 * One fuzzed reading and what must be true of it; the contract suite runs 20,000 of them, `npm run fuzz -- KIND` a million.
 */
import type { Connector, ReadContext, Snapshot } from '@glidepath/core';
import fc from 'fast-check';
import { type Grammar, writtenTexts } from './test-grammar.ts';
import { mutatedCaptures } from './test-mutations.ts';
import { invented, malformed } from './test-snapshot-rules.ts';

export interface ContractCase {
  /** Which variant of the format it shows. */
  readonly name: string;
  readonly source: string | Uint8Array;
  readonly context?: Partial<ReadContext>;
  readonly totals?: Partial<Record<Total, number>>;
  /** Lines that nobody can understand; default 0. */
  readonly unparsed?: number;
  /** Pieces of the source that must not come out: signatures, keys; of eight characters or more. */
  readonly secrets?: readonly string[];
}

/** How many features and holders, and sums over features in which null counts as nothing. */
export type Total = 'features' | 'holders' | 'servers' | 'issued' | 'used' | 'reserved' | 'queued' | 'lingering' | 'denied';

export interface FuzzOptions {
  readonly cases: readonly ContractCase[];
  readonly words?: readonly string[];
  readonly grammar?: Grammar;
  readonly textual: boolean;
}

/** Holds for a reader that is total, invents nothing and shows no key, whatever the input. */
export function survives(connector: Connector, { cases, words = [], grammar, textual }: FuzzOptions): fc.IAsyncProperty<[Uint8Array]> {
  const mutated = mutatedCaptures(
    cases.map(({ source }) => bytesOf(source)),
    words,
  );
  const inputs = grammar ? fc.oneof({ weight: 2, arbitrary: mutated }, { weight: 1, arbitrary: writtenTexts(grammar) }) : mutated;
  const context = contextOf(cases[0] ?? {});
  const secrets = cases.flatMap((one) => one.secrets ?? []);
  return fc.asyncProperty(inputs, async (source) => {
    const snapshot = await connector.read(source, context);
    const found = complaints(source, snapshot, textual);
    if (found.length > 0) throw new Error(found.join('; '));
    if (secrets.length > 0) noneSaid(snapshot, secrets);
  });
}

/** All that is wrong with what was read from a source. */
export function complaints(source: Uint8Array, snapshot: Snapshot, textual: boolean): string[] {
  return [...malformed(snapshot), ...(textual ? invented(source, snapshot) : [])];
}

/** An edit may move anything to where a name stands, so that names are left out; what else is shown must hide a key anywhere. */
export function noneSaid({ unparsed, notes, servers }: Snapshot, secrets: readonly string[]): void {
  const json = JSON.stringify([unparsed, notes, servers.map(({ reason }) => reason)]);
  for (const secret of secrets) if (json.includes(secret)) throw new Error(`the secret ${secret} came out`);
}

export function contextOf({ context = {} }: Pick<ContractCase, 'context'>): ReadContext {
  return { zone: 'UTC', now: null, verifyWith: null, openWith: null, ...context };
}

export function bytesOf(source: string | Uint8Array): Uint8Array {
  return typeof source === 'string' ? new TextEncoder().encode(source) : source;
}
