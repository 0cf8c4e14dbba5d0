/**
 * Local time of the IANA zones, from `Intl` with explicit instants: no clock is read, and the host's own zone never counts.
 *
 * A "wall" is what the zone's clocks show, as the milliseconds that the same reading would be in UTC. Exact for the years 1
 * to 9999; the zone's name has been checked with the policy.
 */
import { daysFromCivil } from '../civil.ts';
import { DAY, HOUR, type Instant, instant, MINUTE, type Milliseconds, SECOND } from '../time.ts';

/** How far the zone's clocks are ahead of UTC at an instant. */
export function offsetAt(zone: string, at: Instant): Milliseconds {
  if (zone === 'UTC') return 0;
  const second = Math.floor(at / SECOND) * SECOND;
  const read: Partial<Record<Intl.DateTimeFormatPartTypes, number>> = {};
  for (const { type, value } of clockOf(zone).formatToParts(second)) read[type] = Number(value);
  const { year = 0, month = 0, day = 0, hour = 0, minute = 0, second: seconds = 0 } = read;
  const wall = daysFromCivil(year, month, day) * DAY + hour * HOUR + minute * MINUTE + seconds * SECOND;
  return wall - second;
}

/** What the zone's clocks show at an instant. */
export function wallAt(zone: string, at: Instant): Milliseconds {
  return at + offsetAt(zone, at);
}

/** No zone has ever been further from UTC. */
const OFFSET_MAX_MS = 16 * HOUR;

/**
 * The first instant at which a zone's clocks show `wall` or later.
 *
 * A wall that the clocks show twice is its first time; one that they skip is the instant of the skip. So a day begins when
 * it is first that day, also where the clocks jump at midnight. Zones change their offset at most once in 32 h.
 */
export function instantOf(zone: string, wall: Milliseconds): Instant {
  const earliest = instant(wall - OFFSET_MAX_MS);
  const latest = instant(wall + OFFSET_MAX_MS);
  const offsetBefore = offsetAt(zone, earliest);
  const offsetAfter = offsetAt(zone, latest);
  if (offsetBefore === offsetAfter) return instant(wall - offsetBefore);
  const change = changeBetween(zone, earliest, latest);
  return instant(wall - offsetBefore < change ? wall - offsetBefore : Math.max(change, wall - offsetAfter));
}

/** The first instant in `(from, until]` at which the offset is not the one at `from`; there must be one. */
export function changeBetween(zone: string, from: Instant, until: Instant): Instant {
  const offset = offsetAt(zone, from);
  let before: number = from;
  let changed: number = until;
  while (changed - before > 1) {
    const middle = Math.floor((before + changed) / 2);
    if (offsetAt(zone, instant(middle)) === offset) before = middle;
    else changed = middle;
  }
  return instant(changed);
}

/** Formats are costly to make and depend on the zone alone, so that keeping them changes no answer. */
const clocks = new Map<string, Intl.DateTimeFormat>();

/** More zones than there are: somebody else's spellings must not fill the memory. */
const CLOCKS_MAX = 1_000;

function clockOf(zone: string): Intl.DateTimeFormat {
  const kept = clocks.get(zone);
  if (kept) return kept;
  const clock = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    calendar: 'iso8601',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  if (clocks.size >= CLOCKS_MAX) clocks.clear();
  clocks.set(zone, clock);
  return clock;
}
