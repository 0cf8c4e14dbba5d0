/** Instants as people type them: a day, a time, or a distance from now. */
import { after, formatInstant, type Instant, instant, parseDuration } from '@glidepath/core';
import { usage } from './failure.ts';

const DAY_ONLY = /^(\d{4})-(\d{2})-(\d{2})$/;
const WITH_TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})$/;

/**
 * Reads `2027-01-31`, `2027-01-31T12:00Z`, `90d` or `+90d` (from now).
 *
 * A day alone is in UTC, from its first moment; as an end (`asEnd`) it is the moment after its last one, because a licence
 * "until 31 January" runs through that day.
 */
export function parseWhen(words: string, now: Instant, option: string, asEnd = false): Instant {
  const distance = parseDuration(words.replace(/^\+/, ''));
  if (distance.ok) return after(now, distance.value);
  const day = DAY_ONLY.exec(words);
  const at = day !== null || WITH_TIME.test(words) ? Date.parse(words) : Number.NaN;
  if (Number.isNaN(at) || (day !== null && !formatInstant(instant(at)).startsWith(words))) {
    throw usage(`${option} is no point in time: ${words}`, {
      details: ['expected: a day (2027-01-31), a time (2027-01-31T12:00Z) or a distance (90d)'],
    });
  }
  return instant(day !== null && asEnd ? at + 86_400_000 : at);
}

/** An instant for people: the day, and the time where it is not midnight. */
export function day(at: Instant | number | null | undefined): string {
  if (at === null || at === undefined) return 'never';
  const words = formatInstant(instant(at));
  return words.endsWith('T00:00:00.000Z') ? words.slice(0, -14) : `${words.slice(0, -8).replace('T', ' ')}Z`;
}
