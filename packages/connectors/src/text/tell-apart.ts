/** Gives features that one output lists several times under the same name a pool each, so that later readings find them again. */
import type { FeatureReading } from '@glidepath/core';

export interface Sourced {
  readonly feature: FeatureReading;
  /** Who listed it: a server, a vendor's part of one. */
  readonly origin: string;
}

/** Where name, version and pool are alike, the origin goes into the pool; where that is alike too, their order does. */
export function tellApart(all: readonly Sourced[]): readonly FeatureReading[] {
  const named = distinct(all, ({ feature, origin }) => (feature.pool === null ? origin : `${origin} ${feature.pool}`));
  return distinct(named, ({ feature }, place) => `${feature.pool ?? ''}#${place}`).map(({ feature }) => feature);
}

/** Renames the pools of those that share a key; `place` counts from 1 within a key. */
function distinct(all: readonly Sourced[], poolOf: (one: Sourced, place: number) => string): readonly Sourced[] {
  const counts = new Map<string, number>();
  for (const { feature } of all) counts.set(keyOf(feature), (counts.get(keyOf(feature)) ?? 0) + 1);
  const places = new Map<string, number>();
  return all.map((one) => {
    const key = keyOf(one.feature);
    if ((counts.get(key) ?? 0) < 2) return one;
    const place = (places.get(key) ?? 0) + 1;
    places.set(key, place);
    return { ...one, feature: { ...one.feature, pool: poolOf(one, place) } };
  });
}

function keyOf({ name, version, pool }: FeatureReading): string {
  return JSON.stringify([name, version, pool]);
}
