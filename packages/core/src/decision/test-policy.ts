/** The policy of DESIGN §4 by hand, so that a test of deciding does not depend on reading documents. */
import type { Plan, Policy, ShareRung } from '../policy/policy.ts';
import { DAY, HOUR, type Instant, instant, MINUTE, YEAR } from '../time.ts';
import { termsOf } from './path.ts';
import type { Terms } from './terms.ts';

export const FULL = 0;
export const REDUCED = 1;
export const ESSENTIAL = 2;

export const TEAM: Plan = {
  name: 'team',
  tier: FULL,
  termMs: YEAR,
  seats: {
    limit: 50,
    kind: 'floating',
    overage: { seats: 5, forMs: 72 * HOUR, againMs: 30 * DAY },
    whenFull: { kind: 'tier', tier: ESSENTIAL },
    offlineBudgetPercent: 20,
    queue: null,
    reassign: null,
    rebind: null,
    match: null,
    reserve: [],
  },
  quotas: [{ meter: 'build-minutes', limit: 100_000, offlineSlicePercent: 2 }],
  lease: { ttlMs: HOUR, renewAtPercent: 50 },
  bootstrap: { tier: ESSENTIAL, forMs: 14 * DAY },
};

export const QUOTA_RUNGS: readonly ShareRung[] = [
  { percent: 80, notify: 'warning' },
  { percent: 100, notify: 'critical' },
  { percent: 120, tier: REDUCED },
];

export const BUILD_SERVER: Policy = {
  name: 'acme-build',
  title: 'Acme Build Server',
  features: [
    { name: 'build', title: 'Run builds', essential: true, lost: null },
    {
      name: 'parallel',
      title: 'Parallel builds',
      essential: false,
      lost: 'Builds run one at a time; everything else works. Ask the build team.',
    },
    { name: 'cache', title: 'Remote cache', essential: false, lost: null },
    { name: 'sso', title: 'Single sign-on', essential: true, lost: null },
  ],
  meters: [{ name: 'build-minutes', unit: 'min', aggregate: 'sum', window: 'month', timeZone: 'UTC', anchor: 'calendar' }],
  tiers: [
    { name: 'full', features: ['build', 'parallel', 'cache', 'sso'], limits: { 'parallel-jobs': 64 } },
    { name: 'reduced', features: ['build', 'cache', 'sso'], limits: { 'parallel-jobs': 4 } },
    { name: 'essential', features: ['build', 'sso'], limits: { 'parallel-jobs': 1 } },
  ],
  plans: [TEAM],
  glidePath: {
    timed: {
      expiry: [
        { at: -60 * DAY, notify: 'info' },
        { at: -30 * DAY, notify: 'warning' },
        { at: -7 * DAY, notify: 'critical' },
        { at: 14 * DAY, tier: REDUCED, notify: 'critical' },
        { at: 30 * DAY, tier: ESSENTIAL, notify: 'critical' },
      ],
      unreachable: [
        { at: HOUR, notify: 'warning' },
        { at: 14 * DAY, tier: REDUCED, notify: 'critical' },
        { at: 30 * DAY, tier: ESSENTIAL },
      ],
      suspended: [
        { at: 0, notify: 'critical' },
        { at: DAY, tier: REDUCED },
      ],
      revoked: [
        { at: 0, notify: 'critical' },
        { at: DAY, tier: REDUCED },
        { at: 2 * DAY, tier: ESSENTIAL },
      ],
      trust: [
        { at: 0, notify: 'critical' },
        { at: 14 * DAY, tier: REDUCED },
      ],
      identity: [
        { at: 0, notify: 'warning' },
        { at: 7 * DAY, tier: REDUCED },
      ],
      clock: [
        { at: 10 * MINUTE, notify: 'warning' },
        { at: DAY, tier: REDUCED },
      ],
    },
    seats: [
      { percent: 80, notify: 'warning' },
      { percent: 100, notify: 'critical' },
    ],
    quota: { 'build-minutes': QUOTA_RUNGS },
    leadTime: [],
  },
  renewal: null,
  guarantees: [],
  tests: [],
};

export const STARTS_AT: Instant = instant(1_767_225_600_000); // 2026-01-01T00:00:00Z
export const EXPIRES_AT: Instant = instant(STARTS_AT + YEAR);

/** A license of the team plan from 2026 to 2027; what differs is said by the test. */
export function teamTerms(differing: Partial<Terms> = {}): Terms {
  return { ...termsOf(BUILD_SERVER, TEAM, { digest: 'sha256:0', startsAt: STARTS_AT, expiresAt: EXPIRES_AT }), ...differing };
}
