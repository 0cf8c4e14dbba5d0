import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { after, DAY, type Instant, instant } from '../time.ts';
import { type LatentAt, latentRisks } from './latent-risks.ts';
import { EMPTY_SNAPSHOT, type Snapshot, unknownFeature } from './snapshot.ts';

const NOW = instant(1_000 * DAY);
const inDays = (days: number) => after(NOW, days * DAY);
const ending = (...ends: readonly Instant[]): Snapshot => ({
  ...EMPTY_SNAPSHOT,
  takenAt: inDays(-1),
  features: ends.map((expiresAt, i) => ({ ...unknownFeature(`f${i}`), expiresAt, ends: 'dated' })),
});
/** As Vault: after an end nothing new starts. */
const pastEnd: LatentAt = ({ features }, at) =>
  features.flatMap(({ name, expiresAt }) =>
    expiresAt !== null && at > expiresAt ? [{ act: 'upgrade', reason: `${name} has ended` }] : [],
  );
const from = (start: Instant, until: Instant = inDays(10_000)): LatentAt => {
  return (_, at) => (at >= start && at < until ? [{ act: 'restart', reason: 'no start' }] : []);
};

describe('latentRisks', () => {
  it('finds the millisecond after an end, to come or past', () => {
    expect(latentRisks(pastEnd, ending(inDays(20)), NOW)).toEqual([{ act: 'upgrade', from: inDays(20) + 1, reason: 'f0 has ended' }]);
    expect(latentRisks(pastEnd, ending(inDays(-20)), NOW)).toMatchObject([{ from: inDays(-20) + 1 }]);
  });

  it('is exact where no end tells it', () => {
    expect(latentRisks(from(after(inDays(41), 12_345)), ending(), NOW)).toMatchObject([{ from: inDays(41) + 12_345 }]);
  });

  it('counts what always held from the first instant asked', () => {
    expect(latentRisks(from(inDays(-5_000)), ending(), NOW)).toMatchObject([{ from: inDays(-1) }]);
    expect(latentRisks(from(inDays(-5_000)), EMPTY_SNAPSHOT, NOW)).toMatchObject([{ from: NOW }]);
  });

  it('leaves out what is over, and what lies beyond its horizon', () => {
    expect(latentRisks(from(inDays(-30), inDays(-10)), ending(inDays(-20)), NOW)).toEqual([]);
    expect(latentRisks(from(inDays(401)), ending(inDays(500)), NOW)).toEqual([]);
  });

  it('tells each act and reason once, soonest first, and at most a hundred', () => {
    const ends = Array.from({ length: 150 }, (_, i) => inDays(150 - i));
    const risks = latentRisks(pastEnd, ending(...ends), NOW);
    expect(risks).toHaveLength(100);
    expect(risks[0]).toMatchObject({ from: inDays(1) + 1, reason: 'f149 has ended' });
  });

  it('gives the first instant for any start within the horizon', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 399 * DAY }), fc.array(fc.integer({ min: -399, max: 399 }), { maxLength: 3 }), (ms, days) => {
        expect(latentRisks(from(after(NOW, ms)), ending(...days.map(inDays)), NOW)).toEqual([
          { act: 'restart', from: NOW + ms, reason: 'no start' },
        ]);
      }),
    );
  });
});
