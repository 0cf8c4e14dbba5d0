/** Ed25519 and SHA-256 by `node:crypto`, synchronous. What a client on Node carries; a server adds `threaded-crypto.ts`. */
import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import { invariant } from '@glidepath/core';
import type { Crypto, SigningKey } from '../crypto.ts';
import { thumbprint } from '../words/thumbprint.ts';

/** Importing a key costs about half a verification; a control plane sees the keys of many installations. */
const IMPORTED_KEYS_MAX = 4096;

/** DER in front of the seed of an Ed25519 private key (RFC 8410): PKCS #8, version 0, OID 1.3.101.112. */
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');

const importedKeys = new Map<string, KeyObject>();

export const nodeCrypto: Crypto = {
  verify(x, data, signature) {
    try {
      return verify(null, data, publicKey(x), signature);
    } catch {
      return false;
    }
  },
  sha256(data) {
    return createHash('sha256').update(data).digest();
  },
  signerFromSeed,
  decodeBase64Url(text) {
    // Node's decoder forgives nearly everything; what it would have written itself is the one text of these bytes.
    const bytes = Buffer.from(text, 'base64url');
    return bytes.toString('base64url') === text ? bytes : null;
  },
};

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

function signerFromSeed(seed: Uint8Array): SigningKey {
  invariant(seed.length === 32, 'an Ed25519 seed has 32 bytes');
  const key = privateKey(seed);
  const { x } = createPublicKey(key).export({ format: 'jwk' });
  invariant(x !== undefined, 'an Ed25519 public key has an x');
  return { kid: thumbprint(x, nodeCrypto), x, sign: (data) => sign(null, data, key) };
}

export function privateKey(seed: Uint8Array): KeyObject {
  return createPrivateKey({ key: Buffer.concat([PKCS8_PREFIX, seed]), format: 'der', type: 'pkcs8' });
}
