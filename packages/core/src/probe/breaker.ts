/**
 * A circuit breaker as pure state: a source that keeps failing is left in peace, then tried once, then trusted again.
 *
 * It opens after several failures in a row, never on the first: one lost packet says nothing. State is plain data, so that it
 * can be kept over a restart; `now` is the caller's monotonic or wall clock, always the same one.
 */
import type { Random } from '../ports/world.ts';
import { after, HOUR, type Instant, MINUTE, type Milliseconds, SECOND } from '../time.ts';

export type Breaker =
  | { readonly kind: 'closed'; readonly failures: number }
  /** `opens` counts how often in a row, and lengthens the rest. */
  | { readonly kind: 'open'; readonly opens: number; readonly until: Instant }
  /** One attempt is under way; others wait until it ended, or until `trialUntil` when nobody says how it ended. */
  | { readonly kind: 'half-open'; readonly opens: number; readonly trialUntil: Instant };

export interface BreakerRule {
  /** Failures in a row that open it; at least 2. */
  readonly opensAfter: number;
  readonly restMs: Milliseconds;
  /** A rest doubles with each opening in a row, up to this. */
  readonly restMaxMs: Milliseconds;
  /** How long a trial may take before another one is let through. */
  readonly trialMs: Milliseconds;
}

export const BREAKER_CLOSED: Breaker = { kind: 'closed', failures: 0 };

export const PROBE_BREAKER: BreakerRule = { opensAfter: 3, restMs: MINUTE, restMaxMs: HOUR, trialMs: 90 * SECOND };

export interface BreakerAnswer {
  readonly allowed: boolean;
  /** To keep. */
  readonly breaker: Breaker;
  /** When to ask again; null: now. */
  readonly at: Instant | null;
}

/** Asks whether an attempt may be made now. Whoever is allowed must report how it went (`breakerAfter`). */
export function askBreaker(breaker: Breaker, now: Instant, rule: BreakerRule): BreakerAnswer {
  if (breaker.kind === 'closed') return { allowed: true, breaker, at: null };
  const from = breaker.kind === 'open' ? breaker.until : breaker.trialUntil;
  // Further off than any rest: the clock was set back since.
  const isLost = from - now > Math.max(rule.restMaxMs, rule.trialMs);
  if (now < from && !isLost) return { allowed: false, breaker, at: from };
  return { allowed: true, breaker: { kind: 'half-open', opens: breaker.opens, trialUntil: after(now, rule.trialMs) }, at: null };
}

/**
 * The state after an attempt. A rest is shortened by up to a tenth by chance, so that breakers that opened together do not
 * close together. A failure that comes in late, while it is open already, lengthens nothing.
 */
export function breakerAfter(breaker: Breaker, isGood: boolean, now: Instant, rule: BreakerRule, random: Random): Breaker {
  if (isGood) return BREAKER_CLOSED;
  if (breaker.kind === 'open') return breaker;
  if (breaker.kind === 'half-open') return opened(breaker.opens + 1, now, rule, random);
  const failures = breaker.failures + 1;
  return failures >= Math.max(2, rule.opensAfter) ? opened(1, now, rule, random) : { kind: 'closed', failures };
}

function opened(opens: number, now: Instant, { restMs, restMaxMs }: BreakerRule, random: Random): Breaker {
  const rest = Math.min(restMaxMs, restMs * 2 ** Math.min(opens - 1, 52));
  return { kind: 'open', opens, until: after(now, Math.ceil(rest * (1 - 0.1 * random.next()))) };
}
