/**
 * The window of a meter: over which stretch of time its use adds up, and when it begins anew.
 *
 * Windows tile time: each instant is in exactly one, and one ends where the next begins. What was used in a window, and what
 * happens to it, is not decided here.
 */
import { civilFromDays, daysFromCivil, daysInMonth } from '../civil.ts';
import type { Meter } from '../policy/policy.ts';
import { after, DAY, HOUR, type Instant, instant, type Milliseconds, WEEK } from '../time.ts';
import { changeBetween, instantOf, offsetAt, wallAt } from './time-zone.ts';

export interface MeterWindow {
  readonly startsAt: Instant;
  /** The first instant of the next window; `END_OF_TIME` if there is none. */
  readonly endsAt: Instant;
}

/** The term that windows may be anchored to. */
export interface TermSpan {
  readonly termStart: Instant;
  /** Null or left out: the term has no end, and neither has a window of a whole term. */
  readonly termEnd?: Instant | null;
}

/** The last instant that ECMAScript, and with it every client, can write as a date. */
export const END_OF_TIME: Instant = instant(8_640_000_000_000_000);
const BEGINNING_OF_TIME: Instant = instant(-END_OF_TIME);

/**
 * Finds the window that contains an instant.
 *
 * Calendar windows begin on the zone's own hour, midnight, Monday (ISO 8601) or first of the month. Windows anchored to the
 * term begin at its first instant and then at the same local time, day of the week or day of the month, clipped where a
 * month is shorter: from the 31st to the 28th to the 31st. So a local day has 23 or 25 hours when the clocks change.
 */
export function windowAt(meter: WindowRule, now: Instant, term: TermSpan): MeterWindow {
  if (meter.window === 'term' || meter.anchor === 'term') return findWindow(meter, now, term);
  const key = `${meter.window} ${meter.timeZone}`;
  const kept = latest.get(key);
  if (kept && kept.startsAt <= now && now < kept.endsAt) return kept;
  const found = findWindow(meter, now, term);
  if (latest.size >= LATEST_MAX) latest.clear();
  latest.set(key, found);
  return found;
}

export type WindowRule = Pick<Meter, 'window' | 'anchor' | 'timeZone'>;

/** The calendar window last found per length and zone: asking for the same one again changes no answer and costs no calendar. */
const latest = new Map<string, MeterWindow>();
const LATEST_MAX = 1_000;

/** The same, without remembering. */
export function findWindow({ window, anchor, timeZone }: WindowRule, now: Instant, term: TermSpan): MeterWindow {
  if (window === 'term') return wholeTerm(now, term);
  if (anchor === 'calendar') return window === 'hour' ? hourOfZone(timeZone, now) : windowOn(CALENDAR[window], timeZone, now, null);
  if (window === 'hour') return hourOfTerm(now, term.termStart);
  return windowOn(termRuler(window, wallAt(timeZone, term.termStart)), timeZone, now, term.termStart);
}

/** Boundaries in local time, numbered; `numberOf` gives one that is near a local time, from which a search need not go far. */
interface Ruler {
  readonly numberOf: (wall: Milliseconds) => number;
  readonly wallOf: (number: number) => Milliseconds;
}

/** 1970-01-01 was a Thursday: the Monday before it lies three days back. */
const CALENDAR: Readonly<Record<'day' | 'week' | 'month', Ruler>> = {
  day: every(DAY, 0),
  week: every(WEEK, -3 * DAY),
  month: monthsFrom(0),
};

function termRuler(window: 'day' | 'week' | 'month', termStartWall: Milliseconds): Ruler {
  if (window === 'month') return monthsFrom(termStartWall);
  return every(window === 'day' ? DAY : WEEK, termStartWall);
}

function every(length: Milliseconds, origin: Milliseconds): Ruler {
  return {
    numberOf: (wall) => Math.floor((wall - origin) / length),
    wallOf: (number) => origin + number * length,
  };
}

/** Months from the day and time of `origin`; a shorter month's boundary is its last day. */
function monthsFrom(origin: Milliseconds): Ruler {
  const originDay = Math.floor(origin / DAY);
  const { year, month, day } = civilFromDays(originDay);
  const timeOfDay = origin - originDay * DAY;
  const wallOf = (number: number): Milliseconds => {
    const date = civilFromDays(daysFromCivil(year, month + number, 1));
    return daysFromCivil(date.year, date.month, Math.min(day, daysInMonth(date.year, date.month))) * DAY + timeOfDay;
  };
  return {
    numberOf: (wall) => {
      const date = civilFromDays(Math.floor(wall / DAY));
      return (date.year - year) * 12 + date.month - month;
    },
    wallOf,
  };
}

/**
 * Finds the window between two boundaries. Local time is only where the search begins: the boundary of a month may lie later
 * in it, and when clocks go back over a boundary, an instant that shows yesterday may be in today's window.
 */
function windowOn({ numberOf, wallOf }: Ruler, zone: string, now: Instant, origin: Instant | null): MeterWindow {
  const boundary = (number: number): Instant => (number === 0 && origin !== null ? origin : instantOf(zone, wallOf(number)));
  let number = numberOf(wallAt(zone, now));
  let startsAt = boundary(number);
  let endsAt = boundary(number + 1);
  while (now < startsAt) {
    endsAt = startsAt;
    number -= 1;
    startsAt = boundary(number);
  }
  while (now >= endsAt) {
    startsAt = endsAt;
    number += 1;
    endsAt = boundary(number + 1);
  }
  return { startsAt, endsAt };
}

function hourOfTerm(now: Instant, termStart: Instant): MeterWindow {
  const startsAt = after(termStart, Math.floor((now - termStart) / HOUR) * HOUR);
  return { startsAt, endsAt: after(startsAt, HOUR) };
}

/**
 * The clock hour of a zone. Hours are hours: the one that clocks show twice is two windows. Only where an offset changes by
 * part of an hour (Lord Howe Island, local mean time) is one cut short, so that the next begins on the zone's hour again.
 */
function hourOfZone(zone: string, now: Instant): MeterWindow {
  const offset = offsetAt(zone, now);
  const onTheHour = instant(Math.floor((now + offset) / HOUR) * HOUR - offset);
  const lastOfHour = after(onTheHour, HOUR - 1);
  const isCut = (at: Instant): boolean => (offsetAt(zone, at) - offset) % HOUR !== 0;
  return {
    startsAt: isCut(onTheHour) ? changeBetween(zone, onTheHour, now) : onTheHour,
    endsAt: isCut(lastOfHour) ? changeBetween(zone, now, lastOfHour) : after(onTheHour, HOUR),
  };
}

/** The term itself. What is used after its end, in grace, belongs to the term that a late renewal begins there. */
function wholeTerm(now: Instant, { termStart, termEnd }: TermSpan): MeterWindow {
  if (now < termStart) return { startsAt: BEGINNING_OF_TIME, endsAt: termStart };
  const end = termEnd ?? END_OF_TIME;
  return now < end ? { startsAt: termStart, endsAt: end } : { startsAt: end, endsAt: END_OF_TIME };
}
