import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { after, DAY, type Instant, instant } from '../time.ts';
import { compile, segmentAt, standingAt } from './compile.ts';
import { breakpointsAfter, coursesOf } from './courses.ts';
import { decide } from './decide.ts';
import type { Next } from './decision.ts';
import { NOTHING_OBSERVED, type Observations, type Terms } from './terms.ts';
import { arbitraryInstant, arbitraryObservations, arbitraryTerms } from './test-arbitrary.ts';
import { plainly } from './test-oracle.ts';
import { EXPIRES_AT, STARTS_AT, teamTerms } from './test-policy.ts';

const LONG_AGO = instant(0);
const RUNS = { numRuns: 1_000 };

/** Every instant at which something may change, and 1 ms to either side, from an instant on. */
function instantsAround(terms: Terms, observations: Observations, from: Instant): readonly Instant[] {
  const breakpoints = breakpointsAfter(terms, coursesOf(terms, observations), LONG_AGO);
  return [from, ...breakpoints].flatMap((at) => [after(at, -1), at, after(at, 1)]).filter((at) => at >= from);
}

describe('decide', () => {
  it('agrees with the plain restatement of its semantics', () => {
    fc.assert(
      fc.property(arbitraryTerms, arbitraryObservations, (terms, observations) => {
        for (const now of instantsAround(terms, observations, LONG_AGO)) {
          const { tier, cause, notify } = decide(terms, observations, now);
          expect({ tier, cause, notify }).toEqual(plainly(terms, observations, now));
        }
      }),
      RUNS,
    );
  });

  it('says of next what walking every millisecond that matters finds', () => {
    fc.assert(
      fc.property(arbitraryTerms, arbitraryObservations, arbitraryInstant, (terms, observations, now) => {
        expect(decide(terms, observations, now).next).toEqual(walkedNext(terms, observations, now));
      }),
      RUNS,
    );
  });

  it('lowers a license without timed causes one tier at a time', () => {
    fc.assert(
      fc.property(arbitraryTerms, arbitraryObservations, (drawn, observations) => {
        const terms = { ...drawn, path: { ...drawn.path, timed: {} } };
        for (const now of breakpointsAfter(terms, coursesOf(terms, observations), terms.startsAt)) {
          const before = decide(terms, observations, after(now, -1)).tier ?? 0;
          expect(decide(terms, observations, now).tier).toBeLessThanOrEqual(before + 1);
        }
      }),
      RUNS,
    );
  });
});

function walkedNext(terms: Terms, observations: Observations, now: Instant): Next | null {
  if (now < terms.startsAt) return null;
  for (const at of [...instantsAround(terms, observations, after(now, 1))].sort((a, b) => a - b)) {
    const before = plainly(terms, observations, after(at, -1)).tier;
    const { tier, cause } = plainly(terms, observations, at);
    if (tier !== null && before !== null && tier > before) return { cause, at, tier: terms.path.tiers[tier]?.name ?? '' };
  }
  return null;
}

describe('compile', () => {
  it('equals the plain decision at every breakpoint and 1 ms to either side', () => {
    fc.assert(
      fc.property(arbitraryTerms, arbitraryObservations, arbitraryInstant, (terms, observations, from) => {
        const timeline = compile(terms, observations, from);
        for (const now of instantsAround(terms, observations, from)) {
          expect(standingAt(timeline, now)).toEqual(decide(terms, observations, now));
        }
      }),
      RUNS,
    );
  });

  it('begins where it was asked to, ascends, and has no equal neighbours', () => {
    fc.assert(
      fc.property(arbitraryTerms, arbitraryObservations, arbitraryInstant, (terms, observations, from) => {
        const { segments } = compile(terms, observations, from);
        expect(segments[0].from).toBe(from);
        segments.slice(1).forEach((segment, i) => {
          expect(segment.from).toBeGreaterThan(segments[i]?.from ?? Number.POSITIVE_INFINITY);
          expect(segment.standing).not.toEqual(segments[i]?.standing);
        });
      }),
      RUNS,
    );
  });

  it('keeps the way down and the way up of one quota window', () => {
    const now = after(STARTS_AT, DAY);
    const usage = [{ meter: 'build-minutes', used: 120_000, limit: 100_000, resetsAt: after(now, 9 * DAY), receivedAt: [null, null, now] }];
    const timeline = compile(teamTerms({ expiresAt: null }), { ...NOTHING_OBSERVED, usage }, now);
    expect(timeline.segments.map(({ from, standing }) => [from - now, standing.tier, standing.notify, standing.next?.tier])).toEqual([
      [0, 0, 'critical', 'reduced'],
      [DAY, 1, 'critical', undefined],
      [9 * DAY, 0, 'none', undefined],
    ]);
  });

  it('has a segment of its own where only the notify changes', () => {
    const { segments } = compile(teamTerms(), NOTHING_OBSERVED, after(STARTS_AT, -DAY));
    expect(segments.map(({ from, standing }) => [from, standing.tier, standing.notify])).toEqual([
      [after(STARTS_AT, -DAY), null, 'none'],
      [STARTS_AT, 0, 'none'],
      [after(EXPIRES_AT, -60 * DAY), 0, 'info'],
      [after(EXPIRES_AT, -30 * DAY), 0, 'warning'],
      [after(EXPIRES_AT, -7 * DAY), 0, 'critical'],
      [after(EXPIRES_AT, 14 * DAY), 1, 'critical'],
      [after(EXPIRES_AT, 30 * DAY), 2, 'critical'],
    ]);
  });

  it('gives its first standing for an instant before it begins', () => {
    const timeline = compile(teamTerms(), NOTHING_OBSERVED, after(EXPIRES_AT, 20 * DAY));
    expect(standingAt(timeline, STARTS_AT)).toBe(timeline.segments[0].standing);
    expect(segmentAt(timeline, after(EXPIRES_AT, 99 * DAY))).toBe(timeline.segments.at(-1));
  });
});
