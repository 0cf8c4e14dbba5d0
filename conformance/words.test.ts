import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Crypto, SCHEMAS, type WordContext, type WordReason } from '@glidepath/protocol';
import { nodeCrypto } from '@glidepath/protocol/node';
import { decodeBase64Url, openLease, openProof, openVerdict, WORD_REASONS } from '@glidepath/protocol/words';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';

interface Row {
  readonly name: string;
  readonly word: string | { readonly repeat: string; readonly times: number };
  readonly context?: object;
  readonly opens?: Readonly<Record<string, string>>;
  readonly refused?: WordReason;
  readonly claim?: string;
  readonly cap?: string;
  readonly inner?: WordReason;
}

interface Vectors {
  readonly context: Omit<WordContext, 'crypto' | 'keys'> & { readonly keys: WordContext['keys']['keys'] };
  readonly claims: unknown;
  readonly rows: readonly Row[];
}

function vectors<T>(kind: string): T {
  return JSON.parse(readFileSync(join(import.meta.dirname, kind, 'vectors.json'), 'utf8')) as T;
}

function wordOf({ word }: Row): string {
  return typeof word === 'string' ? word : word.repeat.repeat(word.times);
}

function contextOf({ context }: Vectors, crypto: Crypto): WordContext {
  return { ...context, keys: { keys: context.keys }, crypto };
}

/** What a refusal must say beside its reason. */
function factsOf({ claim, cap, inner }: Row): object {
  return { ...(claim ? { claim } : {}), ...(cap ? { cap } : {}), ...(inner ? { reason: inner } : {}) };
}

/** Without the native decoder, as a browser runs it, the answers are the same. */
const portable = { ...nodeCrypto, decodeBase64Url };
const cryptos = { native: nodeCrypto, portable };

const lease = vectors<Vectors>('lease');
const verdict = vectors<Vectors>('verdict');
const grant = vectors<Vectors>('grant');
const proof = vectors<Vectors & { readonly op: 'acquire'; readonly keyHash: string }>('proof');

describe.each(Object.entries(cryptos))('vectors with the %s decoder', (_name, crypto) => {
  describe('lease', () => {
    it.each([...lease.rows, ...grant.rows])('$name', (row) => {
      const opened = openLease(wordOf(row), { ...contextOf(lease, crypto), ...row.context });
      if (row.refused) expect(opened).toMatchObject({ ok: false, reason: row.refused, facts: factsOf(row) });
      else expect(opened).toMatchObject({ ok: true, value: row.opens });
    });
  });

  describe('verdict', () => {
    it.each(verdict.rows)('$name', (row) => {
      const opened = openVerdict(wordOf(row), { ...contextOf(verdict, crypto), ...row.context });
      if (row.refused) expect(opened).toMatchObject({ ok: false, reason: row.refused, facts: factsOf(row) });
      else expect(opened).toMatchObject({ ok: true, value: row.opens });
    });
  });

  describe('proof', () => {
    it.each(proof.rows)('$name', (row) => {
      const opened = openProof(wordOf(row), { crypto, op: proof.op, keyHash: proof.keyHash });
      if (row.refused) expect(opened).toMatchObject({ ok: false, reason: row.refused, facts: factsOf(row) });
      else expect(opened).toMatchObject({ ok: true, value: row.opens });
    });
  });
});

describe('vectors of words', () => {
  it('have a row for every reason', () => {
    const seen = new Set([lease, verdict, grant, proof].flatMap(({ rows }) => rows.map((row) => row.refused)));
    expect(Object.keys(WORD_REASONS).filter((reason) => !seen.has(reason as WordReason))).toEqual([]);
  });

  it('say the same claims as the first word of each', () => {
    const context = contextOf(lease, nodeCrypto);
    const [first] = lease.rows;
    const opened = openLease(first?.word, context);
    expect(opened.ok && opened.value.claims).toEqual(lease.claims);
    const granted = openLease(grant.rows[0]?.word, context);
    expect(granted.ok && granted.value.grant).toEqual(grant.claims);
  });

  it.each(Object.entries({ lease, verdict, grant, proof }))('fit the schema: %s', (name, { claims }) => {
    const validate = new Ajv2020({ strict: false }).compile(SCHEMAS[name] ?? {});
    expect(validate(claims)).toBe(true);
    expect(validate({ ...(claims as object), aud: 'nobody' })).toBe(false);
  });
});
