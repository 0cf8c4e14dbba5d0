/** The key that makes this installation itself: it signs every request, and leases are bound to it (RFC 7800). */
import type { Entropy } from '@glidepath/core';
import { type Crypto, encodeBase64Url, type SigningKey } from '@glidepath/protocol/words';
import type { Cache } from './cache.ts';

const SEED_BYTES = 32;

/** The installation's key: the one in its cache, or a new one that is put there. */
export async function installationKey(cache: Cache, crypto: Crypto, entropy: Entropy): Promise<SigningKey> {
  const made = entropy.bytes(SEED_BYTES);
  const text = await cache.key((held) => seedIn(held, crypto) !== null, encodeBase64Url(made));
  return crypto.signerFromSeed(seedIn(text, crypto) ?? made);
}

function seedIn(text: string, crypto: Crypto): Uint8Array | null {
  const seed = crypto.decodeBase64Url(text.trim());
  return seed?.length === SEED_BYTES ? seed : null;
}
