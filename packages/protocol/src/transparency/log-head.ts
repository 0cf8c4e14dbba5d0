/**
 * Signed heads of the log: how many leaves it has, and their root. Whoever keeps one can tell whether a later one is of
 * the same log.
 *
 * One log serves all environments, and each environment's signing key signs heads for those who know only its keys. A head
 * stands for the log however old it is, so that the window of its key is judged and its age is not. A head of a key that
 * is known to be compromised is no evidence: whoever stole the key could sign a log of their own.
 */
import { type Instant, ok, type Result } from '@glidepath/core';
import type { Crypto, SigningKey } from '../crypto.ts';
import type { KeySetClaims } from '../keys/key-set.ts';
import { decodeBase64Url } from '../words/base64url.ts';
import { type Check, fields, integer, natural, text } from '../words/check.ts';
import { decodeJson, HEAD_TYP, isSignedBy, refuse, signWord, splitWord } from '../words/compact.ts';
import type { WordReason } from '../words/reasons.ts';
import { HASH_BYTES } from './merkle.ts';

export interface LogHeadClaims {
  readonly iss: string;
  readonly env: string;
  /** When the head was made. */
  readonly iatMs: Instant;
  /** How many leaves. */
  readonly size: number;
  /** base64url. */
  readonly root: string;
  /** When its last leaf was sealed. */
  readonly at: Instant;
  /** Of the store: a restore raises it, and may have forgotten leaves that heads of an earlier one count. */
  readonly incarnation: number;
}

export const checkLogHeadClaims: Check = fields({
  iss: text,
  env: text,
  iatMs: integer,
  size: natural,
  root: (value) => (typeof value === 'string' && decodeBase64Url(value)?.length === HASH_BYTES ? null : ''),
  at: integer,
  incarnation: natural,
});

export function signLogHead(claims: LogHeadClaims, key: SigningKey): string {
  return signWord(HEAD_TYP, claims, key);
}

export interface LogHeadContext {
  readonly keys: Pick<KeySetClaims, 'keys'>;
  readonly crypto: Crypto;
  readonly env: string;
  readonly iss: string;
}

/** Opens a head, or says why it is not believed. Never throws. */
export function openLogHead(compact: unknown, ctx: LogHeadContext): Result<LogHeadClaims, WordReason> {
  const split = splitWord(compact, HEAD_TYP, ctx.crypto);
  if (!split.ok) return split;
  const key = ctx.keys.keys.find(({ kid }) => kid === split.value.header.kid);
  if (key === undefined) return refuse('unknown-key');
  if (key.status === 'compromised') return refuse('compromised-key');
  if (!isSignedBy(split.value, key.x, ctx.crypto)) return refuse('bad-signature');
  const claims = decodeJson(split.value.payload, ctx.crypto);
  const place = claims === null ? '' : checkLogHeadClaims(claims);
  if (place !== null) return refuse('malformed', { claim: place });
  const head = claims as unknown as LogHeadClaims;
  if (head.iss !== ctx.iss) return refuse('wrong-issuer');
  if (head.env !== ctx.env) return refuse('wrong-environment');
  if (head.iatMs < key.notBefore || head.iatMs > key.signsUntil) return refuse('outside-key-window');
  return ok(head);
}
