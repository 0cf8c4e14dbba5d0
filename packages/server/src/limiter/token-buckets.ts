/**
 * Token buckets, one per key: each fills at a rate up to a burst, each request takes one token, an empty bucket says when the
 * next one comes.
 *
 * A full bucket is the same as none, so that only keys in use take memory; beyond `entriesMax` the one that was used least
 * lately is forgotten. Whoever is forgotten begins with a full bucket: memory is bounded before fairness is. Pure: `now` is
 * a number of ms that never steps back (a monotonic clock), read by the caller.
 */
import type { Milliseconds } from '@glidepath/core';

export interface Rate {
  /** Tokens that come back each second. */
  readonly perSecond: number;
  /** Tokens of a full bucket: what may come at once. */
  readonly burst: number;
}

export interface Ruling {
  readonly ok: boolean;
  /** Whole tokens that are left. */
  readonly remaining: number;
  /** When the next request will be taken; 0 when one would be now. */
  readonly retryAfterMs: Milliseconds;
}

export interface TokenBuckets {
  /** Takes a token, or says when there is one. */
  take(key: string, now: number): Ruling;
  /** Gives back a token that was taken for what turned out to cost nothing. */
  giveBack(key: string, now: number): void;
  /** Keys that take memory now. */
  readonly size: number;
}

interface Bucket {
  readonly tokens: number;
  readonly at: number;
}

/** Full buckets that each call may forget: more than one call can make, so that they never pile up. */
const FORGOTTEN_PER_CALL = 4;

export function createTokenBuckets(rate: Rate, entriesMax: number): TokenBuckets {
  /** In the order of last use, the oldest first. */
  const buckets = new Map<string, Bucket>();

  function levelOf(bucket: Bucket | undefined, now: number): number {
    if (bucket === undefined) return rate.burst;
    return Math.min(rate.burst, bucket.tokens + (Math.max(0, now - bucket.at) / 1_000) * rate.perSecond);
  }

  function put(key: string, tokens: number, now: number): void {
    buckets.delete(key);
    if (tokens < rate.burst) buckets.set(key, { tokens, at: now });
    forget(now);
  }

  function forget(now: number): void {
    let looked = 0;
    for (const [key, bucket] of buckets) {
      const isOver = buckets.size > entriesMax;
      if (!isOver && (looked >= FORGOTTEN_PER_CALL || levelOf(bucket, now) < rate.burst)) return;
      buckets.delete(key);
      looked += 1;
    }
  }

  return {
    get size() {
      return buckets.size;
    },
    take(key, now) {
      const level = levelOf(buckets.get(key), now);
      const ok = level >= 1;
      const left = ok ? level - 1 : level;
      put(key, left, now);
      return { ok, remaining: Math.floor(left), retryAfterMs: left >= 1 ? 0 : Math.ceil(((1 - left) / rate.perSecond) * 1_000) };
    },
    giveBack(key, now) {
      put(key, Math.min(rate.burst, levelOf(buckets.get(key), now) + 1), now);
    },
  };
}
