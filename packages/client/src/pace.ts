/**
 * When to ask next: pure delays from what happened, a `Random` and no timer.
 *
 * Renewals come early by jitter and never late. Failures back off with full jitter, so that a thousand clients that lost
 * the same server do not come back together. A refusal that only people can mend slows the loop and never stops it: the
 * day somebody mends it, clients notice by themselves.
 */
import { HOUR, type Instant, MINUTE, type Milliseconds, type Random, SECOND } from '@glidepath/core';

const RENEW_JITTER = 0.1;
/** The server paces a fleet by `renewAfterMs`, as far as this share of the hold. */
const HOLD_SHARE_MAX = 0.8;
const RENEW_MIN_MS = 250;
const BACKOFF_FIRST_MS = SECOND;
const BACKOFF_MAX_MS = 10 * MINUTE;
const BACKOFF_WITHOUT_LEASE_MAX_MS = MINUTE;
const REFUSED_MS = 15 * MINUTE;
const RETRY_AFTER_MAX_MS = HOUR;

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
  const jitter = random.next();
  const delay = isRefused
    ? scaled(REFUSED_MS, ttlMs) * (0.5 + jitter / 2)
    : Math.min(ttlMs === null ? BACKOFF_WITHOUT_LEASE_MAX_MS : scaled(BACKOFF_MAX_MS, ttlMs), BACKOFF_FIRST_MS * 2 ** (count - 1)) * jitter;
  return Math.ceil(Math.max(RENEW_MIN_MS, delay, Math.min(retryAfterMs ?? 0, RETRY_AFTER_MAX_MS) * (1 + RENEW_JITTER * jitter)));
}

/** A policy whose days are seconds gets a loop to match: no wait is longer than a quarter of its hold, or 5 s. */
function scaled(ms: Milliseconds, ttlMs: Milliseconds | null): Milliseconds {
  return Math.min(ms, Math.max(5 * SECOND, (ttlMs ?? HOUR) / 4));
}

/** `Retry-After` in its two forms (RFC 9110 §10.2.3): seconds, or a date, which is compared with signed time. */
export function parseRetryAfter(value: string | null, now: Instant): Milliseconds | null {
  if (/^\d{1,9}$/.test(value ?? '')) return Number(value) * SECOND;
  return value?.endsWith(' GMT') ? Math.max(0, Date.parse(value) - now) || 0 : null;
}
