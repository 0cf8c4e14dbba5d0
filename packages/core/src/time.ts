/** Instants and durations as core knows them: whole milliseconds, handed in, never read from a clock. */

/** A point in time: integer milliseconds since 1970-01-01T00:00:00Z. */
export type Instant = number & { readonly __instant: true };

/** A length of time: integer milliseconds, possibly negative. */
export type Milliseconds = number;

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
export const WEEK = 7 * DAY;
/** A year is 365 days everywhere in a policy; a month is no duration. */
export const YEAR = 365 * DAY;

/** Brands a number of milliseconds since the epoch; callers are adapters, tests and arithmetic on instants. */
export function instant(ms: number): Instant {
  return Math.trunc(ms) as Instant;
}

/** The instant `ms` after (or, negative, before) another. */
export function after(from: Instant, ms: Milliseconds): Instant {
  return (from + ms) as Instant;
}
