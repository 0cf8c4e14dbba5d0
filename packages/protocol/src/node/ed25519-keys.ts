/** Ed25519 keys of `node:crypto`, from the forms in which words and root files carry them. Shared with the crypto thread. */
import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';

/** Importing a key costs about a quarter of a verification; a control plane sees the keys of many installations. */
const IMPORTED_KEYS_MAX = 4096;

/** DER in front of the seed of an Ed25519 private key (RFC 8410): PKCS #8, version 0, OID 1.3.101.112. */
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');

const importedKeys = new Map<string, KeyObject>();

/** The key of a JWK's `x`. Throws for one that is none. */
export function publicKey(x: string): KeyObject {
  const known = importedKeys.get(x);
  if (known !== undefined) return known;
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
  if (importedKeys.size >= IMPORTED_KEYS_MAX) forgetOldest();
  importedKeys.set(x, key);
  return key;
}

function forgetOldest(): void {
  for (const oldest of importedKeys.keys()) {
    importedKeys.delete(oldest);
    return;
  }
}

/** The key of a 32-byte seed (RFC 8032). */
export function privateKey(seed: Uint8Array): KeyObject {
  return createPrivateKey({ key: Buffer.concat([PKCS8_PREFIX, seed]), format: 'der', type: 'pkcs8' });
}
