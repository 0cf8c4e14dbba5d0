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
  if (misconfiguration !== null || removalOf(held) !== undefined) return 'fatal';
  if (held.refusal !== null || (silence !== undefined && isToBeMended(silence))) return 'error';
  const holdsUntil = holdEndsAt(held);
  if (holdsUntil === null) return 'not-ready';
  return now < holdsUntil ? 'ready' : 'stale';
}

/** The verdict by which this holder was removed, if it was. */
export function removalOf({ verdicts, refusal }: Held): VerdictClaims | undefined {
  const isRemoval = (claims: VerdictClaims | null) => claims?.verdict === 'holder-removed';
  return verdicts.find(({ claims }) => isRemoval(claims))?.claims ?? (refusal && isRemoval(refusal) ? refusal : undefined);
}

/** When the lease in hand turns stale. */
export function holdEndsAt(held: Held): Instant | null {
  const heard = situationOf(held)?.observations.lastSignedWordAt ?? null;
  return heard === null || held.lease === null ? null : instant(heard + held.lease.claims.ttlMs);
}
