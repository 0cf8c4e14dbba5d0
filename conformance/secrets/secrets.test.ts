import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isWellFormedSecret, newSecret, type SecretKind } from '@glidepath/protocol/ids';
import { describe, expect, it } from 'vitest';

interface Vectors {
  readonly rows: readonly { readonly kind: SecretKind; readonly bytes: string; readonly text: string }[];
  readonly malformed: readonly { readonly kind: SecretKind; readonly text: string }[];
}

const vectors = JSON.parse(readFileSync(join(import.meta.dirname, 'vectors.json'), 'utf8')) as Vectors;

describe('secrets', () => {
  it.each(vectors.rows)('$text is the $kind of $bytes', ({ kind, bytes, text }) => {
    expect(newSecret(kind, { bytes: () => Buffer.from(bytes, 'hex') })).toBe(text);
    expect(isWellFormedSecret(kind, text)).toBe(true);
  });

  it.each(vectors.malformed)('$text is no $kind', ({ kind, text }) => {
    expect(isWellFormedSecret(kind, text)).toBe(false);
  });
});
