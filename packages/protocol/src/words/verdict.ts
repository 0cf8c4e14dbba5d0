/** Verdicts: the signed answers that are no lease. */
import { ok, type Result, type VerdictClaims } from '@glidepath/core';
import { checkVerdictClaims } from './claims.ts';
import { refuse, splitWord, VERDICT_TYP } from './compact.ts';
import type { WordContext } from './context.ts';
import { checkBindings, readIssued } from './read.ts';
import type { WordReason } from './reasons.ts';

/**
 * Opens a verdict, or says why it is not believed.
 *
 * Unlike a lease, a verdict of a compromised key is refused: it can only take something away, and whoever stole the key
 * could condemn every holder. A verdict is never signed under a grant, and always bound to its holder.
 */
export function openVerdict(compact: unknown, ctx: WordContext): Result<VerdictClaims, WordReason> {
  const word = splitWord(compact, VERDICT_TYP, ctx.crypto);
  if (!word.ok) return word;
  const opened = readIssued<VerdictClaims>(word.value, checkVerdictClaims, ctx);
  if (!opened.ok) return opened;
  const { claims, trust } = opened.value;
  if (trust === 'compromised') return refuse('compromised-key');
  if (ctx.holder !== undefined && claims.cnf?.jkt !== ctx.holder) return refuse('wrong-holder');
  return checkBindings(claims, ctx) ?? ok(claims);
}
