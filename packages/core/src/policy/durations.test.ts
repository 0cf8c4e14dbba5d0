import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DAY, HOUR, MINUTE, SECOND, WEEK, YEAR } from '../time.ts';
import { DURATION_MAX_MS, formatDuration, PERCENT_MAX, parseDuration, parsePercent } from './durations.ts';

describe('parseDuration', () => {
  it.each([
    ['90s', 90 * SECOND],
    ['15m', 15 * MINUTE],
    ['72h', 72 * HOUR],
    ['14d', 14 * DAY],
    ['8w', 8 * WEEK],
    ['1y', 365 * DAY],
    ['-60d', -60 * DAY],
    ['0h', 0],
    ['1000y', 1_000 * YEAR],
  ])('reads %s', (text, value) => {
    expect(parseDuration(text)).toEqual({ ok: true, value });
  });

  it.each([
    '',
    '14',
    'd',
    '14 d',
    ' 14d',
    '14d ',
    '14D',
    '1.5h',
    '1h30m',
    '007d',
    '+3d',
    '--3d',
    '-0d',
    '1mo',
    '14d\n',
    '１４d',
    '1001y',
    '-1001y',
    '999999999999y',
  ])('denies %j', (text) => {
    expect(parseDuration(text)).toMatchObject({ ok: false, reason: 'not-a-duration' });
  });

  it('never reads past 1000 years, so that every instant made from it is exact', () => {
    fc.assert(
      fc.property(fc.string(), fc.nat(), fc.constantFrom('s', 'm', 'h', 'd', 'w', 'y'), (noise, count, unit) => {
        for (const text of [noise, `${count}${unit}`, `-${count}${unit}`]) {
          const parsed = parseDuration(text);
          if (parsed.ok) expect(Math.abs(parsed.value)).toBeLessThanOrEqual(DURATION_MAX_MS);
        }
      }),
    );
  });
});

describe('formatDuration', () => {
  it.each([
    [14 * DAY, '14d'],
    [8 * WEEK, '56d'],
    [365 * DAY, '1y'],
    [90 * SECOND, '90s'],
    [36 * HOUR, '36h'],
    [-7 * DAY, '-7d'],
    [0, '0h'],
    [1_500, '1500ms'],
  ])('writes %i ms as %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });

  it('writes what parseDuration reads back', () => {
    fc.assert(
      fc.property(fc.integer({ min: -DURATION_MAX_MS / SECOND, max: DURATION_MAX_MS / SECOND }), (seconds) => {
        const ms = seconds === 0 ? 0 : seconds * SECOND;
        expect(parseDuration(formatDuration(ms))).toEqual({ ok: true, value: ms });
      }),
    );
  });
});

describe('parsePercent', () => {
  it.each([
    ['0%', 0],
    ['80%', 80],
    ['100%', 100],
    ['120%', 120],
    ['1000%', PERCENT_MAX],
  ])('reads %s', (text, value) => {
    expect(parsePercent(text)).toEqual({ ok: true, value });
  });

  it.each(['', '80', '%', '80 %', '2.5%', '-1%', '080%', '1001%', '0.8'])('denies %j', (text) => {
    expect(parsePercent(text)).toMatchObject({ ok: false, reason: 'not-a-percentage' });
  });
});
