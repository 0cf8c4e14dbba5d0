/** Random policies and observed decisions for property tests, on one grid of instants, so that coincidences are common. */
import fc from 'fast-check';
import { arbitraryInstant, arbitraryTerms } from '../decision/test-arbitrary.ts';
import { BUILD_SERVER, STARTS_AT, TEAM } from '../decision/test-policy.ts';
import type { Policy, SeatPlan, WhenFull } from '../policy/policy.ts';
import { after, DAY, HOUR, YEAR } from '../time.ts';
import type { ObservedDecision } from './observed-decision.ts';

const PLANS = ['team', 'solo'] as const;

const arbitrarySeats: fc.Arbitrary<SeatPlan | null> = fc.option(
  fc
    .record({
      limit: fc.integer({ min: 0, max: 8 }),
      overage: fc.option(
        fc.record({
          seats: fc.integer({ min: 1, max: 3 }),
          forMs: fc.constantFrom(6 * HOUR, 12 * HOUR),
          againMs: fc.option(fc.constantFrom(18 * HOUR, 36 * HOUR), { nil: null }),
        }),
        { nil: null },
      ),
      whenFull: fc.oneof(
        fc.constant<WhenFull>({ kind: 'deny' }),
        fc.constant<WhenFull>({ kind: 'queue' }),
        fc.integer({ min: 0, max: 3 }).map((tier): WhenFull => ({ kind: 'tier', tier })),
      ),
    })
    .map((drawn) => ({ ...(TEAM.seats as SeatPlan), ...drawn })),
  { nil: null },
);

const arbitraryPlan = (name: string) =>
  fc.record({
    name: fc.constant(name),
    tier: fc.integer({ min: 0, max: 3 }),
    termMs: fc.constant(YEAR),
    seats: arbitrarySeats,
    quotas: fc.uniqueArray(
      fc.record({
        meter: fc.constantFrom('minutes', 'bytes'),
        limit: fc.integer({ min: 0, max: 12 }),
        offlineSlicePercent: fc.constant(null),
      }),
      { maxLength: 2, selector: ({ meter }) => meter },
    ),
    lease: fc.constant(TEAM.lease),
    bootstrap: fc.constant(null),
  });

export const arbitraryPolicy: fc.Arbitrary<Policy> = fc
  .record({ terms: arbitraryTerms, team: arbitraryPlan('team'), solo: fc.option(arbitraryPlan('solo'), { nil: null }) })
  .map(({ terms: { path }, team, solo }) => ({
    ...BUILD_SERVER,
    features: path.features.map((feature) => ({ ...feature, essential: false })),
    tiers: path.tiers,
    plans: solo === null ? [team] : [team, solo],
    glidePath: { timed: path.timed, seats: path.seats, quota: path.quota, leadTime: [] },
    guarantees: [],
    tests: [],
  }));

const maybeInstant = fc.option(arbitraryInstant, { nil: null });

export const arbitraryObserved: fc.Arbitrary<ObservedDecision> = fc.record({
  license: fc.constantFrom('lic_1', 'lic_2', 'lic_3'),
  at: arbitraryInstant,
  policy: fc.constantFrom('sha256:0', 'sha256:1'),
  plan: fc.constantFrom(...PLANS),
  startsAt: fc.oneof({ weight: 4, arbitrary: fc.constant(after(STARTS_AT, -100 * DAY)) }, { weight: 1, arbitrary: arbitraryInstant }),
  expiresAt: maybeInstant,
  lastSignedWordAt: maybeInstant,
  suspendedAt: maybeInstant,
  revokedAt: maybeInstant,
  usage: fc.uniqueArray(
    fc.record({
      meter: fc.constantFrom('minutes', 'bytes', 'unknown'),
      used: fc.integer({ min: 0, max: 20 }),
      limit: fc.integer({ min: 0, max: 12 }),
      isAgreed: fc.boolean(),
      asOf: arbitraryInstant,
    }),
    { maxLength: 2, selector: ({ meter }) => meter },
  ),
  seats: fc.record({
    used: fc.integer({ min: 0, max: 12 }),
    limit: fc.option(fc.integer({ min: 0, max: 10 }), { nil: null }),
    isAgreed: fc.boolean(),
    overageOpenedAt: maybeInstant,
  }),
  lowered: fc.oneof(
    { weight: 4, arbitrary: fc.constant([]) },
    {
      weight: 1,
      arbitrary: fc.array(
        fc.record({ from: fc.constantFrom('full', 'reduced', 'essential', 'bare', 'gone'), effectiveAt: arbitraryInstant }),
        { minLength: 1, maxLength: 2 },
      ),
    },
  ),
  asked: fc.constantFrom('check', 'acquire', 'renew'),
  tier: fc.constantFrom('full', 'reduced', 'essential', 'bare', 'none'),
  isDenied: fc.boolean(),
});
