/**
 * Instants as APIs write them. A day without a time ends with its last second in the zone; a time without an offset is the
 * zone's; what does not exist is null, never the nearest one.
 */
import { after, type Instant, MINUTE } from '@glidepath/core';
import { endOfDay, instantOn, isDate, monthNamed } from '../text/index.ts';

/**
 * RFC 3339 (`2027-05-17T23:59:59.999Z`, also as Go prints it: `2027-05-17 23:59:59.999 +0000 UTC`), GitHub's
 * `2027/02/06 12:41:52 -0600`, and a day alone. A fraction is cut to milliseconds.
 */
const WRITTEN =
  /^([0-9]{4})([-/])([0-9]{2})\2([0-9]{2})(?:[T ]([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]{1,9}))?)? ?(Z|UTC|[+-][0-9]{2}:?[0-9]{2}(?: [A-Z]{3,5})?)?)?$/;

export function writtenInstant(text: string, zone: string): Instant | null {
  const match = WRITTEN.exec(text.trim());
  if (!match) return null;
  const [, year = '', , month = '', day = '', hour, minute = '', second = '0', fraction = '', offset] = match;
  const date = { year: Number(year), month: Number(month), day: Number(day) };
  if (!isDate(date.year, date.month, date.day) || isGoZero(date)) return null;
  if (hour === undefined) return endOfDay(date.year, date.month, date.day, zone);
  const time = { hour: Number(hour), minute: Number(minute), second: Number(second) };
  const at = instantOn(date, time, offset === undefined ? zone : 'UTC');
  if (at === null) return null;
  return after(at, Number(fraction.padEnd(3, '0').slice(0, 3)) - offsetMs(offset));
}

/** Go writes the year 1 for an instant that nobody set. */
function isGoZero({ year }: { readonly year: number }): boolean {
  return year === 1;
}

function offsetMs(offset: string | undefined): number {
  const [, sign, hours, minutes] = /^([+-])([0-9]{2}):?([0-9]{2})/.exec(offset ?? '') ?? [];
  if (sign === undefined) return 0;
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * MINUTE;
}

/** `02 Jun 2026 21:37`, in the zone. */
export function spokenInstant(text: string, zone: string): Instant | null {
  const [, day, name = '', year, hour, minute] = /^([0-9]{1,2}) ([A-Za-z]{3}) ([0-9]{4}) ([0-9]{2}):([0-9]{2})$/.exec(text.trim()) ?? [];
  const month = monthNamed(name);
  if (month === null || name.length !== 3) return null;
  return instantOn({ year: Number(year), month, day: Number(day) }, { hour: Number(hour), minute: Number(minute) }, zone);
}
