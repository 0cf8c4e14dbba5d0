/** The name of a public key: RFC 7638 over the Ed25519 members of RFC 8037, so that any JOSE library agrees. */
import type { Crypto } from '../crypto.ts';
import { hashText } from '../hash-text.ts';

/** base64url SHA-256 of `{"crv":"Ed25519","kty":"OKP","x":"…"}`. */
export function thumbprint(x: string, crypto: Pick<Crypto, 'sha256'>): string {
  return hashText(`{"crv":"Ed25519","kty":"OKP","x":"${x}"}`, crypto);
}

/** True for the canonical base64url text of 32 bytes, whose last two bits are zero. Whether they are a point of the curve, only verifying tells. */
export function isPublicKey(x: unknown): x is string {
  return typeof x === 'string' && /^[\w-]{42}[AEIMQUYcgkosw048]$/.test(x);
}
