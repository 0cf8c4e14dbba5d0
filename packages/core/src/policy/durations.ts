/** Durations and percentages as a policy writes them: one number, one unit. What a place allows (signs, ranges) is not decided here. */
import { deny, ok, type Result } from '../result.ts';
import { DAY, HOUR, MINUTE, type Milliseconds, SECOND, WEEK, YEAR } from '../time.ts';

/** Longest first, so that formatting takes the first unit that divides. */
const UNITS = [
  ['y', YEAR],
  ['w', WEEK],
  ['d', DAY],
  ['h', HOUR],
  ['m', MINUTE],
  ['s', SECOND],
] as const;

const UNIT_MS: ReadonlyMap<string, Milliseconds> = new Map(UNITS);

/** No duration is longer, so that instants made from it stay exact and within every calendar. */
export const DURATION_MAX_MS: Milliseconds = 1_000 * YEAR;

/** No percentage is larger, so that `percent × limit` stays an exact integer for every limit up to `COUNT_MAX`. */
export const PERCENT_MAX = 1_000;

export const DURATION_PATTERN = '^(0|-?[1-9][0-9]{0,11})[smhdwy]$';
export const PERCENT_PATTERN = '^(0|[1-9][0-9]{0,3})%$';

const DURATION = new RegExp(DURATION_PATTERN);
const PERCENT = new RegExp(PERCENT_PATTERN);

/**
 * Reads `90s 15m 72h 14d 8w 1y`, with a leading `-` for "before".
 *
 * A year is 365 days and a month is no duration, so that a length never depends on when it is counted from. One unit only:
 * `1h30m` is `90m`.
 */
export function parseDuration(text: string): Result<Milliseconds, 'not-a-duration'> {
  const unitMs = DURATION.test(text) ? UNIT_MS.get(text.slice(-1)) : undefined;
  if (unitMs === undefined) return deny('not-a-duration', 'a duration is a whole number and one of s, m, h, d, w, y', { text });
  const ms = Number(text.slice(0, -1)) * unitMs;
  if (Math.abs(ms) > DURATION_MAX_MS) return deny('not-a-duration', 'a duration is at most 1000y', { text });
  return ok(ms);
}

/** Writes a duration in the largest unit that divides it, except weeks: `14d`, as policies write it. */
export function formatDuration(ms: Milliseconds): string {
  if (ms === 0) return '0h';
  for (const [unit, unitMs] of UNITS) {
    if (unit === 'w') continue;
    if (ms % unitMs === 0) return `${ms / unitMs}${unit}`;
  }
  return `${ms}ms`;
}

/** Reads `80%`: a whole percentage, because shares are compared in integers. */
export function parsePercent(text: string): Result<number, 'not-a-percentage'> {
  const percent = PERCENT.test(text) ? Number(text.slice(0, -1)) : Number.NaN;
  if (!(percent <= PERCENT_MAX)) return deny('not-a-percentage', `a percentage is a whole number from 0% to ${PERCENT_MAX}%`, { text });
  return ok(percent);
}
