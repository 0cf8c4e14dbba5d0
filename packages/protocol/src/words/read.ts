/** What the readers of leases, verdicts and grants have in common: key, signature, shape, and whose word it is. */
import { AUDIENCE, compareCounters, type Denial, ok, type Result, type WordClaims } from '@glidepath/core';
import type { KeySetEntry } from '../keys/key-set.ts';
import type { Check } from './check.ts';
import { decodeJson, isSignedBy, LEASE_TYP, refuse, type SplitWord } from './compact.ts';
import type { OpenedLease, WordContext } from './context.ts';
import { readLease } from './path.ts';
import type { WordReason } from './reasons.ts';

/** The claims that every word to a client has, besides those of its own kind. */
type Word = WordClaims & { readonly sub: string };

export interface Issued<T> {
  readonly claims: T;
  readonly trust: OpenedLease['trust'];
}

export function keyOf(word: SplitWord, ctx: Pick<WordContext, 'keys'>): KeySetEntry | null {
  return ctx.keys.keys.find((key) => key.kid === word.header.kid) ?? null;
}

/**
 * The claims of a word that `x` signed, if they have the right shape and come from this issuer and environment.
 *
 * The signature comes first, so that nothing unsigned is parsed. `exp` and `nbf` are for other libraries and are not
 * judged: our clients go by the path, from `iatMs`, and a lease past its `exp` still says on which rung it ended.
 */
export function readClaims<T extends Word>(word: SplitWord, x: string, check: Check, ctx: WordContext): Result<T, WordReason> {
  if (!isSignedBy(word, x, ctx.crypto)) return refuse('bad-signature');
  const claims = decodeJson(word.payload, ctx.crypto, word.header.typ === LEASE_TYP ? readLease : JSON.parse);
  if (claims === null) return refuse('not-a-word');
  if (differs(claims.iss, ctx.iss)) return refuse('wrong-issuer');
  if (differs(claims.env, ctx.env)) return refuse('wrong-environment');
  if (differs(claims.aud, AUDIENCE)) return refuse('wrong-audience');
  const place = check(claims);
  return place === null ? ok(claims as unknown as T) : refuse('malformed', { claim: place });
}

/** A word that a key of the key set signed, when it might. */
export function readIssued<T extends Word>(word: SplitWord, check: Check, ctx: WordContext): Result<Issued<T>, WordReason> {
  const key = keyOf(word, ctx);
  if (key === null) return refuse('unknown-key');
  const claims = readClaims<T>(word, key.x, check, ctx);
  if (!claims.ok) return claims;
  const trust = key.status === 'compromised' ? 'compromised' : 'good';
  return checkKeyWindow(claims.value, key) ?? ok({ claims: claims.value, trust });
}

function differs(claim: unknown, expected: string): boolean {
  return typeof claim === 'string' && claim !== expected;
}

/** Refuses a word that its key cannot have signed when the word says; a compromised key has its window too. */
function checkKeyWindow(claims: Word, key: KeySetEntry): Denial<WordReason> | null {
  if (claims.iatMs >= key.notBefore && claims.iatMs <= key.signsUntil) return null;
  return refuse('outside-key-window');
}

/** Refuses a word that answers another request, is about another license, or is older than what was seen. */
export function checkBindings(claims: Word, ctx: WordContext): Denial<WordReason> | null {
  if (ctx.nonce !== undefined && claims.nonce !== ctx.nonce) return refuse('wrong-nonce');
  if (ctx.license !== undefined && claims.license !== ctx.license) return refuse('wrong-license');
  if (ctx.after && compareCounters(claims.seq, ctx.after) < 0) return refuse('older-seq');
  return null;
}
