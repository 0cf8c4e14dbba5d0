/** What the runway of a held license is computed from: its contract, what probes see, and the course of its use. */
import {
  DAY,
  type FeatureReading,
  FORECAST_WINDOW_MS,
  forecastExhaustion,
  type HeldLicense,
  type HeldRunwayFacts,
  type Instant,
  type LatentRisk,
  type LicenseTerms,
  type ObservedFeature,
  type Snapshot,
  type Store,
  termsInForce,
  type UsageSample,
  type UseFacts,
} from '@glidepath/core';
import type { Crypto } from '@glidepath/protocol';
import { sampleName } from '../probes/usage-samples.ts';
import { featuresSeenAt, type ProbeReader, snapshotOf, sumOf, type WatchedFeature, watchedFeatures } from '../probes/watching.ts';

export interface FactsContext {
  readonly store: Store;
  readonly now: Instant;
  readonly probes: ProbeReader;
  readonly crypto: Pick<Crypto, 'sha256'>;
  /** Samples that are about to be written, by id: they count already. */
  readonly fresh?: ReadonlyMap<string, UsageSample>;
}

/** The days that a forecast looks at, and some for gaps in ids. */
const SAMPLES_MAX = FORECAST_WINDOW_MS / DAY + 2;
const LATENT_MAX = 20;
const OBSERVED_MAX = 500;

/** Before anything was seen: what the contract says. */
export function contractFacts(held: HeldLicense, terms: readonly LicenseTerms[], now: Instant): HeldRunwayFacts {
  const expiresAt = (termsInForce(terms, now) ?? terms[0])?.expiresAt ?? null;
  const { terminatesAt, graceMs } = held;
  const contract = { ends: expiresAt === null ? ('unstated' as const) : ('dated' as const), expiresAt, terminatesAt, graceMs };
  return { kind: 'held', contract, observed: [], uses: [], latent: [], parts: [] };
}

export async function heldFacts(context: FactsContext, held: HeldLicense, terms: readonly LicenseTerms[]): Promise<HeldRunwayFacts> {
  const seen = await seenBy(context, held);
  const features = seen.flatMap(({ features: watched }) => watched);
  const uses = await Promise.all(features.map((feature) => useOf(context, held.id, feature)));
  return {
    ...contractFacts(held, terms, context.now),
    observed: features.flatMap(observedOf).slice(0, OBSERVED_MAX),
    uses: uses.flat(),
    latent: seen.flatMap(({ latent }) => latent).slice(0, LATENT_MAX),
  };
}

interface Seen {
  readonly features: readonly WatchedFeature[];
  readonly latent: readonly LatentRisk[];
}

/** The latest good reading of each probe that it watches, however old: the age is in the sentence. */
async function seenBy({ probes }: FactsContext, { environment, watches }: HeldLicense): Promise<readonly Seen[]> {
  const names = [...new Set(watches.map(({ probe }) => probe))];
  const found = await Promise.all(
    names.map(async (name): Promise<readonly Seen[]> => {
      const [reading] = (await probes.seen(environment, name))?.readings ?? [];
      const snapshot: Snapshot | null = snapshotOf(reading);
      const okAt = featuresSeenAt(reading);
      if (snapshot === null || okAt === null) return [];
      return [{ features: watchedFeatures(snapshot, name, okAt, watches), latent: snapshot.latent }];
    }),
  );
  return found.flat();
}

function observedOf({ rows, probe, okAt }: WatchedFeature): readonly ObservedFeature[] {
  return rows.map(({ name, ends, expiresAt, stopsAt }) => ({
    source: `probe ${probe}`,
    observedAt: okAt,
    feature: { name, ends, expiresAt, stopsAt },
  }));
}

/** Uncounted features run out of nothing, and no sample is read for them. */
async function useOf({ store, now, crypto, fresh }: FactsContext, license: string, watched: WatchedFeature): Promise<readonly UseFacts[]> {
  const limit = sumOf(watched.rows, 'issued');
  const used = sumOf(watched.rows, 'used');
  const kind = kindOf(watched.rows);
  if (limit === null || limit <= 1 || used === null || kind === 'node-locked') return [];
  const feature = sampleName(watched.name, crypto);
  const kept = await store.find('usageSample', { license, feature }, { limit: SAMPLES_MAX, newestFirst: true });
  const coming = [...(fresh?.values() ?? [])].filter((sample) => sample.license === license && sample.feature === feature);
  const byId = new Map([...kept, ...coming].map((sample) => [sample.id, sample]));
  const samples = [...byId.values()].map(({ day, peak }) => ({ day, peak }));
  const forecast = forecastExhaustion(samples, limit, now);
  return [{ of: 'seats', name: watched.name, limit, peak: used, asOf: watched.okAt, kind, forecast }];
}

function kindOf(rows: readonly FeatureReading[]): FeatureReading['kind'] {
  const kinds = new Set(rows.map(({ kind }) => kind));
  return kinds.size === 1 ? (rows[0]?.kind ?? null) : null;
}
