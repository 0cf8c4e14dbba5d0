/** Snapshots for tests, as an agent sends them. */
import { EMPTY_SNAPSHOT, type FeatureReading, type Snapshot, unknownFeature } from '@glidepath/core';

export function featureSeen(name: string, over: Partial<FeatureReading> = {}): FeatureReading {
  return { ...unknownFeature(name), issued: 10, used: 4, ends: 'permanent', kind: 'floating', ...over };
}

export function snapshotOfFeatures(features: readonly FeatureReading[], over: Partial<Snapshot> = {}): Snapshot {
  return { ...EMPTY_SNAPSHOT, servers: [{ name: 'lic-1', state: 'up', reason: null }], features, ...over };
}
