import { describe, expect, it } from 'vitest';
import type { Policy } from '../policy/policy.ts';
import { DAY } from '../time.ts';
import { pathTerms, termsOf } from './path.ts';
import { BUILD_SERVER, EXPIRES_AT, STARTS_AT, TEAM } from './test-policy.ts';

describe('path terms', () => {
  it('hold what decides, and no prices, owners or tests', () => {
    const terms = pathTerms(BUILD_SERVER);
    expect(Object.keys(terms).sort()).toEqual(['features', 'quota', 'seats', 'tiers', 'timed']);
    expect(terms.features[0]).toEqual({ name: 'build', title: 'Run builds', lost: null });
    expect(JSON.parse(JSON.stringify(terms))).toEqual(terms);
  });

  const held: Policy = {
    ...BUILD_SERVER,
    glidePath: {
      ...BUILD_SERVER.glidePath,
      timed: {
        expiry: [
          { at: -30 * DAY, notify: 'info' },
          { at: 0, notify: 'critical' },
        ],
      },
      leadTime: [
        { leadTimes: 3, notify: 'info' },
        { leadTimes: 2, notify: 'warning' },
      ],
    },
  };
  const renewal = (...days: number[]) => ({
    startMs: null,
    windows: [],
    leadTime: days.map((ms, i) => ({ name: `step-${i}`, ms: ms * DAY })),
  });

  it('set rungs of a lead time before the end, once the lead time is known', () => {
    expect(pathTerms({ ...held, renewal: renewal(4, 6) }).timed.expiry).toEqual([
      { at: -30 * DAY, notify: 'info' },
      { at: -20 * DAY, notify: 'warning' },
      { at: 0, notify: 'critical' },
    ]);
    expect(pathTerms({ ...held, renewal: renewal() }).timed.expiry).toHaveLength(2);
    expect(pathTerms(held).timed.expiry).toHaveLength(2);
  });

  it('keep the louder of two rungs that fall together', () => {
    expect(pathTerms({ ...held, renewal: renewal(15) }).timed.expiry).toEqual([
      { at: -45 * DAY, notify: 'info' },
      { at: -30 * DAY, notify: 'warning' },
      { at: 0, notify: 'critical' },
    ]);
  });
});

describe('terms of a license', () => {
  it("begin at the plan's own tier with nothing lowered", () => {
    expect(termsOf(BUILD_SERVER, TEAM, { digest: 'sha256:1', startsAt: STARTS_AT, expiresAt: EXPIRES_AT })).toMatchObject({
      policy: 'sha256:1',
      planTier: 0,
      tier: 0,
      tierCause: 'none',
      lowered: [],
      startsAt: STARTS_AT,
      expiresAt: EXPIRES_AT,
    });
  });
});
