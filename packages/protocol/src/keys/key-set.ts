/**
 * What is signed about keys: the key set, the certificate of the key that signs it, and the next root.
 *
 * A root signs the key-set key; the key-set key signs key sets; the keys in a set sign leases, verdicts and grants.
 */
import type { Instant, KeyStatus } from '@glidepath/core';
import type { SigningKey } from '../crypto.ts';
import { type Check, fields, integer, list, natural, oneOf, orNull, text } from '../words/check.ts';
import { KEY_SET_KEY_TYP, KEY_SET_TYP, ROOT_TYP, signWord } from '../words/compact.ts';

/** A key that signs words, or did. */
export interface KeySetEntry {
  /** Thumbprint of `x`. */
  readonly kid: string;
  readonly x: string;
  readonly status: KeyStatus;
  /** Words with an `iatMs` outside `notBefore` … `signsUntil` are refused. */
  readonly notBefore: Instant;
  readonly signsUntil: Instant;
  readonly statusAt: Instant;
}

/** The signed document. */
export interface KeySetClaims {
  readonly iss: string;
  readonly env: string;
  /** Raised by one with each change. */
  readonly version: number;
  readonly iatMs: Instant;
  /** Past it the set still verifies old words, but introduces no key. */
  readonly endsAt: Instant;
  /** base64url SHA-256 of the previous document (its compact text); null for the first. */
  readonly previous: string | null;
  readonly keys: readonly KeySetEntry[];
}

/** A key set that was opened: the claims, and what the next one is compared with. */
export interface KeySet extends KeySetClaims {
  /** base64url SHA-256 of the compact text. */
  readonly digest: string;
  readonly signedBy: KeySetKeyClaims;
}

/** Signed by a root: this key may sign key sets of this environment, for a time. A later `nbfMs` replaces an earlier. */
export interface KeySetKeyClaims {
  readonly iss: string;
  readonly env: string;
  readonly kid: string;
  readonly x: string;
  readonly nbfMs: Instant;
  readonly endsAt: Instant;
}

/** Root `number`, signed by root `number - 1`. */
export interface RootClaims {
  readonly iss: string;
  readonly env: string;
  readonly number: number;
  readonly x: string;
}

/** All that a client needs to get from its pinned roots to the keys, as it crosses the wire. */
export interface KeySetBundle {
  /** Compact word, typ `glidepath-keyset+jwt`. */
  readonly keySet: string;
  /** Compact word, typ `glidepath-keyset-key+jwt`. */
  readonly keySetKey: string;
  /** Compact words, typ `glidepath-root+jwt`, by ascending number. */
  readonly roots: readonly string[];
}

export const checkKeySetClaims: Check = fields({
  iss: text,
  env: text,
  version: natural,
  iatMs: integer,
  endsAt: integer,
  previous: orNull(text),
  keys: list(
    fields({
      kid: text,
      x: text,
      status: oneOf('active', 'retired', 'compromised'),
      notBefore: integer,
      signsUntil: integer,
      statusAt: integer,
    }),
  ),
});

export const checkKeySetKeyClaims: Check = fields({ iss: text, env: text, kid: text, x: text, nbfMs: integer, endsAt: integer });

export const checkRootClaims: Check = fields({ iss: text, env: text, number: natural, x: text });

export const checkBundle: Check = fields({ keySet: text, keySetKey: text, roots: list(text) });

export function signKeySet(claims: KeySetClaims, keySetKey: SigningKey): string {
  return signWord(KEY_SET_TYP, claims, keySetKey);
}

export function signKeySetKey(claims: KeySetKeyClaims, root: SigningKey): string {
  return signWord(KEY_SET_KEY_TYP, claims, root);
}

/** Signs the next root with the one before it. */
export function signRoot(claims: RootClaims, previous: SigningKey): string {
  return signWord(ROOT_TYP, claims, previous);
}
