/**
 * Dates as license servers write them, as instants in the server's zone.
 *
 * A license works until the end of its day where the server is, not until midnight UTC. A date that does not exist is no
 * date: null, never the nearest one.
 */
import {
  after,
  civilFromDays,
  DAY,
  daysFromCivil,
  daysInMonth,
  HOUR,
  type Instant,
  instantOf,
  MINUTE,
  SECOND,
  wallAt,
} from '@glidepath/core';

export interface Ending {
  readonly expiresAt: Instant | null;
  readonly ends: 'dated' | 'permanent';
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

/** 1 to 12 for an English month's name or its first three letters; null for another word. */
export function monthNamed(word: string): number | null {
  const found = MONTHS.indexOf(word.slice(0, 3).toLowerCase());
  return found < 0 ? null : found + 1;
}

/** Years that a zone's clock is exact for, and that a license may name. */
export function isDate(year: number, month: number, day: number): boolean {
  return year >= 1 && year <= 9_999 && month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month);
}

/** The last second of a day in a zone, also on days of 23 or 25 hours. The date must exist. */
export function endOfDay(year: number, month: number, day: number, zone: string): Instant {
  return after(instantOf(zone, (daysFromCivil(year, month, day) + 1) * DAY), -SECOND);
}

/** When a zone's clocks first show a date and time; null: there is no such date or time. */
export function instantOn(
  date: { readonly year: number; readonly month: number; readonly day: number },
  time: { readonly hour: number; readonly minute: number; readonly second?: number },
  zone: string,
): Instant | null {
  const { hour, minute, second = 0 } = time;
  if (!isDate(date.year, date.month, date.day) || hour > 23 || minute > 59 || second > 59) return null;
  const wall = daysFromCivil(date.year, date.month, date.day) * DAY + hour * HOUR + minute * MINUTE + second * SECOND;
  return instantOf(zone, wall);
}

/** Day, month's name and year, as in `24-nov-2028`; FlexLM writes the year 0 for "never". */
const DAY_MONTH_YEAR = /^([0-9]{1,2})-([A-Za-z]{3})-([0-9]{1,4})$/;
const PERMANENT = /^permanent(?:\s*\(no expiration date\))?$/i;

/**
 * Reads `24-nov-2028`, `1-jan-0`, `01-jan-0000`, `permanent` and `permanent(no expiration date)`; null for anything else.
 *
 * A year of two or three digits other than zeros is none of them: guessing its century could be wrong by a hundred years.
 */
export function vendorDate(text: string, zone: string): Ending | null {
  const word = text.trim();
  if (PERMANENT.test(word)) return { expiresAt: null, ends: 'permanent' };
  const [, dayWord, monthWord, yearWord] = DAY_MONTH_YEAR.exec(word) ?? [];
  if (dayWord === undefined || monthWord === undefined || yearWord === undefined) return null;
  const month = monthNamed(monthWord);
  if (month === null) return null;
  if (Number(yearWord) === 0) return { expiresAt: null, ends: 'permanent' };
  const year = Number(yearWord);
  const day = Number(dayWord);
  if (yearWord.length !== 4 || !isDate(year, month, day)) return null;
  return { expiresAt: endOfDay(year, month, day, zone), ends: 'dated' };
}

/** How far back a date may lie: 29 February is missing for eight years around 2100. */
const YEARS_BACK_MAX = 8;

/**
 * The instant of a date and time without a year: in the latest year in which it exists and is not after `now`.
 *
 * Null when `now` is not known or when no year has such a date.
 */
export function startWithoutYear(
  month: number,
  day: number,
  hour: number,
  minute: number,
  zone: string,
  now: Instant | null,
): Instant | null {
  if (now === null) return null;
  const thisYear = civilFromDays(Math.floor(wallAt(zone, now) / DAY)).year;
  for (let year = thisYear; year >= thisYear - YEARS_BACK_MAX; year -= 1) {
    const at = instantOn({ year, month, day }, { hour, minute }, zone);
    if (at !== null && at <= now) return at;
  }
  return null;
}

export type StartReader = (month: number, day: number, hour: number, minute: number) => Instant | null;

/** A day of one year. Where its clocks do not change, each of its times is as far from midnight as it says. */
interface DayOfYear {
  readonly year: number;
  readonly midnight: Instant;
  readonly isPlain: boolean;
}

/**
 * Reads many starts under one `now`: what a day means is found once, so that 100,000 lines cost a few hundred looks at the zone.
 *
 * The same answers as `startWithoutYear`.
 */
export function startReader(zone: string, now: Instant | null): StartReader {
  const known = new Map<number, readonly DayOfYear[]>();
  return (month, day, hour, minute) => {
    if (now === null || hour > 23 || minute > 59) return null;
    const key = month * 100 + day;
    const days = known.get(key) ?? daysNotAfter(month, day, zone, now);
    known.set(key, days);
    for (const { year, midnight, isPlain } of days) {
      const at = isPlain ? after(midnight, hour * HOUR + minute * MINUTE) : instantOn({ year, month, day }, { hour, minute }, zone);
      if (at !== null && at <= now) return at;
    }
    return null;
  };
}

/** The latest days of this month and day that begin not after `now`, latest first; two, as one may begin and the time be yet to come. */
function daysNotAfter(month: number, day: number, zone: string, now: Instant): readonly DayOfYear[] {
  const latest = startWithoutYear(month, day, 0, 0, zone, now);
  if (latest === null) return [];
  const before = startWithoutYear(month, day, 0, 0, zone, after(latest, -1));
  return [latest, before].flatMap((midnight) => (midnight === null ? [] : dayOfYear(midnight, zone)));
}

function dayOfYear(midnight: Instant, zone: string): DayOfYear {
  const { year, month, day } = civilFromDays(Math.floor(wallAt(zone, midnight) / DAY));
  const lastMinute = instantOn({ year, month, day }, { hour: 23, minute: 59 }, zone);
  return { year, midnight, isPlain: lastMinute === midnight + DAY - MINUTE };
}
