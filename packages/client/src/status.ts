/** How a client is doing, in one word, and whether that is good. Pure. */
import { type Instant, instant, type VerdictClaims } from '@glidepath/core';
import { isToBeMended, type Silence } from './exchange.ts';
import type { Held } from './held.ts';
import type { Misconfiguration } from './options.ts';
import { situationOf } from './terms-of-lease.ts';

/**
 * `not-ready`: nothing signed was seen yet. `ready`: a word is held, and its hold goes on. `stale`: the hold has ended in
 * silence; answers come from the signed path. `error`: the server answers, and what it says has to be mended by people.
 * `fatal`: it cannot get better by itself (a misconfiguration, a removed holder). In each of them `check` answers.
 */
export type ClientStatus = 'not-ready' | 'ready' | 'stale' | 'error' | 'fatal';

export interface Condition {
  readonly misconfiguration: Misconfiguration | null;
  readonly held: Held;
  /** Why the last attempt brought no word; null when it brought one, or there was none. */
  readonly silence: Silence | null;
  readonly now: Instant;
}

export function statusOf({ misconfiguration, held, silence, now }: Condition): ClientStatus {
  if (misconfiguration !== null || removalOf(held) !== null) return 'fatal';
  if (held.lease === null && held.refusal !== null) return 'error';
  if (silence !== null && isToBeMended(silence)) return 'error';
  if (held.lease === null) return 'not-ready';
  const holdsUntil = holdEndsAt(held);
  return holdsUntil !== null && now >= holdsUntil ? 'stale' : 'ready';
}

/** The verdict by which this holder was removed, if it was. */
export function removalOf({ verdicts, refusal }: Held): VerdictClaims | null {
  const standing = verdicts.find(({ claims }) => claims.verdict === 'holder-removed')?.claims;
  return standing ?? (refusal?.verdict === 'holder-removed' ? refusal : null);
}

/** When the lease in hand turns stale. */
export function holdEndsAt(held: Held): Instant | null {
  const heard = situationOf(held)?.observations.lastSignedWordAt ?? null;
  return heard === null || held.lease === null ? null : instant(heard + held.lease.claims.ttlMs);
}
