/** How a client is doing, in one word, and whether that is good. Pure. */
import { type Instant, instant, type VerdictClaims } from '@glidepath/core';
import { isToBeMended, type Silence } from './exchange.ts';
import type { Held } from './held.ts';
import { situationOf } from './terms-of-lease.ts';

/**
 * `not-ready`: nothing signed was seen yet. `ready`: a word is held, and its hold goes on. `stale`: the hold has ended in
 * silence; answers come from the signed path. `error`: the server answers, and what it says has to be mended by people.
 * `fatal`: it cannot get better by itself (a misconfiguration, a removed holder). In each of them `check` answers.
 */
export type ClientStatus = 'not-ready' | 'ready' | 'stale' | 'error' | 'fatal';

/** `silence`: why the last attempt brought no word. */
export function statusOf(misconfiguration: string | null, held: Held, silence: Silence | undefined, now: Instant): ClientStatus {
  const refusal = refusalOf(held);
  if (misconfiguration !== null || refusal?.verdict === 'holder-removed') return 'fatal';
  if (refusal !== null || (silence !== undefined && isToBeMended(silence))) return 'error';
  const holdsUntil = holdEndsAt(held);
  if (holdsUntil === null) return 'not-ready';
  return now < holdsUntil ? 'ready' : 'stale';
}

/** The signed "no" to whoever holds nothing, or was removed; null: what is held counts. */
export function refusalOf({ verdicts, refusal }: Held): VerdictClaims | null {
  return verdicts.find(({ claims }) => claims.verdict === 'holder-removed')?.claims ?? refusal;
}

/** When the lease in hand turns stale. */
export function holdEndsAt(held: Held): Instant | null {
  const heard = situationOf(held)?.observations.lastSignedWordAt ?? null;
  return heard === null || held.lease === null ? null : instant(heard + held.lease.claims.ttlMs);
}
