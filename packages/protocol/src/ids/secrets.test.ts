import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nodeCrypto } from '../node/node-crypto.ts';
import { hashSecret, isWellFormedSecret, newSecret, normalizeSecret, type SecretKind, secretHint } from './secrets.ts';

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
const kinds: readonly SecretKind[] = ['license-key', 'token', 'sign-in-code'];

const secret = fc
  .tuple(fc.constantFrom(...kinds), fc.uint8Array({ minLength: 20, maxLength: 20 }))
  .map(([kind, bytes]) => ({ kind, text: newSecret(kind, { bytes: () => bytes }) }));

describe('secret', () => {
  it('has the form that is written down', () => {
    expect(newSecret('license-key', { bytes: (count) => Uint8Array.from({ length: count }, (_, index) => index * 11) })).toBe(
      'glk_005hc89c6x14tp33dswr93wtmprbqhph8',
    );
  });

  it('is well formed as its own kind and no other', () => {
    fc.assert(
      fc.property(secret, ({ kind, text }) => {
        for (const other of kinds) expect(isWellFormedSecret(other, text)).toBe(other === kind);
      }),
    );
  });

  it('shows every wrong character', () => {
    fc.assert(
      fc.property(secret, fc.nat(32), fc.constantFrom(...ALPHABET), ({ kind, text }, place, letter) => {
        const index = 4 + place;
        fc.pre(text[index] !== letter);
        return !isWellFormedSecret(kind, text.slice(0, index) + letter + text.slice(index + 1));
      }),
      { numRuns: 2000 },
    );
  });

  it('shows every two neighbours that changed places', () => {
    fc.assert(
      fc.property(secret, fc.nat(31), ({ kind, text }, place) => {
        const index = 4 + place;
        fc.pre(text[index] !== text[index + 1]);
        return !isWellFormedSecret(kind, text.slice(0, index) + text[index + 1] + text[index] + text.slice(index + 2));
      }),
      { numRuns: 2000 },
    );
  });

  it('is refused with a letter outside the alphabet, in upper case, or of another length', () => {
    const text = newSecret('token', { bytes: () => new Uint8Array(20) });
    for (const wrong of [text.toUpperCase(), `${text}0`, text.slice(0, -1), text.replace('0', 'u'), ` ${text}`, '', 'glt_']) {
      expect(isWellFormedSecret('token', wrong)).toBe(false);
    }
  });

  it('is understood as a person types it', () => {
    const text = newSecret('sign-in-code', { bytes: () => new Uint8Array(20).fill(1) });
    expect(text).toContain('0');
    const typed = ` ${text.toUpperCase().replaceAll('0', 'O').replaceAll('1', 'I')}\n`;
    expect(normalizeSecret('sign-in-code', typed)).toBe(text);
  });

  it('is kept as its SHA-256', () => {
    expect(hashSecret('abc', nodeCrypto)).toBe('ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0');
  });

  it('is told from others by its first characters', () => {
    expect(secretHint('glk_005hc89c6x14tp33dswr93wtmprbqhph8')).toBe('glk_005h');
  });
});
