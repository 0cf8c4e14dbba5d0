import { describe, expect, it } from 'vitest';
import { exactTimeZone, parseWindow } from './time-zones.ts';

describe('exactTimeZone', () => {
  it.each(['UTC', 'Europe/Berlin', 'Asia/Kolkata', 'America/Argentina/Salta', 'America/Port-au-Prince', 'Etc/GMT+5', 'US/Pacific', 'GMT'])(
    'knows %s',
    (zone) => {
      expect(exactTimeZone(zone)).toBe(zone);
    },
  );

  it.each([
    ['utc', 'UTC'],
    ['europe/berlin', 'Europe/Berlin'],
    ['Europe/berlin', 'Europe/Berlin'],
    ['Europe/Berln', 'Europe/Berlin'],
    ['+02:00', null],
    ['', null],
    ['Mars/Olympus', null],
    ['../../etc/passwd', null],
  ])('answers %j with %j', (zone, exact) => {
    expect(exactTimeZone(zone)).toBe(exact);
  });
});

describe('parseWindow', () => {
  it('reads days, hours and zone', () => {
    expect(parseWindow('Mon-Thu 09:00-16:00 Europe/Berlin')).toEqual({
      ok: true,
      value: { firstDay: 'Mon', lastDay: 'Thu', fromMinute: 540, untilMinute: 960, timeZone: 'Europe/Berlin' },
    });
  });

  it('reads one day, and a window that lasts until midnight or past it', () => {
    expect(parseWindow('Sat 20:30-24:00 UTC')).toMatchObject({ ok: true, value: { firstDay: 'Sat', lastDay: 'Sat', untilMinute: 1_440 } });
    expect(parseWindow('Fri-Mon 22:00-04:00 UTC')).toMatchObject({
      ok: true,
      value: { firstDay: 'Fri', lastDay: 'Mon', untilMinute: 240 },
    });
  });

  it.each([
    '',
    'Mon-Thu',
    'mon-thu 09:00-16:00 UTC',
    'Mon-Thu 9:00-16:00 UTC',
    'Mon-Thu 09:00-16:60 UTC',
    'Mon-Thu 24:00-04:00 UTC',
    'Mon-Thu 09:00-09:00 UTC',
    'Mon,Thu 09:00-16:00 UTC',
    'Mon-Thu 09:00-16:00',
    'Mon-Thu  09:00-16:00 UTC',
    'Mon-Thu 09:00-16:00 UTC extra',
  ])('denies %j', (text) => {
    expect(parseWindow(text)).toMatchObject({ ok: false, reason: 'not-a-window' });
  });

  it('names the zone that was meant', () => {
    expect(parseWindow('Mon 09:00-16:00 Europe/berlin')).toMatchObject({
      ok: false,
      reason: 'unknown-time-zone',
      facts: { didYouMean: 'Europe/Berlin' },
    });
  });
});
