/**
 * Verifying and signing beside the thread that answers: what a control plane runs on. In a file of its own, so that an
 * embedded client does not carry it.
 */
import { type KeyObject, sign, verify } from 'node:crypto';
import type { Crypto } from '../crypto.ts';
import { nodeCrypto, privateKey, publicKey } from './node-crypto.ts';

/** Callbacks of Node's thread pool finish in varying order, which a simulation cannot have. */
export const threadedCrypto: Crypto = {
  ...nodeCrypto,
  async verifyApart(x, data, signature) {
    try {
      return await verifyApart(data, publicKey(x), signature);
    } catch {
      return false;
    }
  },
  signerFromSeed(seed) {
    const key = privateKey(seed);
    return { ...nodeCrypto.signerFromSeed(seed), signApart: (data) => signApart(data, key) };
  },
};

function verifyApart(data: Uint8Array, key: KeyObject, signature: Uint8Array): Promise<boolean> {
  return new Promise((resolve, reject) => verify(null, data, key, signature, (error, isIts) => (error ? reject(error) : resolve(isIts))));
}

function signApart(data: Uint8Array, key: KeyObject): Promise<Uint8Array> {
  return new Promise((resolve, reject) => sign(null, data, key, (error, signature) => (error ? reject(error) : resolve(signature))));
}
