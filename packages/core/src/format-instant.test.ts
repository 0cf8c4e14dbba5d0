import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { civilFromDays, daysFromCivil, daysInMonth } from './civil.ts';
import { durationWords, formatInstant } from './format-instant.ts';
import { DAY, HOUR, instant, MINUTE } from './time.ts';

describe('format instant', () => {
  it.each([
    [0, '1970-01-01T00:00:00.000Z'],
    [-1, '1969-12-31T23:59:59.999Z'],
    [951_782_400_000, '2000-02-29T00:00:00.000Z'],
    [1_772_366_405_007, '2026-03-01T12:00:05.007Z'],
    [253_402_300_800_000, '+010000-01-01T00:00:00.000Z'],
    [-62_198_755_200_000, '-000001-01-01T00:00:00.000Z'],
  ])('writes %i as %s', (ms, text) => {
    expect(formatInstant(instant(ms))).toBe(text);
  });

  it('writes every instant as ECMAScript does', () => {
    fc.assert(
      fc.property(fc.date({ noInvalidDate: true }), (date) => {
        expect(formatInstant(instant(date.getTime()))).toBe(date.toISOString());
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('civil dates', () => {
  it('count days and come back', () => {
    fc.assert(
      fc.property(fc.integer({ min: -100_000_000, max: 100_000_000 }), (days) => {
        const { year, month, day } = civilFromDays(days);
        expect(daysFromCivil(year, month, day)).toBe(days);
        expect(daysFromCivil(year - 1, month + 12, day)).toBe(days);
      }),
    );
  });

  it.each([
    [2024, 2, 29],
    [2025, 2, 28],
    [1900, 2, 28],
    [2000, 2, 29],
    [2026, 12, 31],
  ])('month %i-%i has %i days', (year, month, days) => {
    expect(daysInMonth(year, month)).toBe(days);
  });
});

describe('duration words', () => {
  it.each([
    [0, '0 seconds'],
    [1, '1 millisecond'],
    [1_500, '1 second'],
    [90_000, '1 minute 30 seconds'],
    [14 * DAY, '14 days'],
    [-(DAY + 3 * HOUR + 59 * MINUTE), '1 day 3 hours'],
    [DAY + 59 * MINUTE, '1 day'],
    [365 * DAY, '365 days'],
  ])('says %i ms as "%s"', (ms, words) => {
    expect(durationWords(ms)).toBe(words);
  });
});
