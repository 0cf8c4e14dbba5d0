/** Dates and ages as the evidence of a runway writes them. */
import { durationWords, formatInstant } from '../format-instant.ts';
import { type Instant, MINUTE } from '../time.ts';

/** `2027-03-31T21:59:59Z`: milliseconds only where there are some. */
export function dateOf(at: Instant): string {
  return formatInstant(at).replace('.000Z', 'Z');
}

/** `read 2026-11-24T10:00:00Z, 2 hours ago`. */
export function readAt(at: Instant, now: Instant): string {
  return `read ${dateOf(at)}${now - at < MINUTE ? '' : `, ${durationWords(now - at)} ago`}`;
}

/** `ends` or `ended`, by whether it is past. */
export function tensed(at: Instant, now: Instant, [present, past]: readonly [string, string]): string {
  return at <= now ? past : present;
}
