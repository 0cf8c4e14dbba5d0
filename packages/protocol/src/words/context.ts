/** What a reader of words knows, and what it gets. */
import type { Counter, GrantClaims, LeaseClaims } from '@glidepath/core';
import type { Crypto } from '../crypto.ts';
import type { KeySetClaims } from '../keys/key-set.ts';

/** What a word is compared with. What is left out is not compared. */
export interface WordContext {
  readonly keys: Pick<KeySetClaims, 'keys'>;
  readonly crypto: Crypto;
  readonly env: string;
  readonly iss: string;
  /** The nonce of the request that this answers; null: only a word that answers nobody. */
  readonly nonce?: string | null | undefined;
  readonly license?: string | undefined;
  /** Thumbprint of this installation's key. A bootstrap lease, which is unbound, passes. */
  readonly holder?: string | undefined;
  /** The highest `seq` seen: a lower one is refused, an equal one accepted. */
  readonly after?: Counter | null | undefined;
}

export interface OpenedLease {
  readonly claims: LeaseClaims;
  /** `compromised`: signed by a key that is known to be; then the cause `trust` begins, and nothing stops at once. */
  readonly trust: 'good' | 'compromised';
  readonly via: 'issuer' | 'grant';
  readonly grant: GrantClaims | null;
}
