/** Days and dates of the proleptic Gregorian calendar in integers; no time zone, and no clock behind it. */

export interface CivilDate {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  readonly day: number;
}

/**
 * Counts the days from 1970-01-01 to a date. `month` may lie outside 1 to 12 and is carried into the year, so that
 * "thirteen months later" needs no case of its own.
 *
 * A year counts from March, so that the leap day is its last and every month before it has a fixed place.
 */
export function daysFromCivil(year: number, month: number, day: number): number {
  const months = year * 12 + (month - 1) - 2;
  const marchYear = Math.floor(months / 12);
  const fromMarch = months - marchYear * 12;
  const leapDays = Math.floor(marchYear / 4) - Math.floor(marchYear / 100) + Math.floor(marchYear / 400);
  return marchYear * 365 + leapDays + Math.floor((153 * fromMarch + 2) / 5) + day - 1 - DAYS_TO_EPOCH;
}

/** Days from 0000-03-01 to 1970-01-01. */
const DAYS_TO_EPOCH = 719_468;

/**
 * The date that lies `days` after 1970-01-01.
 *
 * A year has 365.2425 days on average, so that an estimate in hundredths of a day names the century, and from that the
 * year: both are exact, because every place is counted from 1 March.
 */
export function civilFromDays(days: number): CivilDate {
  const place = days + DAYS_TO_EPOCH + 1;
  const hundredths = 100 * place - 25;
  const century = Math.floor(hundredths / 3_652_425);
  const leapDays = century - Math.floor(century / 4);
  const marchYear = Math.floor((100 * leapDays + hundredths) / 36_525);
  const dayOfYear = leapDays + place - 365 * marchYear - Math.floor(marchYear / 4);
  const marchMonth = Math.floor((5 * dayOfYear + 456) / 153);
  const isNextYear = marchMonth > 12;
  return {
    year: marchYear + (isNextYear ? 1 : 0),
    month: marchMonth - (isNextYear ? 12 : 0),
    day: dayOfYear - Math.floor((153 * marchMonth - 457) / 5),
  };
}

/** How many days a month has. */
export function daysInMonth(year: number, month: number): number {
  return daysFromCivil(year, month + 1, 1) - daysFromCivil(year, month, 1);
}
