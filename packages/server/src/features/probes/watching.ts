/** What a license sees through its watches: the latest good reading of each probe, and the features that it means. */
import type { FeatureReading, Instant, Probe, ProbeReading, Snapshot, Store, Watch } from '@glidepath/core';

export interface SeenProbe {
  readonly probe: Probe;
  /** Of all agents, the latest good one first. */
  readonly readings: readonly ProbeReading[];
}

export interface ProbeReader {
  /** By name; null: there is none. */
  seen(environment: string, name: string): Promise<SeenProbe | null>;
}

/** Agents of one probe; more are not looked at. */
const READINGS_MAX = 100;

/**
 * Reads each probe once for as long as it is kept, because many licenses look through one. `fresh` readings, by id, are about to
 * be written and count already.
 */
export function createProbeReader(store: Store, fresh: ReadonlyMap<string, ProbeReading> = new Map()): ProbeReader {
  const known = new Map<string, Promise<SeenProbe | null>>();
  async function read(environment: string, name: string): Promise<SeenProbe | null> {
    const [probe] = await store.find('probe', { environment, name }, { limit: 1 });
    if (probe === undefined) return null;
    const kept = await store.find('probeReading', { probe: probe.id }, { limit: READINGS_MAX });
    const coming = [...fresh.values()].filter((reading) => reading.probe === probe.id);
    const readings = [...new Map([...kept, ...coming].map((reading) => [reading.id, reading])).values()];
    return { probe, readings: readings.toSorted(latestGoodFirst) };
  }
  return {
    seen(environment, name) {
      const key = `${environment}/${name}`;
      const found = known.get(key) ?? read(environment, name);
      known.set(key, found);
      return found;
    },
  };
}

export function latestGoodFirst(a: ProbeReading, b: ProbeReading): number {
  return (featuresSeenAt(b) ?? -1) - (featuresSeenAt(a) ?? -1) || b.at - a.at;
}

/** When an agent last saw features through the probe: before its last good reading, if the servers are down since. */
export function featuresSeenAt(reading: ProbeReading | undefined): Instant | null {
  return snapshotOf(reading)?.featuresAt ?? reading?.okAt ?? null;
}

export function snapshotOf(reading: ProbeReading | undefined): Snapshot | null {
  return (reading?.snapshot ?? null) as Snapshot | null;
}

export function isWatched({ name, version, pool }: Pick<FeatureReading, 'name' | 'version' | 'pool'>, watch: Watch): boolean {
  const fits = (asked: string | null, is: string | null) => asked === null || asked === is;
  return fits(watch.feature, name) && fits(watch.version, version) && fits(watch.pool, pool);
}

/** Features of one name as the license counts them: all versions and pools that it watches. */
export interface WatchedFeature {
  readonly name: string;
  readonly rows: readonly FeatureReading[];
  readonly probe: string;
  readonly okAt: Instant;
}

/** At most so many of one license: what is beyond is somebody's mistake, or somebody's attack. */
export const WATCHED_MAX = 200;

/** Each row once, however many watches mean it. */
export function watchedFeatures(snapshot: Snapshot, probe: string, okAt: Instant, watches: readonly Watch[]): readonly WatchedFeature[] {
  const own = watches.filter((watch) => watch.probe === probe);
  const rows = snapshot.features.filter((feature) => own.some((watch) => isWatched(feature, watch)));
  const byName = Map.groupBy(rows, ({ name }) => name);
  return [...byName].slice(0, WATCHED_MAX).map(([name, grouped]) => ({ name, rows: grouped, probe, okAt }));
}

/** The sum of what all rows say; null when one of them does not. */
export function sumOf(rows: readonly FeatureReading[], field: 'issued' | 'used' | 'denied'): number | null {
  const values = rows.map((row) => row[field]);
  return values.includes(null) ? null : values.reduce<number>((sum, value) => sum + (value ?? 0), 0);
}
