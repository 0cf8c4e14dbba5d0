import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { jwks, KEY_SET_REASONS, type KeySetContext, type KeySetReason, openKeySet } from '@glidepath/protocol/keys';
import { nodeCrypto } from '@glidepath/protocol/node';
import { thumbprint } from '@glidepath/protocol/words';
import { describe, expect, it } from 'vitest';

interface Row {
  readonly name: string;
  readonly bundle: unknown;
  readonly context?: object;
  readonly held?: unknown;
  readonly refused?: KeySetReason;
}

function read<T>(name: string): T {
  return JSON.parse(readFileSync(join(import.meta.dirname, name), 'utf8')) as T;
}

const vectors = read<{ context: Omit<KeySetContext, 'crypto'>; claims: { keys: never }; digest: string; rows: readonly Row[] }>(
  'vectors.json',
);
const thumbprints = read<{ rows: readonly { x: string; thumbprint: string }[] }>('thumbprints.json');
const context: KeySetContext = { ...vectors.context, crypto: nodeCrypto };

describe('key set', () => {
  it.each(vectors.rows)('$name', (row) => {
    const before = row.held === undefined ? null : openKeySet(row.held, context);
    expect(before?.ok ?? true).toBe(true);
    const opened = openKeySet(row.bundle, { ...context, held: before?.ok ? before.value : null, ...row.context });
    expect(opened).toMatchObject(row.refused ? { ok: false, reason: row.refused } : { ok: true });
  });

  it('has the claims and the digest that are written down', () => {
    const opened = openKeySet(vectors.rows[0]?.bundle, context);
    expect(opened).toMatchObject({ ok: true, value: { ...vectors.claims, digest: vectors.digest } });
  });

  it('has a row for every reason', () => {
    const seen = new Set(vectors.rows.map((row) => row.refused));
    expect(Object.keys(KEY_SET_REASONS).filter((reason) => !seen.has(reason as KeySetReason))).toEqual([]);
  });

  it('is the JWK set that other libraries read', () => {
    expect(jwks(vectors.claims)).toEqual(read('jwks.json'));
  });
});

describe('thumbprint', () => {
  it.each(thumbprints.rows)('$x', ({ x, thumbprint: expected }) => {
    expect(thumbprint(x, nodeCrypto)).toBe(expected);
  });
});
