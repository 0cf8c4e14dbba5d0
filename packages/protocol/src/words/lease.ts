/** Leases: signed by the issuer, or by a sub-key under a grant that travels inside. */
import { type LeaseClaims, ok, type Result } from '@glidepath/core';
import { checkLeaseClaims } from './claims.ts';
import { decodeJson, LEASE_TYP, refuse, type SplitWord, splitWord } from './compact.ts';
import type { OpenedLease, WordContext } from './context.ts';
import { checkCaps, openGrant } from './grant.ts';
import { checkBindings, keyOf, readClaims, readIssued } from './read.ts';
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
  const opened = keyOf(word.value, ctx) === null ? openByGrant(word.value, ctx) : openByIssuer(word.value, ctx);
  if (!opened.ok) return opened;
  const { claims } = opened.value;
  return checkBindings(claims, ctx) ?? checkHolder(claims, ctx) ?? checkReferences(claims) ?? opened;
}

function openByIssuer(word: SplitWord, ctx: WordContext): Result<OpenedLease, WordReason> {
  const issued = readIssued<LeaseClaims>(word, checkLeaseClaims, ctx);
  return issued.ok ? ok({ ...issued.value, via: 'issuer', grant: null }) : issued;
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
