/** Proof of possession: a request says, signed by the installation's own key, what it asks and with which license key. */
import { ok, PROOF_AUDIENCE, type ProofClaims, type Result } from '@glidepath/core';
import type { Crypto, SigningKey } from '../crypto.ts';
import { asciiJson } from './ascii-json.ts';
import { decodeJson, isSignedBy, isSignedByApart, PROOF_TYP, refuse, type SplitWord, signJson, splitWord } from './compact.ts';
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
  const shown = shownIn(compact, ctx);
  if (!shown.ok) return shown;
  const { word, x } = shown.value;
  return isSignedBy(word, x, ctx.crypto) ? believed(word, x, ctx) : refuse('bad-signature');
}

/** As `openProof`, verified beside the thread that answers where the platform can. */
export async function openProofApart(compact: unknown, ctx: ProofContext): Promise<Result<OpenedProof, WordReason>> {
  const shown = shownIn(compact, ctx);
  if (!shown.ok) return shown;
  const { word, x } = shown.value;
  return (await isSignedByApart(word, x, ctx.crypto)) ? believed(word, x, ctx) : refuse('bad-signature');
}

/** A proof taken apart, and the key by which it says that it is signed. */
function shownIn(compact: unknown, { crypto }: ProofContext): Result<{ readonly word: SplitWord; readonly x: string }, WordReason> {
  const word = splitWord(compact, PROOF_TYP, crypto);
  if (!word.ok) return word;
  const x = publicKeyIn(word.value.header.jwk);
  return x === null ? refuse('unknown-key') : ok({ word: word.value, x });
}

function believed(word: SplitWord, x: string, ctx: ProofContext): Result<OpenedProof, WordReason> {
  const claims = decodeJson(word.payload, ctx.crypto);
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
