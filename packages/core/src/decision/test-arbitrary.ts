/** Random terms and observations for property tests: small numbers, so that ties and coincidences are common. */
import fc from 'fast-check';
import type { Rung, Severity, ShareRung, TimedCause } from '../policy/policy.ts';
import { HOUR, type Instant, instant } from '../time.ts';
import type { LeaseTierCause, Lowering, MeterObservation, Observations, PathTerms, Terms } from './terms.ts';

/** Around here everything happens, on a grid of 6 h with some instants beside it. */
const EPOCH = 1_767_225_600_000;
const GRID = 6 * HOUR;
const TIERS = ['full', 'reduced', 'essential', 'bare'] as const;
const METERS = ['minutes', 'bytes'] as const;
const LOWERINGS = ['a', 'b', 'c'] as const;

export const arbitraryInstant: fc.Arbitrary<Instant> = fc
  .tuple(fc.integer({ min: -12, max: 24 }), fc.constantFrom(0, 0, 0, 1, -1, 1_234))
  .map(([steps, off]) => instant(EPOCH + steps * GRID + off));

const maybeInstant = fc.option(arbitraryInstant, { nil: null });
const tierPosition = fc.integer({ min: 0, max: TIERS.length - 1 });
const notify = fc.option(fc.constantFrom<Severity>('info', 'warning', 'critical'), { nil: undefined });

/** Rungs as publishing lets them through: `at` ascends strictly, tiers never rise. */
function rungs<K extends string>(key: K, position: fc.Arbitrary<number>) {
  const rung = fc.record({ at: position, tier: fc.option(tierPosition, { nil: undefined }), notify });
  return fc.uniqueArray(rung, { maxLength: 4, selector: ({ at }) => at }).map((drawn) => {
    let worst = 0;
    return drawn
      .toSorted((a, b) => a.at - b.at)
      .map(({ at, tier, notify }) => {
        if (tier !== undefined) worst = Math.max(worst, tier);
        return { [key]: at, ...(tier === undefined ? {} : { tier: worst }), ...(notify === undefined ? {} : { notify }) };
      });
  });
}

const timedRungs = rungs(
  'at',
  fc.integer({ min: 0, max: 12 }).map((steps) => steps * GRID),
) as unknown as fc.Arbitrary<Rung[]>;
const expiryRungs = rungs(
  'at',
  fc.integer({ min: -8, max: 12 }).map((steps) => steps * GRID),
) as unknown as fc.Arbitrary<Rung[]>;
const shareRungs = rungs('percent', fc.constantFrom(0, 50, 80, 100, 120, 150)) as unknown as fc.Arbitrary<ShareRung[]>;

const TIMED: readonly TimedCause[] = ['expiry', 'unreachable', 'suspended', 'revoked', 'trust', 'identity', 'clock'];

const arbitraryPath: fc.Arbitrary<PathTerms> = fc.record({
  features: fc.constant([{ name: 'build', title: 'Run builds', lost: null }]),
  tiers: fc.constant(TIERS.map((name, position) => ({ name, features: position < 2 ? ['build'] : [], limits: { jobs: 4 - position } }))),
  timed: fc.record(
    Object.fromEntries(TIMED.map((cause) => [cause, cause === 'expiry' ? expiryRungs : timedRungs])) as Record<
      TimedCause,
      fc.Arbitrary<Rung[]>
    >,
    { requiredKeys: [] },
  ),
  seats: shareRungs.map((drawn) => drawn.map(({ tier: _, ...rung }) => rung)),
  quota: fc.record({ minutes: shareRungs, bytes: shareRungs }, { requiredKeys: [] }),
});

const arbitraryLowering: fc.Arbitrary<Lowering> = fc.record({
  id: fc.constantFrom(...LOWERINGS),
  of: fc.constantFrom('terms', 'plan', 'policy'),
  from: tierPosition,
  effectiveAt: arbitraryInstant,
});

export const arbitraryTerms: fc.Arbitrary<Terms> = fc
  .record({
    policy: fc.constant('sha256:0'),
    path: arbitraryPath,
    planTier: tierPosition,
    below: fc.integer({ min: 0, max: 2 }),
    cause: fc.constantFrom<LeaseTierCause>('seats', 'bootstrap', 'grant'),
    tierSince: arbitraryInstant,
    startsAt: fc.oneof({ weight: 4, arbitrary: fc.constant(instant(EPOCH - 20 * GRID)) }, { weight: 1, arbitrary: arbitraryInstant }),
    expiresAt: maybeInstant,
    lowered: fc.uniqueArray(arbitraryLowering, { maxLength: 3, selector: ({ id }) => id }),
    bootstrapEndsAt: maybeInstant,
  })
  .map(({ below, cause, ...terms }) => {
    const tier = Math.min(terms.planTier + below, TIERS.length - 1);
    return { ...terms, tier, tierCause: tier === terms.planTier ? 'none' : cause };
  });

const arbitraryUse: fc.Arbitrary<MeterObservation> = fc.record({
  meter: fc.constantFrom(...METERS, 'unknown'),
  used: fc.integer({ min: 0, max: 20 }),
  limit: fc.integer({ min: 0, max: 12 }),
  resetsAt: maybeInstant,
  receivedAt: fc.array(maybeInstant, { maxLength: 5 }),
});

export const arbitraryObservations: fc.Arbitrary<Observations> = fc.record({
  lastSignedWordAt: maybeInstant,
  suspendedAt: maybeInstant,
  revokedAt: maybeInstant,
  trustLostAt: maybeInstant,
  identityChangedAt: maybeInstant,
  clockBehindAt: maybeInstant,
  usage: fc.array(arbitraryUse, { maxLength: 3 }),
  seats: fc.option(fc.record({ used: fc.integer({ min: 0, max: 12 }), limit: fc.integer({ min: 1, max: 10 }) }), { nil: null }),
  loweringReceivedAt: fc.dictionary(fc.constantFrom(...LOWERINGS), arbitraryInstant),
});
