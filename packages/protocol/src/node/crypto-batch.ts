/**
 * Verifications and signatures as one message to the crypto thread, and its one answer. A message for each of them would cost
 * the thread that answers callers more than half of what it saves.
 */
import { type KeyObject, sign, verify } from 'node:crypto';
import { publicKey } from './ed25519-keys.ts';

/** A verification by a public key (JWK's `x`), or a signature by a private one. */
export type CryptoJob =
  | { readonly x: string; readonly data: Uint8Array; readonly signature: Uint8Array }
  | { readonly key: KeyObject; readonly data: Uint8Array };

/** In what form jobs travel: all bytes in one piece, and for each job its parts. */
export interface CryptoBatch {
  /** Of a verification the signature and then the data, of a signature the data. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Bytes of each job, together. */
  readonly lengths: readonly number[];
  /** The `x` of a verification, or the place of a signature's key in `keys`. */
  readonly by: readonly (string | number)[];
  readonly keys: readonly KeyObject[];
}

export const SIGNATURE_BYTES = 64;

/** A verification's signature has `SIGNATURE_BYTES`: whoever asks has looked. */
export function packBatch(jobs: readonly CryptoJob[]): CryptoBatch {
  const lengths = jobs.map((job) => job.data.length + ('x' in job ? SIGNATURE_BYTES : 0));
  const bytes = new Uint8Array(lengths.reduce((sum, length) => sum + length, 0));
  const keys: KeyObject[] = [];
  const by: (string | number)[] = [];
  let at = 0;
  for (const job of jobs) {
    if ('x' in job) {
      bytes.set(job.signature, at);
      at += SIGNATURE_BYTES;
      by.push(job.x);
    } else {
      if (!keys.includes(job.key)) keys.push(job.key);
      by.push(keys.indexOf(job.key));
    }
    bytes.set(job.data, at);
    at += job.data.length;
  }
  return { bytes, lengths, by, keys };
}

/** One byte for each verification (1: it is theirs), a signature for each signature, in order. */
export function carryOutBatch({ bytes, lengths, by, keys }: CryptoBatch): Uint8Array<ArrayBuffer> {
  const answers = new Uint8Array(by.reduce((sum: number, who) => sum + (typeof who === 'string' ? 1 : SIGNATURE_BYTES), 0));
  let from = 0;
  let to = 0;
  for (const [at, who] of by.entries()) {
    const own = bytes.subarray(from, from + (lengths[at] ?? 0));
    from += own.length;
    if (typeof who === 'string') {
      answers[to++] = isSigned(who, own) ? 1 : 0;
      continue;
    }
    answers.set(sign(null, own, keys[who] as KeyObject), to);
    to += SIGNATURE_BYTES;
  }
  return answers;
}

function isSigned(x: string, own: Uint8Array): boolean {
  try {
    return verify(null, own.subarray(SIGNATURE_BYTES), publicKey(x), own.subarray(0, SIGNATURE_BYTES));
  } catch {
    return false;
  }
}
