/**
 * When to ask next: pure delays from what happened, a `Random` and no timer.
 *
 * Renewals come early by jitter and never late. Failures back off with full jitter, so that a thousand clients that lost
 * the same server do not come back together. A refusal that only people can mend slows the loop and never stops it: the
 * day somebody mends it, clients notice by themselves.
 */
import { HOUR, MINUTE, type Milliseconds, type Random, SECOND } from '@glidepath/core';

const RENEW_JITTER = 0.1;
/** The server paces a fleet by `renewAfterMs`, as far as this share of the hold. */
const HOLD_SHARE_MAX = 0.8;
const RENEW_MIN_MS = 250;
const BACKOFF_FIRST_MS = SECOND;
const BACKOFF_MAX_MS = 10 * MINUTE;
/** A policy whose days are seconds gets a loop to match: no wait is longer than this share of its hold, or 5 s. */
const HOLD_SHARE_BACKOFF = 0.25;
const BACKOFF_WITHOUT_LEASE_MAX_MS = MINUTE;
const REFUSED_MS = 15 * MINUTE;
const RETRY_AFTER_MAX_MS = HOUR;
const RETRY_AFTER_JITTER = 0.1;

/** Delay from the word's receipt to the next renewal. */
export function renewDelayMs(lease: { readonly renewAfterMs: Milliseconds; readonly ttlMs: Milliseconds }, random: Random): Milliseconds {
  const asked = Math.min(lease.renewAfterMs, HOLD_SHARE_MAX * lease.ttlMs);
  return Math.max(RENEW_MIN_MS, Math.floor(asked * (1 - RENEW_JITTER * random.next())));
}

export interface Failures {
  /** Failed attempts in a row; at least 1. */
  readonly count: number;
  /** 401, 403 and the like: somebody has to do something. */
  readonly isRefused: boolean;
  readonly retryAfterMs: Milliseconds | null;
  /** The hold of the lease that there is; null without one. */
  readonly ttlMs: Milliseconds | null;
}

/** Delay after an attempt that brought no word. */
export function failureDelayMs({ count, isRefused, retryAfterMs, ttlMs }: Failures, random: Random): Milliseconds {
  const ceiling = isRefused ? refusedMs(ttlMs) : Math.min(backoffMaxMs(ttlMs), BACKOFF_FIRST_MS * 2 ** Math.min(count - 1, 20));
  const delay = isRefused ? ceiling * (0.5 + 0.5 * random.next()) : ceiling * random.next();
  const least = retryAfterMs === null ? 0 : Math.min(retryAfterMs, RETRY_AFTER_MAX_MS) * (1 + RETRY_AFTER_JITTER * random.next());
  return Math.max(RENEW_MIN_MS, Math.floor(delay), Math.ceil(least));
}

function backoffMaxMs(ttlMs: Milliseconds | null): Milliseconds {
  return ttlMs === null ? BACKOFF_WITHOUT_LEASE_MAX_MS : Math.min(BACKOFF_MAX_MS, Math.max(5 * SECOND, ttlMs * HOLD_SHARE_BACKOFF));
}

function refusedMs(ttlMs: Milliseconds | null): Milliseconds {
  return Math.min(REFUSED_MS, Math.max(5 * SECOND, ttlMs ?? REFUSED_MS));
}

/** `Retry-After` in seconds (RFC 9110 §10.2.3); its other form is a date, and needs a clock that is right. */
export function parseRetryAfter(value: string | null): Milliseconds | null {
  return value !== null && /^\d{1,9}$/.test(value) ? Number(value) * SECOND : null;
}
