/**
 * The key set that words are verified with, and how it is replaced: only along the chain from the pinned roots.
 *
 * A bundle that does not verify changes nothing and is counted; the one that is held stays.
 */
import type { Instant } from '@glidepath/core';
import { type KeySet, type KeySetBundle, openKeySet } from '@glidepath/protocol/keys';
import { type Crypto, decodeJson } from '@glidepath/protocol/words';
import type { Count } from './counters.ts';

export interface KeyRing {
  readonly held: KeySet | null;
  /** The issuer whose words are believed; null until one is configured or a root has named it. */
  readonly issuer: string | null;
  /** Takes a bundle over if it verifies. `isOwnCopy`: it lay in the cache. */
  take(bundle: unknown, now: Instant, isOwnCopy: boolean): boolean;
  /** The text of the held bundle, for the cache. */
  readonly text: string | null;
}

export interface KeyRingSettings {
  readonly roots: readonly string[];
  readonly env: string;
  /** Where none is configured, it is the one that the pinned root has signed. */
  readonly issuer: string | null;
  readonly crypto: Crypto;
}

export function createKeyRing({ roots, env, issuer, crypto }: KeyRingSettings, count: Count): KeyRing {
  let held: KeySet | null = null;
  let text: string | null = null;
  return {
    get held() {
      return held;
    },
    get issuer() {
      return issuer ?? held?.iss ?? null;
    },
    get text() {
      return text;
    },
    take(bundle, now, isOwnCopy) {
      const iss = issuer ?? held?.iss ?? claimedIssuer(bundle, crypto) ?? '';
      const opened = openKeySet(bundle, { roots, env, iss, now, crypto, held, isOwnCopy });
      if (!opened.ok) {
        count(`key-set.${opened.reason}`);
        return false;
      }
      if (opened.value.digest !== held?.digest) count('key-set.taken');
      held = opened.value;
      text = JSON.stringify(bundle);
      return true;
    },
  };
}

/** What the bundle says of itself; that a pinned root signed it is established afterwards. */
function claimedIssuer(bundle: unknown, crypto: Crypto): string | null {
  const compact = (bundle as Partial<KeySetBundle> | null)?.keySetKey;
  const iss = typeof compact === 'string' ? decodeJson(compact.split('.')[1] ?? '', crypto)?.iss : undefined;
  return typeof iss === 'string' ? iss : null;
}

/** The bundle in a text, or null. */
export function parseBundle(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
