/** The check of a proof's claims: in a file of its own, because only servers read proofs, and a client need not carry it. */
import { PROOF_AUDIENCE } from '@glidepath/core';
import { type Check, fields, oneOf, text } from './check.ts';
import { counter } from './claims.ts';

export const checkProofClaims: Check = fields(
  { aud: oneOf(PROOF_AUDIENCE), op: oneOf('acquire', 'renew', 'release'), nonce: text, key: text },
  { lease: text, epoch: counter, seq: counter },
);
