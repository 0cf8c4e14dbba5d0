/** Dates and ages as the evidence of a runway writes them. */
import { dateOf, durationWords } from '../format-instant.ts';
import { type Instant, MINUTE } from '../time.ts';

/** `read 2026-11-24T10:00:00Z, 2 hours ago`. */
export function readAt(at: Instant, now: Instant): string {
  return `read ${dateOf(at)}${now - at < MINUTE ? '' : `, ${durationWords(now - at)} ago`}`;
}

/** `ends` or `ended`, by whether it is past. */
export function tensed(at: Instant, now: Instant, [present, past]: readonly [string, string]): string {
  return at <= now ? past : present;
}
