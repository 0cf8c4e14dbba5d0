/** Ed25519 and SHA-256 by `node:crypto`, synchronous. What a client on Node carries; a server adds `threaded-crypto.ts`. */
import { createHash, createPublicKey, sign, verify } from 'node:crypto';
import { invariant } from '@glidepath/core';
import type { Crypto, SigningKey } from '../crypto.ts';
import { thumbprint } from '../words/thumbprint.ts';
import { privateKey, publicKey } from './ed25519-keys.ts';

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

function signerFromSeed(seed: Uint8Array): SigningKey {
  invariant(seed.length === 32, 'an Ed25519 seed has 32 bytes');
  const key = privateKey(seed);
  const { x } = createPublicKey(key).export({ format: 'jwk' });
  invariant(x !== undefined, 'an Ed25519 public key has an x');
  return { kid: thumbprint(x, nodeCrypto), x, sign: (data) => sign(null, data, key) };
}
