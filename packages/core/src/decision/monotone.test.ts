import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { after, HOUR, type Instant } from '../time.ts';
import { breakpointsAfter, coursesOf } from './courses.ts';
import { decide } from './decide.ts';
import type { MeterObservation, Observations, Terms } from './terms.ts';
import { arbitraryInstant, arbitraryObservations, arbitraryTerms } from './test-arbitrary.ts';

interface Situation {
  readonly terms: Terms;
  readonly observations: Observations;
}

/** Begins earlier than it did, or begins at all. */
const sooner = (at: Instant | null, by: number, otherwise: Instant): Instant => (at === null ? otherwise : after(at, -by));

const meters = (observations: Observations, worsen: (use: MeterObservation) => MeterObservation): Observations => ({
  ...observations,
  usage: observations.usage.map(worsen),
});

type Worsen = (situation: Situation, by: number, at: Instant) => Situation;

const observed =
  (worsen: (observations: Observations, by: number, at: Instant) => Observations): Worsen =>
  ({ terms, observations }, by, at) => ({ terms, observations: worsen(observations, by, at) });

/** Each word of an observation, made worse. */
const WORSE: Readonly<Record<string, Worsen>> = {
  'silence lasts longer': observed((o, by, at) => ({ ...o, lastSignedWordAt: sooner(o.lastSignedWordAt, by, at) })),
  'suspended earlier': observed((o, by, at) => ({ ...o, suspendedAt: sooner(o.suspendedAt, by, at) })),
  'revoked earlier': observed((o, by, at) => ({ ...o, revokedAt: sooner(o.revokedAt, by, at) })),
  'trust lost earlier': observed((o, by, at) => ({ ...o, trustLostAt: sooner(o.trustLostAt, by, at) })),
  'identity changed earlier': observed((o, by, at) => ({ ...o, identityChangedAt: sooner(o.identityChangedAt, by, at) })),
  'clock behind for longer': observed((o, by, at) => ({ ...o, clockBehindAt: sooner(o.clockBehindAt, by, at) })),
  'more used': observed((o, by) => meters(o, (use) => ({ ...use, used: use.used + Math.ceil(by / HOUR) }))),
  'a lower limit': observed((o, by) => meters(o, (use) => ({ ...use, limit: Math.max(0, use.limit - Math.ceil(by / HOUR)) }))),
  'a later reset': observed((o, by) => meters(o, (use) => ({ ...use, resetsAt: use.resetsAt === null ? null : after(use.resetsAt, by) }))),
  'no reset': observed((o) => meters(o, (use) => ({ ...use, resetsAt: null }))),
  'use received earlier': observed((o, by) =>
    meters(o, (use) => ({ ...use, receivedAt: use.receivedAt.map((at) => (at === null ? null : after(at, -by))) })),
  ),
  'use received long since': observed((o) => meters(o, (use) => ({ ...use, receivedAt: [] }))),
  'one more meter': observed((o) => ({
    ...o,
    usage: [...o.usage, { meter: 'minutes', used: 99, limit: 1, resetsAt: null, receivedAt: [] }],
  })),
  'more seats in use': observed((o) => ({ ...o, seats: { used: (o.seats?.used ?? 0) + 1, limit: o.seats?.limit ?? 1 } })),
  'lowering received earlier': observed((o, by) => ({
    ...o,
    loweringReceivedAt: Object.fromEntries(Object.entries(o.loweringReceivedAt).map(([id, at]) => [id, after(at, -by)])),
  })),
  'lowering received long since': observed((o) => ({ ...o, loweringReceivedAt: {} })),
  'an earlier end': ({ terms, observations }, by, at) => ({
    terms: { ...terms, expiresAt: sooner(terms.expiresAt, by, at) },
    observations,
  }),
  'a later start': ({ terms, observations }, by) => ({ terms: { ...terms, startsAt: after(terms.startsAt, by) }, observations }),
};

/** Before the start is the worst of all. */
const rank = ({ terms, observations }: Situation, now: Instant): number =>
  decide(terms, observations, now).tier ?? Number.POSITIVE_INFINITY;

describe('more trouble never gives a higher tier', () => {
  it.each(Object.entries(WORSE))('%s', (_, worsen) => {
    fc.assert(
      fc.property(
        arbitraryTerms,
        arbitraryObservations,
        arbitraryInstant,
        fc.integer({ min: 0, max: 80 * HOUR }),
        (terms, observations, at, by) => {
          const better = { terms, observations };
          const worse = worsen(better, by, at);
          const instants = [better, worse].flatMap((one) =>
            breakpointsAfter(one.terms, coursesOf(one.terms, one.observations), after(at, -by)),
          );
          for (const now of [at, ...instants]) expect(rank(worse, now)).toBeGreaterThanOrEqual(rank(better, now));
        },
      ),
      { numRuns: 300 },
    );
  });
});
