/** Names of time zones, and renewal windows that name one. What a window means for a renewal is not decided here. */
import { deny, ok, type Result } from '../result.ts';
import { nearest } from './nearest.ts';

/**
 * The exact spelling of a zone in the IANA time zone database, or the nearest one, or null.
 *
 * `Intl` takes `europe/berlin`, other languages do not: a policy means the same everywhere only if it is spelt exactly. An
 * offset such as `+02:00` is no zone, because it does not know about daylight saving.
 */
export function exactTimeZone(name: string): string | null {
  if (known.has(name)) return name;
  const resolved = ZONE.test(name) ? resolvedTimeZone(name) : null;
  if (resolved === null) return nearest(name, zones());
  const exact = resolved.toLowerCase() === name.toLowerCase() ? resolved : name;
  known.add(exact);
  return exact;
}

/** Zones found before: `Intl` takes long to answer, and always answers the same. There are no more than it has zones. */
const known = new Set<string>();
let allZones: readonly string[] | null = null;

function zones(): readonly string[] {
  allZones ??= ['UTC', ...Intl.supportedValuesOf('timeZone')];
  return allZones;
}

/** `UTC`, `Etc/GMT+5`, `America/Argentina/Salta`: capitals as the database spells them, also where `Intl` answers with another name. */
const ZONE = /^((US|[A-Z][a-z]+)(\/[A-Z][A-Za-z0-9_+-]*)+|[A-Z][A-Za-z0-9+-]*)$/;

export const DAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'] as const;
export type Day = (typeof DAYS)[number];

/** Days and hours in which a renewal may be installed; one that ends before it begins lasts into the next day. */
export interface RenewalWindow {
  readonly firstDay: Day;
  readonly lastDay: Day;
  /** Minutes since midnight. */
  readonly fromMinute: number;
  readonly untilMinute: number;
  readonly timeZone: string;
}

export const WINDOW_PATTERN =
  '^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)(-(Mon|Tue|Wed|Thu|Fri|Sat|Sun))? ([01][0-9]|2[0-3]):[0-5][0-9]-(([01][0-9]|2[0-3]):[0-5][0-9]|24:00) [A-Za-z][A-Za-z0-9_+/-]*$';

const WINDOW = new RegExp(WINDOW_PATTERN);

/** Reads `Mon-Thu 09:00-16:00 Europe/Berlin`; one day may stand alone. */
export function parseWindow(text: string): Result<RenewalWindow, 'not-a-window' | 'unknown-time-zone'> {
  if (!WINDOW.test(text))
    return deny('not-a-window', 'a window is days, hours and a time zone, such as `Mon-Thu 09:00-16:00 Europe/Berlin`', { text });
  const [days = '', hours = '', timeZone = ''] = text.split(' ');
  const exact = exactTimeZone(timeZone);
  if (exact !== timeZone) return deny('unknown-time-zone', 'no time zone has this name', { text, didYouMean: exact });
  const [firstDay = '', lastDay = firstDay] = days.split('-');
  const [from = '', until = ''] = hours.split('-');
  if (from === until) return deny('not-a-window', 'a window ends at another time than it begins', { text });
  return ok({ firstDay: firstDay as Day, lastDay: lastDay as Day, fromMinute: minuteOf(from), untilMinute: minuteOf(until), timeZone });
}

function minuteOf(clock: string): number {
  return Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3));
}

function resolvedTimeZone(name: string): string | null {
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone: name }).resolvedOptions().timeZone;
  } catch {
    return null;
  }
}
