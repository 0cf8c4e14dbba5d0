/**
 * Secrets that people and programs carry: `glk_` license keys, `glt_` API tokens, `gls_` sign-in codes.
 *
 * Form: prefix, 32 characters of Crockford's base32 in lower case (160 random bits), one check character of the same
 * alphabet. The check is the digits read as a polynomial over GF(32): it finds every single wrong character and every
 * two neighbours swapped, so that a mistyped key is told apart from an unknown one without asking the store. The
 * prefix lets secret scanners find a leaked one. Only the hash is kept; a fast hash is enough for 160 random bits.
 */
import type { Entropy } from '@glidepath/core';
import { hashText } from '../hash-text.ts';

export const SECRET_PREFIXES = { 'license-key': 'glk_', token: 'glt_', 'sign-in-code': 'gls_' } as const;

export type SecretKind = keyof typeof SECRET_PREFIXES;

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
const DIGITS = 32;
const BYTES = 20;

export function newSecret(kind: SecretKind, entropy: Entropy): string {
  const digits = toDigits(entropy.bytes(BYTES));
  return SECRET_PREFIXES[kind] + [...digits, checkDigit(digits)].map((digit) => ALPHABET.charAt(digit)).join('');
}

function toDigits(bytes: Uint8Array): number[] {
  const digits: number[] = [];
  let bits = 0;
  let held = 0;
  for (const byte of bytes) {
    bits = ((bits << 8) | byte) & 0xffff;
    held += 8;
    while (held >= 5) {
      held -= 5;
      digits.push((bits >> held) & 31);
    }
  }
  return digits;
}

/** Horner's rule at the element x of GF(2)[x] / (x⁵ + x² + 1): each place has a weight of its own, none is zero. */
function checkDigit(digits: readonly number[]): number {
  let sum = 0;
  for (const digit of digits) sum = timesX(sum) ^ digit;
  return timesX(sum);
}

function timesX(element: number): number {
  const doubled = element << 1;
  return doubled & 0b100000 ? doubled ^ 0b100101 : doubled;
}

/** True for a text that `newSecret` could have made; says nothing about whether anybody was given it. */
export function isWellFormedSecret(kind: SecretKind, text: string): boolean {
  const prefix = SECRET_PREFIXES[kind];
  if (!text.startsWith(prefix) || text.length !== prefix.length + DIGITS + 1) return false;
  const digits = Array.from(text.slice(prefix.length), (letter) => ALPHABET.indexOf(letter));
  return !digits.includes(-1) && checkDigit(digits.slice(0, DIGITS)) === digits[DIGITS];
}

/**
 * What a person typed or pasted, in the form that is hashed: no spaces, lower case, `o` as 0, `i` and `l` as 1.
 *
 * For prompts. A secret in a request is compared as it came.
 */
export function normalizeSecret(kind: SecretKind, typed: string): string {
  const text = typed.replace(/\s/g, '').toLowerCase();
  const prefix = SECRET_PREFIXES[kind];
  return text.startsWith(prefix) ? prefix + text.slice(prefix.length).replace(/o/g, '0').replace(/[il]/g, '1') : text;
}

/** base64url SHA-256 of the text: what the store keeps, and what a proof names its license key by. */
export const hashSecret: typeof hashText = hashText;

/** The first characters, by which a list tells secrets apart: 20 of 160 bits. */
export function secretHint(text: string): string {
  return text.slice(0, 8);
}
