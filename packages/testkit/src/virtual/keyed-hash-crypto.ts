/**
 * Signatures that cost a hash: for long drills, where a year of renewals would otherwise be spent on curves. Anybody can
 * forge them. At least one drill of each kind runs on true signatures instead.
 */
import type { Crypto, SigningKey } from '@glidepath/protocol/words';
import { encodeBase64Url, thumbprint } from '@glidepath/protocol/words';

/** A `Crypto` on the hash, and the decoder if there is one, of another (`nodeCrypto`, say). */
export function keyedHashCrypto({ sha256, decodeBase64Url }: Pick<Crypto, 'sha256' | 'decodeBase64Url'>): Crypto {
  const signatureOf = (x: string, data: Uint8Array): Uint8Array => {
    const half = sha256(joined(utf8.encode(x), data));
    return joined(half, sha256(half));
  };
  return {
    sha256,
    decodeBase64Url,
    verify: (x, data, signature) => {
      const right = signatureOf(x, data);
      return signature.length === right.length && right.every((byte, index) => byte === signature[index]);
    },
    signerFromSeed: (seed): SigningKey => {
      const x = encodeBase64Url(sha256(seed));
      return { x, kid: thumbprint(x, { sha256 }), sign: (data) => signatureOf(x, data) };
    },
  };
}

const utf8 = new TextEncoder();

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(a.length + b.length);
  bytes.set(a);
  bytes.set(b, a.length);
  return bytes;
}
