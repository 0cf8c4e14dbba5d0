/**
 * How the key set that words are verified with is replaced: only along the chain from the pinned roots. Pure.
 */
import type { Instant } from '@glidepath/core';
import { type KeySet, type KeySetBundle, type KeySetReason, openKeySet } from '@glidepath/protocol/keys';
import { type Crypto, decodeJson } from '@glidepath/protocol/words';
import type { Settings } from './options.ts';

/** The key set in a bundle, or why the held one stays. `isOwnCopy`: it lay in the cache, or came with the product. */
export function readKeySet(
  bundle: unknown,
  { roots, env, issuer }: Settings,
  crypto: Crypto,
  held: KeySet | null,
  now: Instant,
  isOwnCopy: boolean,
): KeySet | KeySetReason {
  // Where no issuer is configured, it is the one that the pinned root has signed.
  const iss = issuer ?? held?.iss ?? claimedIssuer(bundle, crypto);
  const opened = openKeySet(bundle, { roots, env, iss, now, crypto, held, isOwnCopy });
  return opened.ok ? opened.value : opened.reason;
}

/** What the bundle says of itself; that a pinned root signed it is established afterwards. */
function claimedIssuer(bundle: unknown, crypto: Crypto): string {
  const { keySetKey } = (bundle ?? {}) as Partial<KeySetBundle>;
  return String(decodeJson(String(keySetKey).split('.')[1] ?? '', crypto)?.iss);
}

/** The JSON in a text, or null. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
