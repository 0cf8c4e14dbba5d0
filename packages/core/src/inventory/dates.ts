/** Days and instants as inventory documents write them. A day means its end in the document's zone: contracts run to midnight. */
import { type CivilDate, civilFromDays, daysFromCivil, daysInMonth } from '../civil.ts';
import { dateOf, formatInstant } from '../format-instant.ts';
import { instantOf, wallAt } from '../meter/time-zone.ts';
import { after, DAY, HOUR, type Instant, instant, MINUTE, SECOND } from '../time.ts';

/** A day whose zone is not known yet, or an instant that needs none. */
export type WrittenDate = { readonly day: CivilDate } | { readonly at: Instant };

/** From 1970 to 9999; digits stand alone, so that nothing is guessed. */
export const DATE_PATTERN =
  '^(19[7-9][0-9]|[2-9][0-9]{3})-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])(T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\\.[0-9]{1,3})?Z)?$';

const DATE = new RegExp(DATE_PATTERN);

/** Reads `2027-03-31` or `2027-03-31T12:00:00Z`; null for anything else, also for the 31st of June. */
export function parseDate(text: string): WrittenDate | null {
  if (!DATE.test(text)) return null;
  const [year, month, day] = [Number(text.slice(0, 4)), Number(text.slice(5, 7)), Number(text.slice(8, 10))];
  if (day > daysInMonth(year, month)) return null;
  if (text.length === 10) return { day: { year, month, day } };
  const clock = Number(text.slice(11, 13)) * HOUR + Number(text.slice(14, 16)) * MINUTE + Number(text.slice(17, 19)) * SECOND;
  const fraction = Number(text.slice(20, -1).padEnd(3, '0'));
  return { at: instant(daysFromCivil(year, month, day) * DAY + clock + fraction) };
}

/** The last second of a day in a zone: one second before the next day first begins there. */
export function endOfDay({ year, month, day }: CivilDate, zone: string): Instant {
  return after(instantOf(zone, daysFromCivil(year, month, day + 1) * DAY), -SECOND);
}

export function dateAt(written: WrittenDate, zone: string): Instant {
  return 'at' in written ? written.at : endOfDay(written.day, zone);
}

/** Writes an instant as a day where it is the end of one in the zone, else in full. */
export function formatDate(at: Instant, zone: string): string {
  const day = civilFromDays(Math.floor(wallAt(zone, at) / DAY));
  if (endOfDay(day, zone) === at) return formatInstant(instant(daysFromCivil(day.year, day.month, day.day) * DAY)).slice(0, 10);
  return dateOf(at);
}
