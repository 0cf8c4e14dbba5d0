/**
 * Seals with AES-256-GCM (NIST SP 800-38D) under one key that lives outside the database: in a file of mode 0600, or in the
 * environment. Whoever copies the database alone reads no private key.
 *
 * A sealed text is `v1.<nonce>.<ciphertext and tag>`, base64url. Nonces are 96 random bits: far fewer things are ever
 * sealed than would make a repetition likely.
 */
import { createCipheriv, createDecipheriv } from 'node:crypto';
import { type Entropy, Fault, invariant } from '@glidepath/core';
import type { Seal } from '../../world.ts';

export const SEAL_KEY_BYTES = 32;
const ALGORITHM = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

export function createSeal(key: Uint8Array, entropy: Entropy): Seal {
  invariant(key.length === SEAL_KEY_BYTES, `a sealing key has ${SEAL_KEY_BYTES} bytes`);
  return {
    seal(plain, purpose) {
      const nonce = entropy.bytes(NONCE_BYTES);
      const cipher = createCipheriv(ALGORITHM, key, nonce, { authTagLength: TAG_BYTES });
      cipher.setAAD(Buffer.from(purpose, 'utf8'));
      const body = Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
      return `v1.${Buffer.from(nonce).toString('base64url')}.${body.toString('base64url')}`;
    },
    open(sealed, purpose) {
      const [version, nonce, body] = sealed.split('.').map((part) => Buffer.from(part, 'base64url'));
      if (
        version === undefined ||
        nonce?.length !== NONCE_BYTES ||
        body === undefined ||
        body.length < TAG_BYTES ||
        !sealed.startsWith('v1.')
      ) {
        throw broken('it has not the form of a sealed text');
      }
      try {
        const decipher = createDecipheriv(ALGORITHM, key, nonce, { authTagLength: TAG_BYTES });
        decipher.setAAD(Buffer.from(purpose, 'utf8'));
        decipher.setAuthTag(body.subarray(body.length - TAG_BYTES));
        return Buffer.concat([decipher.update(body.subarray(0, body.length - TAG_BYTES)), decipher.final()]);
      } catch (cause) {
        throw broken('it was sealed under another key or for another purpose', cause);
      }
    },
  };
}

function broken(why: string, cause?: unknown): Fault {
  return new Fault('seal-broken', `A sealed text does not open: ${why}`, { retryable: false, cause });
}
