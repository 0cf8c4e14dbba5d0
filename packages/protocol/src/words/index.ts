/** Signed words: what a client needs to read them and a server to sign them. No schema library comes with this. */

export type { Crypto, SigningKey } from '../crypto.ts';
export { decodeBase64Url, encodeBase64Url } from './base64url.ts';
export { type Check, fields, integer, list, natural, orNull, record, text } from './check.ts';
export { checkGrantClaims, checkLeaseClaims, checkVerdictClaims } from './claims.ts';
export * from './compact.ts';
export type { OpenedLease, WordContext } from './context.ts';
export { checkCaps, type OpenedGrant, openGrant, signGrant } from './grant.ts';
export { openLease } from './lease.ts';
export { type OpenedProof, openProof, openProofApart, type ProofContext, signProof } from './proof.ts';
export { checkProofClaims } from './proof-claims.ts';
export { WORD_REASONS, type WordReason } from './reasons.ts';
export { isPublicKey, thumbprint } from './thumbprint.ts';
export { openVerdict } from './verdict.ts';
