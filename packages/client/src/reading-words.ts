/** Reading the words of an answer or of a cache: opened by the protocol's rules, counted when they are not believed. Pure. */
import type { Counter, VerdictClaims } from '@glidepath/core';
import {
  type Crypto,
  decodeJson,
  type OpenedLease,
  openLease,
  openVerdict,
  type WordContext,
  type WordReason,
} from '@glidepath/protocol/words';
import type { HeldLease } from './held.ts';
import type { KeyRing } from './key-ring.ts';

export type ReadWord =
  | { readonly kind: 'lease'; readonly compact: string; readonly opened: OpenedLease }
  | { readonly kind: 'verdict'; readonly compact: string; readonly claims: VerdictClaims }
  | { readonly kind: 'no'; readonly reason: WordReason | 'no-key-set' };

export interface Expected {
  readonly ring: KeyRing;
  readonly crypto: Crypto;
  readonly env: string;
  /** This installation. */
  readonly holder: string;
  /** Undefined: any, in a cache; null: a word that answers nobody. */
  readonly nonce?: string | null;
  readonly license: string | null;
  readonly after: Counter | null;
}

/** Opens a word, whichever of the two kinds it is. */
export function readWord(compact: string, expected: Expected): ReadWord {
  const { ring, crypto, env, holder, nonce, license, after } = expected;
  if (ring.held === null) return { kind: 'no', reason: 'no-key-set' };
  const iss = ring.issuer ?? ring.held.iss;
  const ctx: WordContext = { keys: ring.held, crypto, env, iss, holder, nonce, license: license ?? undefined, after };
  const lease = openLease(compact, ctx);
  if (lease.ok) return { kind: 'lease', compact, opened: lease.value };
  if (lease.reason !== 'wrong-type') return { kind: 'no', reason: lease.reason };
  const verdict = openVerdict(compact, ctx);
  return verdict.ok ? { kind: 'verdict', compact, claims: verdict.value } : { kind: 'no', reason: verdict.reason };
}

/** A lease as it is held, and the id of the grant that it came by. */
export function heldLease({ compact, opened }: Extract<ReadWord, { kind: 'lease' }>, source: HeldLease['source']): HeldLease {
  const { claims, trust, via, grant } = opened;
  return { compact, claims, trust, via, grant: grant?.jti ?? null, source };
}

/** The name of the key that a word says it was signed with; of a lease under a grant, the key that signed the grant. */
export function signerOf({ compact, claims }: HeldLease, crypto: Crypto): string | null {
  const kid = decodeJson((claims.grant ?? compact).split('.')[0] ?? '', crypto)?.kid;
  return typeof kid === 'string' ? kid : null;
}
