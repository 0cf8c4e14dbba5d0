import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { WindowUnit } from '../policy/policy.ts';
import { after, DAY, HOUR, type Instant, instant } from '../time.ts';
import { changeBetween, instantOf, offsetAt, wallAt } from './time-zone.ts';
import { END_OF_TIME, findWindow, windowAt } from './window-at.ts';

/** Zones whose clocks change at midnight, by half an hour, over a day, at 00:01, or never. */
const ZONES = [
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'America/Sao_Paulo',
  'America/St_Johns',
  'America/Havana',
  'Africa/Cairo',
  'Africa/Casablanca',
  'Asia/Kolkata',
  'Asia/Kathmandu',
  'Asia/Gaza',
  'Asia/Pyongyang',
  'America/Caracas',
  'Australia/Lord_Howe',
  'Pacific/Apia',
  'Pacific/Chatham',
] as const;

const zone = fc.constantFrom(...ZONES);
/** 1980 to 2040. */
const FROM = 315_532_800_000;
const UNTIL = 2_208_988_800_000;
const anyInstant = fc.integer({ min: FROM, max: UNTIL }).map(instant);

/** Every change of a zone's clocks in that time. */
function changesOf(name: string): readonly Instant[] {
  const changes: Instant[] = [];
  for (let at = instant(FROM); at < UNTIL; at = after(at, 7 * DAY))
    if (offsetAt(name, at) !== offsetAt(name, after(at, 7 * DAY))) changes.push(changeBetween(name, at, after(at, 7 * DAY)));
  return changes.length === 0 ? [instant(FROM)] : changes;
}

const CHANGES = new Map(ZONES.map((name) => [name, changesOf(name)]));

const nearChange = zone.chain((name) =>
  fc
    .tuple(fc.constantFrom(...(CHANGES.get(name) ?? [])), fc.integer({ min: -26 * HOUR, max: 26 * HOUR }))
    .map(([at, off]) => ({ zone: name, at: after(at, off) })),
);

const anywhere = fc.oneof(nearChange, fc.record({ zone, at: anyInstant }));

const meter = fc.record({
  window: fc.constantFrom<WindowUnit>('hour', 'day', 'week', 'month', 'term'),
  anchor: fc.constantFrom<'calendar' | 'term'>('calendar', 'term'),
});

const LENGTHS: Readonly<Record<WindowUnit, readonly [least: number, most: number]>> = {
  hour: [HOUR / 2, HOUR],
  day: [22 * HOUR, 48 * HOUR],
  week: [6 * DAY - HOUR, 7 * DAY + HOUR],
  month: [27 * DAY, 31 * DAY + 2 * HOUR],
  term: [1, 2 * END_OF_TIME],
};

describe('windows', () => {
  const property = (
    check: (meter: { window: WindowUnit; anchor: 'calendar' | 'term'; timeZone: string }, now: Instant, termStart: Instant) => void,
  ) =>
    fc.assert(
      fc.property(meter, anywhere, anyInstant, fc.boolean(), (drawn, { zone, at }, other, isTermNear) => {
        check({ ...drawn, timeZone: zone }, isTermNear ? other : at, isTermNear ? at : other);
      }),
      { numRuns: 1_000 },
    );

  it('contain the instant that was asked for', () => {
    property((meter, now, termStart) => {
      const { startsAt, endsAt } = findWindow(meter, now, { termStart });
      expect(startsAt).toBeLessThanOrEqual(now);
      expect(endsAt).toBeGreaterThan(now);
    });
  });

  it('tile time: asked at its first and last instant a window is the same, and the next begins where it ends', () => {
    property((meter, now, termStart) => {
      const term = { termStart, termEnd: after(termStart, 365 * DAY) };
      const window = findWindow(meter, now, term);
      expect(findWindow(meter, after(window.endsAt, -1), term)).toEqual(window);
      expect(findWindow(meter, window.startsAt, term)).toEqual(window);
      if (window.endsAt < END_OF_TIME) expect(findWindow(meter, window.endsAt, term).startsAt).toBe(window.endsAt);
    });
  });

  it('are about as long as their name says', () => {
    property((meter, now, termStart) => {
      const { startsAt, endsAt } = findWindow(meter, now, { termStart });
      const [least, most] = LENGTHS[meter.window];
      expect(endsAt - startsAt).toBeGreaterThanOrEqual(least);
      expect(endsAt - startsAt).toBeLessThanOrEqual(most);
    });
  });

  it('anchored to the term begin with its first instant', () => {
    property((meter, _, termStart) => {
      expect(findWindow({ ...meter, anchor: 'term' }, termStart, { termStart }).startsAt).toBe(termStart);
    });
  });

  it('are the same whether or not one was remembered', () => {
    property((meter, now, termStart) => {
      for (const at of [now, after(now, 20 * HOUR), now, after(now, -20 * HOUR)])
        expect(windowAt(meter, at, { termStart })).toEqual(findWindow(meter, at, { termStart }));
    });
  });

  it('of a calendar day begin when it is first that day', () => {
    property(({ timeZone }, now, termStart) => {
      const { startsAt } = findWindow({ window: 'day', anchor: 'calendar', timeZone }, now, { termStart });
      expect(Math.floor(wallAt(timeZone, after(startsAt, -1)) / DAY)).toBeLessThan(Math.floor(wallAt(timeZone, startsAt) / DAY));
    });
  });
});

describe('the first instant of a local time', () => {
  it('is the first at which the clocks show it or later', () => {
    fc.assert(
      fc.property(anywhere, ({ zone: name, at }) => {
        const wall = wallAt(name, at);
        const first = instantOf(name, wall);
        expect(first).toBeLessThanOrEqual(at);
        expect(wallAt(name, first)).toBe(wall);
        for (let earlier = first - 1; earlier > first - 4 * HOUR; earlier -= 7 * 60_000)
          expect(wallAt(name, instant(earlier))).toBeLessThan(wall);
      }),
      { numRuns: 200 },
    );
  });
});
