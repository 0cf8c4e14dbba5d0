import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { after, DAY, HOUR, type Instant, instant, MINUTE, SECOND } from '../time.ts';
import { askServer, firstProbeAt, fullJitterDelay, nextProbeAt } from './pace.ts';

const NOW = instant(1_000_000);
const chance = (value: number) => ({ next: () => value });
const pace = { everyMs: HOUR, everyAtLeastMs: MINUTE, failures: 0 };
const afterMs = (at: Instant) => at - NOW;

describe('nextProbeAt', () => {
  it.each([
    ['good, least chance', pace, 0, HOUR],
    ['good, half', pace, 0.5, 57 * MINUTE],
    ['good, at the bound of its connector', { ...pace, everyMs: MINUTE }, 0.9, MINUTE],
    ['shorter than its connector allows', { ...pace, everyMs: 10 * SECOND }, 0, MINUTE],
    ['one failure: at the bound', { ...pace, failures: 1 }, 0.9, MINUTE],
    ['four failures', { ...pace, failures: 4 }, 0.5, 2 * MINUTE],
    ['many failures: below the interval', { ...pace, failures: 1_000 }, 0.999, 0.999 * HOUR],
    ['asked for peace', { ...pace, failures: 1, retryAfterMs: 2 * HOUR }, 0, 2 * HOUR],
    ['asked for peace for ever', { ...pace, retryAfterMs: 400 * DAY }, 0, DAY],
  ])('%s', (_, asked, random, ms) => {
    expect(afterMs(nextProbeAt(asked, NOW, chance(random)))).toBe(ms);
  });

  it('never asks more often than the connector allows, and after failures no later than the interval', () => {
    fc.assert(
      fc.property(
        fc.nat(DAY),
        fc.nat(HOUR),
        fc.nat(100),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (everyMs, everyAtLeastMs, failures, random) => {
          const ms = afterMs(nextProbeAt({ everyMs, everyAtLeastMs, failures }, NOW, chance(random)));
          expect(ms).toBeGreaterThanOrEqual(everyAtLeastMs);
          expect(ms).toBeLessThanOrEqual(Math.max(everyMs, everyAtLeastMs));
        },
      ),
    );
  });
});

describe('firstProbeAt', () => {
  it('spreads over a minute, or a shorter interval', () => {
    expect(afterMs(firstProbeAt(pace, NOW, chance(0.5)))).toBe(30 * SECOND);
    expect(afterMs(firstProbeAt({ everyMs: 10 * SECOND }, NOW, chance(0.5)))).toBe(5 * SECOND);
  });
});

describe('fullJitterDelay', () => {
  it.each([
    [1, 0.5, 500],
    [3, 0.5, 2_000],
    [3, 0, 0],
    [20, 0.5, 5_000],
    [100_000, 0.5, 5_000],
    [0, 0.5, 500],
  ])('attempt %i with %d waits %i ms', (attempt, random, ms) => {
    expect(fullJitterDelay({ baseMs: 1_000, capMs: 10_000 }, attempt, chance(random))).toBe(ms);
  });
});

describe('askServer', () => {
  const rate = { everyMs: 1_000, burst: 3 };

  it('lets a burst through, then one in each interval', () => {
    let until: Instant | null = null;
    const allowed: boolean[] = [];
    for (let i = 0; i < 5; i++) {
      const ask = askServer(until, NOW, rate);
      allowed.push(ask.allowed);
      until = ask.askedUntil;
    }
    expect(allowed).toEqual([true, true, true, false, false]);
    const refused = askServer(until, NOW, rate);
    expect(refused).toMatchObject({ allowed: false, at: after(NOW, 1_000) });
    expect(askServer(until, after(NOW, 1_000), rate).allowed).toBe(true);
    expect(askServer(until, after(NOW, 999), rate).allowed).toBe(false);
  });

  it('is not silenced by a state from a clock that ran ahead', () => {
    const ask = askServer(after(NOW, 365 * DAY), NOW, rate);
    expect(ask).toMatchObject({ allowed: false });
    if (!ask.allowed) expect(ask.at - NOW).toBeLessThanOrEqual(rate.everyMs);
  });

  it('never lets more through than rate and burst', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(2_000), { minLength: 1, maxLength: 50 }), (gaps) => {
        let until: Instant | null = null;
        let now = NOW;
        let count = 0;
        for (const gap of gaps) {
          now = after(now, gap);
          const ask = askServer(until, now, rate);
          if (ask.allowed) count++;
          until = ask.askedUntil;
        }
        expect(count).toBeLessThanOrEqual(rate.burst + Math.floor((now - NOW) / rate.everyMs));
      }),
    );
  });
});
