import { describe, expect, it } from 'vitest';
import { after, DAY, HOUR, type Instant, instant, MINUTE } from '../time.ts';
import { askBreaker, BREAKER_CLOSED, type Breaker, breakerAfter, PROBE_BREAKER } from './breaker.ts';

const NOW = instant(1_000_000);
const RULE = PROBE_BREAKER;
const still = { next: () => 0 };
const fail = (breaker: Breaker, now: Instant) => breakerAfter(breaker, false, now, RULE, still);
const opened = [1, 2, 3].reduce<Breaker>((breaker) => fail(breaker, NOW), BREAKER_CLOSED);

describe('breaker', () => {
  it('opens after three failures in a row, never on the first', () => {
    const first = fail(BREAKER_CLOSED, NOW);
    expect(first).toEqual({ kind: 'closed', failures: 1 });
    expect(askBreaker(first, NOW, RULE).allowed).toBe(true);
    expect(opened).toEqual({ kind: 'open', opens: 1, until: after(NOW, MINUTE) });
    expect(breakerAfter(BREAKER_CLOSED, false, NOW, { ...RULE, opensAfter: 1 }, still).kind).toBe('closed');
  });

  it('forgets failures that a good attempt parts', () => {
    expect(breakerAfter(fail(fail(BREAKER_CLOSED, NOW), NOW), true, NOW, RULE, still)).toEqual(BREAKER_CLOSED);
  });

  it('rests, then lets one attempt through, and no other until that one ended', () => {
    expect(askBreaker(opened, after(NOW, MINUTE - 1), RULE)).toMatchObject({ allowed: false, at: after(NOW, MINUTE) });
    const trial = askBreaker(opened, after(NOW, MINUTE), RULE);
    expect(trial).toMatchObject({ allowed: true, breaker: { kind: 'half-open' } });
    expect(askBreaker(trial.breaker, after(NOW, MINUTE + 1), RULE).allowed).toBe(false);
    expect(breakerAfter(trial.breaker, true, NOW, RULE, still)).toEqual(BREAKER_CLOSED);
    expect(fail(trial.breaker, NOW)).toEqual({ kind: 'open', opens: 2, until: after(NOW, 2 * MINUTE) });
  });

  it('lets another attempt through when nobody says how the trial ended', () => {
    const trial = askBreaker(opened, after(NOW, MINUTE), RULE);
    expect(askBreaker(trial.breaker, after(NOW, MINUTE + RULE.trialMs), RULE).allowed).toBe(true);
  });

  it('rests no longer than its longest, however often it failed', () => {
    const long: Breaker = { kind: 'half-open', opens: 5_000, trialUntil: NOW };
    expect(fail(long, NOW)).toMatchObject({ until: after(NOW, HOUR) });
    expect(breakerAfter(long, false, NOW, RULE, { next: () => 0.999 })).toMatchObject({ kind: 'open' });
  });

  it('is not lengthened by failures that come in while it is open', () => {
    expect(fail(opened, after(NOW, 30_000))).toBe(opened);
  });

  it('is not shut for ever by a clock that was set back', () => {
    expect(askBreaker({ kind: 'open', opens: 1, until: after(NOW, 10 * DAY) }, NOW, RULE).allowed).toBe(true);
  });
});
