import { DAY, HOUR, instant, MINUTE, SECOND, YEAR } from '@glidepath/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  anchored,
  atLeast,
  GAP_RUN_MS,
  gapCountsInMs,
  gapMs,
  isClockBehind,
  joined,
  noticeNow,
  type Reading,
  resumed,
  type SavedTime,
  sample,
  type TrustedTime,
  trustedNow,
  unanchored,
} from './trusted-time.ts';

const START = 1_767_225_600_000;
const at = (monotonic: number, wallOffset = 0): Reading => ({ wall: instant(START + monotonic + wallOffset), monotonic });
const saved = (time: TrustedTime, bootId: string | null): SavedTime => ({ ...time, bootId });
const anchor = (): TrustedTime => anchored(instant(START), at(0));

/** Samples a wall clock that is off by `offset(monotonic)`, every 15 minutes for so long. */
function watched(offset: (ms: number) => number, forMs: number, each?: (time: TrustedTime, ms: number) => void): TrustedTime {
  let time = anchor();
  for (let ms = 15 * MINUTE; ms <= forMs; ms += 15 * MINUTE) {
    time = sample(time, at(ms, Math.trunc(offset(ms))));
    each?.(time, ms);
  }
  return time;
}

/** The four shapes in which a clock goes wrong. */
const DRIFTS: readonly { readonly shape: string; readonly offset: (ms: number) => number; readonly mostMs: number }[] = [
  { shape: 'linear', offset: (ms) => ms / 10_000, mostMs: (60 * DAY) / 10_000 },
  { shape: 'linear and slow', offset: (ms) => -ms / 10_000, mostMs: 0 },
  { shape: 'periodic', offset: (ms) => 20 * MINUTE * Math.sin((2 * Math.PI * ms) / (3 * DAY)), mostMs: 20 * MINUTE },
  { shape: 'step', offset: (ms) => (ms > 10 * DAY ? 2 * HOUR : 0), mostMs: 2 * HOUR },
  {
    shape: 'non-ideal',
    offset: (ms) => ms / 50_000 + 3 * MINUTE * Math.sin(ms / DAY) + 2 * SECOND * Math.sin(ms * 7) + (ms > 30 * DAY ? -90 * SECOND : 0),
    mostMs: (60 * DAY) / 50_000 + 3 * MINUTE + 2 * SECOND,
  },
];

describe.each(DRIFTS)('trusted time under a wall clock whose drift is $shape', ({ offset, mostMs }) => {
  it('is never behind what has passed, and never ahead by more than the clock ever was', () => {
    watched(offset, 60 * DAY, (time, ms) => {
      const error = trustedNow(time) - START - ms;
      expect(error).toBeGreaterThanOrEqual(0);
      expect(error).toBeLessThanOrEqual(Math.ceil(mostMs));
      expect(noticeNow(time) - START - ms).toBeLessThanOrEqual(Math.ceil(mostMs));
    });
  });

  it('never runs backwards', () => {
    let last = START;
    watched(offset, 60 * DAY, (time) => {
      expect(trustedNow(time)).toBeGreaterThanOrEqual(last);
      last = trustedNow(time);
    });
  });

  it('is exact in the first day after a word, whatever the clock does', () => {
    watched(offset, 23 * HOUR, (time, ms) => expect(trustedNow(time)).toBe(START + ms));
  });
});

describe('a wall clock that is a year ahead', () => {
  const yearAhead = (from: number) => (ms: number) => (ms >= from ? YEAR : 0);

  it('is told at once, and counts after 24 h of running time', () => {
    const before = watched(yearAhead(10 * HOUR), 10 * HOUR + GAP_RUN_MS - 15 * MINUTE);
    expect(noticeNow(before) - trustedNow(before)).toBe(YEAR);
    expect(trustedNow(before)).toBe(START + 10 * HOUR + GAP_RUN_MS - 15 * MINUTE);
    expect(gapCountsInMs(before)).toBe(15 * MINUTE);
    const after = watched(yearAhead(10 * HOUR), 10 * HOUR + GAP_RUN_MS);
    expect(trustedNow(after)).toBe(START + 10 * HOUR + GAP_RUN_MS + YEAR);
    expect(gapMs(after)).toBe(0);
  });

  it('counts for nothing once it is set back in time', () => {
    const time = watched((ms) => (ms > 10 * HOUR && ms < 30 * HOUR ? YEAR : 0), 60 * DAY);
    expect(trustedNow(time)).toBe(START + 60 * DAY);
  });

  it('is cleared by a word, also after it has counted', () => {
    const wrong = watched(yearAhead(10 * HOUR), 3 * DAY);
    const mended = anchored(instant(START + 3 * DAY), { wall: wrong.wallAt, monotonic: wrong.monotonicAt });
    expect(trustedNow(mended)).toBe(START + 3 * DAY);
    expect(mended.unverifiedRunMs).toBe(0);
    // The clock goes on being a year ahead, which is known now.
    expect(gapMs(sample(mended, at(4 * DAY, YEAR)))).toBe(0);
  });

  it('holds up a later gap for 24 h of its own', () => {
    const time = watched((ms) => (ms >= 10 * HOUR ? HOUR : 0) + (ms >= 30 * HOUR ? YEAR : 0), 40 * HOUR);
    expect(trustedNow(time)).toBe(START + 40 * HOUR + HOUR);
    expect(gapMs(time)).toBe(YEAR);
  });
});

describe('a wall clock that is a year behind', () => {
  it('moves nothing, and is said to be behind', () => {
    const time = watched((ms) => (ms >= HOUR ? -YEAR : 0), 10 * DAY);
    expect(trustedNow(time)).toBe(START + 10 * DAY);
    expect(isClockBehind(time)).toBe(true);
    expect(isClockBehind(watched(() => -4 * MINUTE, DAY))).toBe(false);
  });
});

describe('another process', () => {
  const then = (): TrustedTime => sample(anchor(), at(10 * DAY));

  it('knows how long there was none, within one start of the machine', () => {
    const time = resumed(saved(then(), 'boot-1'), at(15 * DAY), 'boot-1');
    expect(trustedNow(time)).toBe(START + 15 * DAY);
    expect(time.unverifiedRunMs).toBe(10 * DAY);
  });

  it.each([
    ['another start of the machine', 'boot-2', 3 * HOUR],
    ['a platform that cannot tell', null, 3 * HOUR],
    ['a monotonic clock that is behind what was saved', 'boot-1', 3 * HOUR],
  ])('goes on where time stood after %s; the rest is a gap', (_, boot, monotonic) => {
    const reading: Reading = { wall: instant(START + 15 * DAY), monotonic };
    const time = resumed(saved(then(), 'boot-1'), reading, boot);
    expect(trustedNow(time)).toBe(START + 10 * DAY);
    expect(noticeNow(time)).toBe(START + 15 * DAY);
    const later = sample(time, { wall: instant(START + 16 * DAY), monotonic: monotonic + DAY });
    expect(trustedNow(later)).toBe(START + 16 * DAY);
  });

  it('never runs behind what was remembered, whatever the clock shows', () => {
    const reading: Reading = { wall: instant(START - YEAR), monotonic: 5 };
    const time = resumed(saved(then(), 'boot-1'), reading, 'boot-2');
    expect(trustedNow(time)).toBe(START + 10 * DAY);
    expect(isClockBehind(time)).toBe(true);
  });

  it('adds its running time to that of the others, so that short ones count too', () => {
    let time = sample(anchor(), at(0));
    let wall = START;
    for (let run = 0; run < 30; run++) {
      const from = saved(time, null);
      wall += DAY;
      time = resumed(from, { wall: instant(wall), monotonic: 0 }, null);
      wall += HOUR;
      time = sample(time, { wall: instant(wall), monotonic: HOUR });
    }
    // The gaps of the first runs are older than 24 h of running time.
    expect(trustedNow(time) - START).toBe(30 * HOUR + 7 * DAY);
    expect(time.gaps.length).toBeLessThanOrEqual(25);
  });

  it('does not count the running time of two at once twice', () => {
    const mine = sample(anchor(), at(20 * HOUR));
    const theirs = saved(sample(anchor(), at(19 * HOUR)), 'boot-1');
    expect(joined(mine, theirs, 'boot-1', 0).unverifiedRunMs).toBe(20 * HOUR);
    // One that ran before this one began did run longer.
    const fresh = { ...sample(anchor(), at(20 * HOUR)), unverifiedRunMs: HOUR };
    expect(joined(fresh, theirs, 'boot-1', 19 * HOUR).unverifiedRunMs).toBe(20 * HOUR);
  });
});

describe('where there is little to go by', () => {
  it('takes the wall clock where nothing signed was ever seen', () => {
    expect(trustedNow(unanchored(at(5)))).toBe(START + 5);
  });

  it('takes the word where there is one and nothing beside it, and calls the rest a gap', () => {
    const time = unanchored(at(0), instant(START - 40 * DAY));
    expect(trustedNow(time)).toBe(START - 40 * DAY);
    expect(noticeNow(time)).toBe(START);
  });

  it('is at least as late as any word that it has seen', () => {
    const time = anchor();
    expect(trustedNow(atLeast(time, instant(START + DAY)))).toBe(START + DAY);
    expect(atLeast(time, instant(START - DAY))).toBe(time);
  });
});

describe('trusted time', () => {
  it('never runs backwards but by a word, whatever the clocks do and however often processes end', () => {
    const step = fc.record({
      passMs: fc.nat(3 * DAY),
      setMs: fc.integer({ min: -YEAR, max: YEAR }),
      restart: fc.boolean(),
      boot: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        let time = anchor();
        let reading = at(0);
        let boot = 1;
        for (const { passMs, setMs, restart, boot: isReboot } of steps) {
          const before = trustedNow(time);
          reading = { wall: instant(reading.wall + passMs + setMs), monotonic: reading.monotonic + passMs };
          if (restart) {
            const from = saved(time, `boot-${boot}`);
            if (isReboot) {
              boot += 1;
              reading = { ...reading, monotonic: 0 };
            }
            time = resumed(from, reading, `boot-${boot}`);
          } else time = sample(time, reading);
          expect(trustedNow(time)).toBeGreaterThanOrEqual(before);
          expect(noticeNow(time)).toBeGreaterThanOrEqual(trustedNow(time));
          for (const gap of time.gaps) expect(gap.ms).toBeGreaterThan(0);
        }
      }),
    );
  });
});
