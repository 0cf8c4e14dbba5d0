/**
 * The key set that words are verified with, and how it is replaced: only along the chain from the pinned roots.
 *
 * A bundle that does not verify changes nothing and is counted; the one that is held stays.
 */
import type { Instant } from '@glidepath/core';
import { type KeySet, type KeySetBundle, type KeySetContext, openKeySet } from '@glidepath/protocol/keys';
import { type Crypto, decodeJson } from '@glidepath/protocol/words';
import type { Count } from './counters.ts';

export class KeyRing {
  held: KeySet | null = null;
  /** The held bundle as it is kept in the cache; empty while none is held. */
  text = '';
  readonly #context: Omit<KeySetContext, 'iss' | 'now'>;
  readonly #issuer: string | undefined;
  readonly #count: Count;

  /** Where no issuer is configured, it is the one that the pinned root has signed. */
  constructor(context: Omit<KeySetContext, 'iss' | 'now'>, issuer: string | undefined, count: Count) {
    this.#context = context;
    this.#issuer = issuer;
    this.#count = count;
  }

  /** Takes a bundle over if it verifies. `isOwnCopy`: it lay in the cache. */
  take(bundle: unknown, now: Instant, isOwnCopy: boolean): boolean {
    const { held } = this;
    const iss = this.#issuer ?? held?.iss ?? claimedIssuer(bundle, this.#context.crypto);
    const opened = openKeySet(bundle, { ...this.#context, iss, now, held, isOwnCopy });
    this.#count(`key-set.${opened.ok ? 'taken' : opened.reason}`);
    if (!opened.ok) return false;
    this.held = opened.value;
    this.text = JSON.stringify(bundle);
    return true;
  }
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
