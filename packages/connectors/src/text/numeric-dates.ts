/** Dates and times in digits, as several vendors write them: `2022-02-18 09:29`, `2025-01-01 00:59:00`, `2023-01-31`. */
import type { Instant } from '@glidepath/core';
import { type Ending, endOfDay, instantOn, isDate } from './dates.ts';

const DATE_TIME = /^([0-9]{4})-([0-9]{2})-([0-9]{2}) ([0-9]{2}):([0-9]{2})(?::([0-9]{2}))?$/;
const DATE = /^([0-9]{4})-([0-9]{2})-([0-9]{2})$/;
const NEVER = /^(?:none|never|permanent|unlimited)$/i;

/** The instant of a date and time in a zone; null for anything else and for one that does not exist. */
export function dateTime(text: string, zone: string): Instant | null {
  const [year, month = 0, day = 0, hour = 0, minute = 0, second = 0] = (DATE_TIME.exec(text)?.slice(1) ?? []).map((word) =>
    Number(word ?? 0),
  );
  return year === undefined ? null : instantOn({ year, month, day }, { hour, minute, second }, zone);
}

/**
 * The end that a field says: a date and time is that very second, a date alone the end of its day, `NONE` and its like never.
 * Null for anything else.
 */
export function numericEnding(text: string, zone: string): Ending | null {
  const word = text.trim();
  if (NEVER.test(word)) return { expiresAt: null, ends: 'permanent' };
  const at = dateTime(word, zone);
  if (at !== null) return { expiresAt: at, ends: 'dated' };
  const [year, month = 0, day = 0] = (DATE.exec(word)?.slice(1) ?? []).map(Number);
  if (year === undefined || !isDate(year, month, day)) return null;
  return { expiresAt: endOfDay(year, month, day, zone), ends: 'dated' };
}
