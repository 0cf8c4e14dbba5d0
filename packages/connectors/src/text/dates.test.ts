import { formatInstant, type Instant, instant } from '@glidepath/core';
import { describe, expect, it } from 'vitest';
import { endOfDay, startReader, startWithoutYear, vendorDate } from './dates.ts';

const said = (at: Instant | null | undefined) => (at === null || at === undefined ? null : formatInstant(at));
const at = (iso: string): Instant => instant(Date.parse(iso));

describe('vendor date', () => {
  it.each([
    ['24-nov-2028', 'UTC', '2028-11-24T23:59:59.000Z'],
    ['24-NOV-2028', 'Europe/Berlin', '2028-11-24T22:59:59.000Z'],
    ['1-jul-2027', 'Europe/Berlin', '2027-07-01T21:59:59.000Z'],
    ['31-dec-2026', 'Pacific/Kiritimati', '2026-12-31T09:59:59.000Z'],
    ['31-dec-2026', 'America/Los_Angeles', '2027-01-01T07:59:59.000Z'],
    ['31-dec-9999', 'Europe/Berlin', '9999-12-31T22:59:59.000Z'],
    ['31-dec-9999', 'America/Los_Angeles', '+010000-01-01T07:59:59.000Z'],
    ['29-feb-2028', 'UTC', '2028-02-29T23:59:59.000Z'],
  ])('%s in %s ends at %s', (word, zone, end) => {
    expect(said(vendorDate(word, zone)?.expiresAt)).toBe(end);
    expect(vendorDate(word, zone)?.ends).toBe('dated');
  });

  it.each([
    '1-jan-0',
    '01-jan-0000',
    '1-jan-00',
    'permanent',
    'Permanent',
    'permanent(no expiration date)',
    ' permanent (no expiration date) ',
  ])('%s never ends', (word) => expect(vendorDate(word, 'UTC')).toEqual({ expiresAt: null, ends: 'permanent' }));

  it.each([
    '',
    'soon',
    '30-feb-2028',
    '29-feb-2027',
    '0-jan-2028',
    '1-foo-2028',
    '24-nov-28',
    '24-nov-2028x',
    '24-nov',
    '11/24/2028',
    '1-jan-99999',
  ])('%j is no date', (word) => expect(vendorDate(word, 'UTC')).toBeNull());
});

describe('end of day', () => {
  it('is later on the day when the clocks go back at midnight', () => {
    expect(said(endOfDay(2026, 10, 25, 'Europe/Berlin'))).toBe('2026-10-25T22:59:59.000Z');
    // Until 2018 Brazil's clocks went from 24:00 back to 23:00: that day ended an hour later.
    expect(said(endOfDay(2018, 2, 17, 'America/Sao_Paulo'))).toBe('2018-02-18T02:59:59.000Z');
  });
});

describe('start without a year', () => {
  const now = at('2017-10-20T17:02:00Z');

  it.each([
    ['the same day', [10, 20, 16, 44], '2017-10-20T16:44:00.000Z'],
    ['the very minute', [10, 20, 17, 2], '2017-10-20T17:02:00.000Z'],
    ['a minute later: a year ago', [10, 20, 17, 3], '2016-10-20T17:03:00.000Z'],
    ['later in the year: last year', [12, 31, 23, 59], '2016-12-31T23:59:00.000Z'],
    ['29 February: the last leap year', [2, 29, 8, 0], '2016-02-29T08:00:00.000Z'],
  ] as const)('%s', (_case, [month, day, hour, minute], expected) => {
    expect(said(startWithoutYear(month, day, hour, minute, 'UTC', now))).toBe(expected);
  });

  it('reads the time in the zone', () => {
    expect(said(startWithoutYear(10, 20, 16, 44, 'Europe/Berlin', now))).toBe('2017-10-20T14:44:00.000Z');
    expect(said(startWithoutYear(1, 1, 0, 30, 'Europe/Berlin', at('2026-12-31T23:45:00Z')))).toBe('2026-12-31T23:30:00.000Z');
  });

  it('finds 29 February across the missing one of 2100', () => {
    expect(said(startWithoutYear(2, 29, 0, 0, 'UTC', at('2104-02-28T00:00:00Z')))).toBe('2096-02-29T00:00:00.000Z');
  });

  it.each([
    [2, 30, 0, 0],
    [13, 1, 0, 0],
    [0, 1, 0, 0],
    [1, 0, 0, 0],
    [4, 31, 0, 0],
    [1, 1, 24, 0],
    [1, 1, 0, 60],
  ] as const)('there is none on %i/%i %i:%i', (month, day, hour, minute) =>
    expect(startWithoutYear(month, day, hour, minute, 'UTC', now)).toBeNull(),
  );

  it('is not guessed without a now', () => expect(startWithoutYear(10, 20, 16, 44, 'UTC', null)).toBeNull());
});

describe('start reader', () => {
  it.each(['UTC', 'Europe/Berlin', 'America/Sao_Paulo', 'Australia/Lord_Howe'])(
    'answers as if each start were asked alone, in %s',
    (zone) => {
      const now = at('2018-11-04T12:34:00Z');
      const read = startReader(zone, now);
      for (let month = 0; month <= 13; month += 1)
        for (let day = 0; day <= 32; day += 1)
          for (const [hour, minute] of [
            [0, 0],
            [1, 59],
            [2, 30],
            [12, 34],
            [23, 59],
            [24, 0],
            [3, 60],
          ] as const)
            expect([month, day, hour, minute, read(month, day, hour, minute)]).toEqual([
              ...[month, day, hour, minute],
              startWithoutYear(month, day, hour, minute, zone, now),
            ]);
    },
  );
});
