/** Leases: signed by the issuer, or by a sub-key under a grant that travels inside. */
import { type LeaseClaims, ok, type Result } from '@glidepath/core';
import type { KeySetEntry } from '../keys/key-set.ts';
import { checkLeaseClaims } from './claims.ts';
import { decodeJson, LEASE_TYP, refuse, type SplitWord, splitWord } from './compact.ts';
import type { OpenedLease, WordContext } from './context.ts';
import { checkCaps, openGrant } from './grant.ts';
import { checkBindings, checkKeyWindow, keyOf, readClaims } from './read.ts';
import type { WordReason } from './reasons.ts';
import { checkReferences } from './references.ts';

/**
 * Opens a lease, or says why it is not believed.
 *
 * A lease of a key that is known to be compromised opens, with `trust: 'compromised'`: to refuse it would take
 * everything away at once from those who hold honest leases of that key. Never throws, whatever the text.
 */
export function openLease(compact: unknown, ctx: WordContext): Result<OpenedLease, WordReason> {
  const word = splitWord(compact, LEASE_TYP, ctx.crypto);
  if (!word.ok) return word;
  const key = keyOf(word.value, ctx);
  const opened = key === null ? openByGrant(word.value, ctx) : openByIssuer(word.value, key, ctx);
  if (!opened.ok) return opened;
  const { claims } = opened.value;
  return checkBindings(claims, ctx) ?? checkHolder(claims, ctx) ?? checkReferences(claims) ?? opened;
}

function openByIssuer(word: SplitWord, key: KeySetEntry, ctx: WordContext): Result<OpenedLease, WordReason> {
  const claims = readClaims<LeaseClaims>(word, key.x, checkLeaseClaims, ctx);
  if (!claims.ok) return claims;
  const trust = key.status === 'compromised' ? 'compromised' : 'good';
  return checkKeyWindow(claims.value, key) ?? ok({ claims: claims.value, trust, via: 'issuer', grant: null });
}

/** The claim `grant` is read before the lease is verified, for it names the key; the grant itself is verified first. */
function openByGrant(word: SplitWord, ctx: WordContext): Result<OpenedLease, WordReason> {
  const compact = decodeJson(word.payload, ctx.crypto)?.grant;
  if (typeof compact !== 'string') return refuse('unknown-key');
  const grant = openGrant(compact, ctx);
  if (!grant.ok) return refuse('bad-grant', { reason: grant.reason });
  if (word.header.kid !== grant.value.claims.sub) return refuse('unknown-key');
  const claims = readClaims<LeaseClaims>(word, grant.value.claims.x, checkLeaseClaims, ctx);
  if (!claims.ok) return claims;
  const { claims: caps, trust } = grant.value;
  return checkReferences(claims.value) ?? checkCaps(claims.value, caps) ?? ok({ claims: claims.value, trust, via: 'grant', grant: caps });
}

function checkHolder(claims: LeaseClaims, ctx: WordContext): ReturnType<typeof refuse> | null {
  if (ctx.holder === undefined || claims.cnf?.jkt === ctx.holder) return null;
  const isUnbound = claims.cnf === undefined && claims.bootstrap !== null;
  return isUnbound ? null : refuse('wrong-holder');
}
