/** Instants and durations as people and logs read them. */
import { civilFromDays } from './civil.ts';
import { DAY, HOUR, type Instant, MINUTE, type Milliseconds, SECOND } from './time.ts';

/**
 * Writes an instant in the form of ISO 8601 and RFC 3339, in UTC with milliseconds: `2026-03-01T12:00:00.000Z`.
 *
 * Years outside 0000 to 9999 get a sign and six digits, as ECMAScript writes them.
 */
export function formatInstant(at: Instant): string {
  const { year, month, day } = civilFromDays(Math.floor(at / DAY));
  const place = (unit: Milliseconds, count: number) => ((Math.floor(at / unit) % count) + count) % count;
  const time = [place(HOUR, 24), place(MINUTE, 60), place(SECOND, 60)].map((value) => digits(value, 2)).join(':');
  return `${yearDigits(year)}-${digits(month, 2)}-${digits(day, 2)}T${time}.${digits(place(1, SECOND), 3)}Z`;
}

function yearDigits(year: number): string {
  if (year >= 0 && year <= 9_999) return digits(year, 4);
  return `${year < 0 ? '-' : '+'}${digits(Math.abs(year), 6)}`;
}

function digits(value: number, width: number): string {
  return String(value).padStart(width, '0');
}

const WORDS: readonly (readonly [name: string, ms: Milliseconds])[] = [
  ['day', DAY],
  ['hour', HOUR],
  ['minute', MINUTE],
  ['second', SECOND],
  ['millisecond', 1],
];

/** `2027-03-31T21:59:59Z`: milliseconds only where there are some. */
export function dateOf(at: Instant): string {
  return formatInstant(at).replace('.000Z', 'Z');
}

/**
 * Says how long a duration is, in at most two neighbouring units and rounded down: `14 days`, `1 day 3 hours`.
 *
 * For sentences, where a policy's own notation (`14d`) would be one more thing to learn. The sign is the caller's to say
 * ("ago", "in"); it is dropped here.
 */
export function durationWords(ms: Milliseconds): string {
  const length = Math.abs(ms);
  const first = WORDS.findIndex(([, unit]) => length >= unit);
  if (first < 0) return '0 seconds';
  const [name, unit] = WORDS[first] ?? ['millisecond', 1];
  const whole = counted(Math.floor(length / unit), name);
  const [minorName, minorUnit] = WORDS[first + 1] ?? ['millisecond', 1];
  const rest = minorName === 'millisecond' ? 0 : Math.floor((length % unit) / minorUnit);
  return rest === 0 ? whole : `${whole} ${counted(rest, minorName)}`;
}

function counted(count: number, unit: string): string {
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}
