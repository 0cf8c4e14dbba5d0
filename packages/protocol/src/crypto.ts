/**
 * The cryptography that signed words need, as a port: synchronous, so that a simulation stays in order and a check in
 * the client never waits. `@glidepath/protocol/node` implements it; long drills use a keyed hash behind the same shape.
 */

/** Signs with one private key that never leaves it. */
export interface SigningKey {
  /** RFC 7638 thumbprint of the public key. */
  readonly kid: string;
  /** Ed25519 public key, base64url. */
  readonly x: string;
  sign(data: Uint8Array): Uint8Array;
  /** The same beside the thread that answers; absent where everything happens in turn. */
  signApart?(data: Uint8Array): Promise<Uint8Array>;
}

export interface Crypto {
  /** False for a wrong signature, a key that is none, or a signature of the wrong length; never throws. */
  verify(x: string, data: Uint8Array, signature: Uint8Array): boolean;
  /** The same beside the thread that answers; absent where everything happens in turn. */
  verifyApart?(x: string, data: Uint8Array, signature: Uint8Array): Promise<boolean>;
  sha256(data: Uint8Array): Uint8Array;
  /** The Ed25519 key of a 32-byte seed (RFC 8032). */
  signerFromSeed(seed: Uint8Array): SigningKey;
  /** The platform's own base64url decoder where it has a fast one, as strict as `decodeBase64Url` of `./words`; else that one. */
  decodeBase64Url(text: string): Uint8Array | null;
}
