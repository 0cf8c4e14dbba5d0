/** Proof of possession: a request says, signed by the installation's own key, what it asks and with which license key. */
import { ok, PROOF_AUDIENCE, type ProofClaims, type Result } from '@glidepath/core';
import type { Crypto, SigningKey } from '../crypto.ts';
import { asciiJson } from './ascii-json.ts';
import { decodeJson, isSignedBy, PROOF_TYP, refuse, signJson, splitWord } from './compact.ts';
import { checkProofClaims } from './proof-claims.ts';
import type { WordReason } from './reasons.ts';
import { isPublicKey, thumbprint } from './thumbprint.ts';

export interface ProofContext {
  readonly crypto: Crypto;
  /** The operation that the request asks for. */
  readonly op: ProofClaims['op'];
  /** `hashSecret` of the license key that came with the request. */
  readonly keyHash: string;
}

export interface OpenedProof {
  readonly claims: ProofClaims;
  /** Thumbprint of the installation's key. */
  readonly jkt: string;
  readonly x: string;
}

/** Signs a proof. Its header carries the public key, the only word in which a reader looks at one. */
export function signProof(claims: ProofClaims, key: SigningKey): string {
  return signJson({ alg: 'EdDSA', typ: PROOF_TYP, jwk: { kty: 'OKP', crv: 'Ed25519', x: key.x } }, asciiJson(claims), key);
}

/**
 * Opens a proof. It shows that the sender has the key, not that the key is anybody's: the caller compares `jkt`.
 *
 * A proof has no time: a client whose clock is wrong must still renew. Freshness is the nonce, which the store keeps as
 * the request's id.
 */
export function openProof(compact: unknown, ctx: ProofContext): Result<OpenedProof, WordReason> {
  const word = splitWord(compact, PROOF_TYP, ctx.crypto);
  if (!word.ok) return word;
  const x = publicKeyIn(word.value.header.jwk);
  if (x === null) return refuse('unknown-key');
  if (!isSignedBy(word.value, x, ctx.crypto)) return refuse('bad-signature');
  const claims = decodeJson(word.value.payload, ctx.crypto);
  if (claims === null) return refuse('not-a-word', { part: 'payload' });
  if (typeof claims.aud === 'string' && claims.aud !== PROOF_AUDIENCE) return refuse('wrong-audience', { aud: claims.aud });
  const place = checkProofClaims(claims);
  if (place !== null) return refuse('malformed', { claim: place });
  const proof = claims as unknown as ProofClaims;
  if (proof.op !== ctx.op) return refuse('wrong-operation', { op: proof.op });
  if (proof.key !== ctx.keyHash) return refuse('wrong-license-key');
  return ok({ claims: proof, jkt: thumbprint(x, ctx.crypto), x });
}

function publicKeyIn(jwk: unknown): string | null {
  if (typeof jwk !== 'object' || jwk === null) return null;
  const { kty, crv, x } = jwk as Record<string, unknown>;
  return kty === 'OKP' && crv === 'Ed25519' && isPublicKey(x) ? x : null;
}
