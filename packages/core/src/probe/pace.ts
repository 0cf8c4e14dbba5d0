/**
 * When a source is asked next: intervals with jitter, back-off with full jitter, and a bound per vendor's server.
 *
 * Computes instants and starts no timer; chance is handed in. All of it keeps `everyAtLeastMs`: no jitter and no retry asks a
 * vendor's server more often than its connector allows.
 */
import type { Random } from '../ports/world.ts';
import { after, type Instant, MINUTE, type Milliseconds, SECOND } from '../time.ts';

export interface ProbePace {
  readonly everyMs: Milliseconds;
  /** Of the connector: never sooner than this after the last time. */
  readonly everyAtLeastMs: Milliseconds;
  /** Attempts since the last good one. */
  readonly failures: number;
  /** What the source asked for with its last answer (`Retry-After`). */
  readonly retryAfterMs?: Milliseconds | null;
}

/** A tenth: probes that were started together drift apart within hours. */
const JITTER = 0.1;
const RETRY_BASE_MS = 30 * SECOND;
const SPREAD_MAX_MS: Milliseconds = MINUTE;

/**
 * The next time after an attempt that ended at `now`.
 *
 * After a good one: the interval, shortened by at most a tenth. After failures: full jitter below a ceiling that doubles from
 * 30 s up to the interval, so that a short outage is over soon in the table and many agents do not return at once. A source
 * that asked for peace longer than that gets it, up to a day.
 */
export function nextProbeAt(pace: ProbePace, now: Instant, random: Random): Instant {
  const interval = Math.max(pace.everyMs, pace.everyAtLeastMs);
  const wanted =
    pace.failures === 0
      ? interval * (1 - JITTER * random.next())
      : fullJitterDelay({ baseMs: RETRY_BASE_MS, capMs: interval }, pace.failures, random);
  const asked = Math.min(pace.retryAfterMs ?? 0, RETRY_AFTER_MAX_MS);
  return after(now, Math.ceil(Math.max(wanted, pace.everyAtLeastMs, asked)));
}

/** Nobody's header silences a probe for longer. */
const RETRY_AFTER_MAX_MS: Milliseconds = 24 * 60 * MINUTE;

/** The first time after a start: within a minute, so that ten thousand probes do not begin in one instant. */
export function firstProbeAt(pace: Pick<ProbePace, 'everyMs'>, now: Instant, random: Random): Instant {
  return after(now, Math.floor(Math.min(pace.everyMs, SPREAD_MAX_MS) * random.next()));
}

export interface Backoff {
  readonly baseMs: Milliseconds;
  readonly capMs: Milliseconds;
}

/**
 * A delay anywhere between zero and `base × 2^(attempt - 1)`, at most the cap. `attempt` counts from 1.
 *
 * Full jitter (M. Brooker, "Exponential Backoff and Jitter", AWS Architecture Blog, 2015) spreads those who failed together
 * better than any jitter around a fixed delay.
 */
export function fullJitterDelay({ baseMs, capMs }: Backoff, attempt: number, random: Random): Milliseconds {
  const ceiling = Math.min(capMs, baseMs * 2 ** Math.min(Math.max(0, attempt - 1), 52));
  return Math.floor(ceiling * random.next());
}

/** How often one vendor's server may be asked, by however many probes: on average, and at once. */
export interface AskRate {
  readonly everyMs: Milliseconds;
  readonly burst: number;
}

/** When the server will have been asked no more than its rate; null: never asked. One per server, kept by the caller. */
export type AskedUntil = Instant | null;

export type Ask =
  | { readonly allowed: true; readonly askedUntil: Instant }
  | { readonly allowed: false; readonly askedUntil: AskedUntil; readonly at: Instant };

/**
 * Says whether a server may be asked now, and otherwise when (the generic cell rate algorithm: one instant of state).
 *
 * A state from the future beyond what the rate can make is of a clock that was wrong, and is cut, so that a clock set back
 * does not silence a probe for a year.
 */
export function askServer(askedUntil: AskedUntil, now: Instant, { everyMs, burst }: AskRate): Ask {
  const tolerance = everyMs * (Math.max(1, burst) - 1);
  const due = Math.min(Math.max(askedUntil ?? now, now), now + tolerance + everyMs);
  if (due - now > tolerance) return { allowed: false, askedUntil: after(due as Instant, 0), at: after(due as Instant, -tolerance) };
  return { allowed: true, askedUntil: after(due as Instant, everyMs) };
}
