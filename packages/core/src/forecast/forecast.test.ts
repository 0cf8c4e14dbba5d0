import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { after, DAY, HOUR, type Instant, instant } from '../time.ts';
import { exhaustionOutlook, forecastExhaustion, type PeakSample } from './forecast.ts';

/** 2027-01-04, a Monday, at noon. */
const TODAY = 20_822;
const NOW = instant(TODAY * DAY + 12 * HOUR);
const inDays = (at: Instant | null | undefined) => (at === null || at === undefined ? at : at / DAY - TODAY);

/** The peaks of the days before today, the last one yesterday's. */
function past(count: number, peakAt: (day: number) => number): readonly PeakSample[] {
  return Array.from({ length: count }, (_, i) => ({ day: instant((TODAY - count + i) * DAY), peak: peakAt(i) }));
}

/** Small, and always the same. */
const noise = (day: number) => (Math.imul(day + 1, 0x9e37_79b1) >>> 28) - 7.5;
const isWeekend = (day: number) => [5, 6].includes((day + 3) % 7);

describe('exhaustionOutlook', () => {
  it.each<[string, readonly PeakSample[], number, string]>([
    ['no samples', [], 10, 'unknown'],
    ['thirteen days', past(13, (day) => day), 100, 'unknown'],
    ['fourteen days', past(14, (day) => 10 + day), 40, 'dated'],
    ['fourteen samples of one day', Array.from({ length: 14 }, () => ({ day: instant((TODAY - 1) * DAY), peak: 5 })), 40, 'unknown'],
    ['samples that ended ten days ago', past(60, (day) => day).slice(0, 50), 100, 'unknown'],
    ['flat', past(90, () => 40), 50, 'later'],
    ['flat with noise', past(90, (day) => 60 + noise(day)), 100, 'later'],
    ['falling', past(90, (day) => 100 - day), 120, 'later'],
    ['growing', past(90, (day) => 20 + day), 150, 'dated'],
    ['growing far too slowly', past(90, (day) => 20 + day / 30), 500, 'later'],
    ['full yesterday', past(30, (day) => 20 + day), 49, 'full'],
    ['above a limit that was lowered', past(30, () => 60), 50, 'full'],
    ['a limit of zero', past(30, () => 0), 0, 'full'],
    ['no number', past(30, () => Number.NaN), 50, 'unknown'],
  ])('%s', (_, samples, limit, kind) => {
    expect(exhaustionOutlook(samples, limit, NOW).kind).toBe(kind);
  });

  it('is full since the first of the working days at the limit', () => {
    const samples = past(30, (day) => (day < 20 ? 30 : isWeekend(day + TODAY - 30) ? 5 : 50));
    expect(exhaustionOutlook(samples, 50, NOW)).toEqual({ kind: 'full', since: instant((TODAY - 10) * DAY) });
  });

  it("takes today's peak only when it is at the limit", () => {
    const samples = past(60, () => 40);
    const withToday = (peak: number) => [...samples, { day: instant(TODAY * DAY), peak }];
    expect(exhaustionOutlook(withToday(50), 50, NOW)).toEqual({ kind: 'full', since: instant(TODAY * DAY) });
    expect(exhaustionOutlook(withToday(0), 50, NOW)).toEqual(exhaustionOutlook(samples, 50, NOW));
  });

  it('looks over one full day among many that were not', () => {
    expect(
      exhaustionOutlook(
        past(60, (day) => (day === 40 ? 50 : 20)),
        50,
        NOW,
      ).kind,
    ).toBe('later');
  });
});

describe('forecastExhaustion', () => {
  it('is within two days for a line that nothing disturbs', () => {
    const forecast = forecastExhaustion(
      past(60, (day) => 10 + day),
      100,
      NOW,
    );
    expect(Math.abs((inDays(forecast?.at) ?? 99) - 30)).toBeLessThanOrEqual(2);
    expect(forecast?.early).toBeLessThanOrEqual(instant((TODAY + 30) * DAY));
    expect(forecast?.late).toBeGreaterThanOrEqual(instant((TODAY + 30) * DAY));
  });

  it.each<[string, (day: number) => number]>([
    ['weekends', (day) => (isWeekend(day + TODAY - 90) ? 5 : 40 + day / 2 + noise(day) / 3)],
    ['a week of feasts', (day) => (day >= 70 && day < 77 ? 2 : 40 + day / 2 + noise(day) / 3)],
    ['readings that were wrong', (day) => (day === 30 || day === 61 ? 0 : 40 + day / 2 + noise(day) / 3)],
    ['a wild day', (day) => (day === 50 ? 88 : 40 + day / 2 + noise(day) / 3)],
  ])('is not bent by %s', (_, peakAt) => {
    const forecast = forecastExhaustion(past(90, peakAt), 100, NOW);
    expect(inDays(forecast?.at)).toBeGreaterThan(12);
    expect(inDays(forecast?.at)).toBeLessThan(45);
  });

  it('looks at busy weekdays alone, also where they are few', () => {
    const samples = past(90, (day) => ((day + TODAY - 90 + 3) % 7 < 3 ? 40 + day / 2 : 5));
    const at = inDays(forecastExhaustion(samples, 100, NOW)?.at);
    expect(at).toBeGreaterThan(20);
    expect(at).toBeLessThan(40);
  });

  it('falls on a day that is busy', () => {
    const forecast = forecastExhaustion(
      past(90, (day) => (isWeekend(day + TODAY - 90) ? 5 : 40 + day / 2)),
      100,
      NOW,
    );
    expect(isWeekend(Number(forecast?.at) / DAY)).toBe(false);
  });

  it('is later with a higher limit', () => {
    const samples = past(90, (day) => 40 + day / 2 + noise(day));
    const [low, high] = [110, 140].map((limit) => forecastExhaustion(samples, limit, NOW));
    expect(high?.at).toBeGreaterThan(low?.at ?? 0);
  });

  it('is now for what is full', () => {
    const since = instant((TODAY - 1) * DAY);
    expect(
      forecastExhaustion(
        past(30, (day) => 20 + day),
        49,
        NOW,
      ),
    ).toEqual({ at: since, early: since, late: since });
  });

  const peaks = fc.array(fc.oneof(fc.nat(200), fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, -1, 0)), { maxLength: 60 });

  it('is an ordered interval in the future, and the same again for samples in any order', () => {
    fc.assert(
      fc.property(peaks, fc.nat(400), fc.nat(9), (values, limit, gap) => {
        const samples = past(values.length, (day) => values[day] ?? 0).map(({ day, peak }) => ({ day: after(day, -gap * DAY), peak }));
        const outlook = exhaustionOutlook(samples, limit, NOW);
        expect(exhaustionOutlook(samples.toReversed(), limit, NOW)).toEqual(outlook);
        if (outlook.kind !== 'dated') return;
        const { at, early, late } = outlook.forecast;
        expect(early).toBeGreaterThanOrEqual(TODAY * DAY);
        expect(at).toBeGreaterThanOrEqual(early);
        if (late !== null) expect(late).toBeGreaterThanOrEqual(at);
      }),
      { numRuns: 60 },
    );
  });
});
