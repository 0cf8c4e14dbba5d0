import { HOUR, instant, MINUTE, SECOND } from '@glidepath/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { failureDelayMs, parseRetryAfter, renewDelayMs } from './pace.ts';

const always = (value: number) => ({ next: () => value });
const chance = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }).map(always);

describe('renew delay', () => {
  it('is what the lease says, and less by jitter', () => {
    const lease = { renewAfterMs: HOUR / 2, ttlMs: HOUR };
    expect(renewDelayMs(lease, always(0))).toBe(HOUR / 2);
    expect(renewDelayMs(lease, always(0.5))).toBe((HOUR / 2) * 0.95);
  });

  it('follows the server’s pace as far as 80 % of the hold, and is never later than it asks', () => {
    fc.assert(
      fc.property(fc.nat(4 * HOUR), fc.integer({ min: SECOND, max: HOUR }), chance, (renewAfterMs, ttlMs, random) => {
        const delay = renewDelayMs({ renewAfterMs, ttlMs }, random);
        expect(delay).toBeLessThanOrEqual(Math.max(250, Math.min(renewAfterMs, 0.8 * ttlMs)));
        expect(delay).toBeGreaterThanOrEqual(250);
      }),
    );
  });
});

describe('failure delay', () => {
  const failures = { count: 1, isRefused: false, retryAfterMs: null, ttlMs: HOUR };

  it('doubles its ceiling from a second to ten minutes, with full jitter below it', () => {
    const most = (count: number) => failureDelayMs({ ...failures, count }, always(0.999999));
    expect([1, 2, 3, 4].map((count) => Math.round(most(count) / SECOND))).toEqual([1, 2, 4, 8]);
    expect(most(1_000)).toBeLessThanOrEqual(10 * MINUTE);
    expect(failureDelayMs({ ...failures, count: 9 }, always(0))).toBe(250);
  });

  it('stays within a minute for who has nothing yet', () => {
    expect(failureDelayMs({ ...failures, ttlMs: null, count: 50 }, always(0.999999))).toBeLessThanOrEqual(MINUTE);
  });

  it('keeps up with a policy whose days are seconds', () => {
    expect(failureDelayMs({ ...failures, ttlMs: 8 * SECOND, count: 50 }, always(0.999999))).toBeLessThanOrEqual(5 * SECOND);
    expect(failureDelayMs({ ...failures, ttlMs: 8 * SECOND, isRefused: true }, always(0.999999))).toBeLessThanOrEqual(5 * SECOND);
  });

  it('is slow where people have to act, and never for ever', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10_000 }), chance, (count, random) => {
        const delay = failureDelayMs({ ...failures, count, isRefused: true }, random);
        expect(delay).toBeGreaterThanOrEqual(7 * MINUTE);
        expect(delay).toBeLessThanOrEqual(15 * MINUTE);
      }),
    );
  });

  it('is no earlier than Retry-After, within an hour', () => {
    fc.assert(
      fc.property(fc.nat(400 * 24 * HOUR), chance, (retryAfterMs, random) => {
        const delay = failureDelayMs({ ...failures, retryAfterMs }, random);
        expect(delay).toBeGreaterThanOrEqual(Math.min(retryAfterMs, HOUR));
        expect(delay).toBeLessThanOrEqual(1.1 * HOUR + 1);
      }),
    );
  });
});

describe('Retry-After', () => {
  it.each([
    ['120', 120_000],
    ['0', 0],
    ['Thu, 01 Jan 2026 12:01:00 GMT', 60_000],
    ['Thu, 01 Jan 2026 11:59:00 GMT', 0],
    ['tomorrow GMT', 0],
    ['2026-01-01', null],
    ['soon', null],
    ['-5', null],
    ['1e9', null],
    [null, null],
  ])('reads %j as %j', (value, ms) => {
    expect(parseRetryAfter(value, instant(Date.UTC(2026, 0, 1, 12)))).toBe(ms);
  });
});
