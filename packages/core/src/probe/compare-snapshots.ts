/** What changed between two snapshots of one probe: the events that a reading makes. Judges nothing, and asks no clock. */
import type { Instant } from '../time.ts';
import type { FeatureReading, ServerReading, ServerState, Snapshot } from './snapshot.ts';

/** What a feature is known by between snapshots. Several rows may have the same. */
export interface FeatureKey {
  readonly name: string;
  readonly version: string | null;
  readonly pool: string | null;
}

export type SnapshotChange =
  /** `isNameLeft`: another version or pool of that name is there, so that it was rather replaced than lost. */
  | { readonly kind: 'feature-vanished'; readonly feature: FeatureKey; readonly expiresAt: Instant | null; readonly isNameLeft: boolean }
  | { readonly kind: 'feature-appeared'; readonly feature: FeatureKey; readonly expiresAt: Instant | null; readonly isNameNew: boolean }
  /** Null stands for permanent. */
  | {
      readonly kind: 'end-moved';
      readonly feature: FeatureKey;
      readonly direction: 'earlier' | 'later';
      readonly from: Instant | null;
      readonly to: Instant | null;
    }
  /** When running instances stop. Null: not told apart from the expiry. */
  | { readonly kind: 'stop-moved'; readonly feature: FeatureKey; readonly from: Instant | null; readonly to: Instant | null }
  /** The source no longer says when it ends, or says it for the first time. */
  | { readonly kind: 'end-unstated' | 'end-stated'; readonly feature: FeatureKey; readonly end: Instant | null }
  /** Null: uncounted. */
  | { readonly kind: 'issued-changed'; readonly feature: FeatureKey; readonly from: number | null; readonly to: number | null }
  /** Null: the source does not name it. */
  | {
      readonly kind: 'server-changed';
      readonly server: string;
      readonly from: ServerState | null;
      readonly to: ServerState | null;
      readonly reason: string | null;
    }
  | { readonly kind: 'unparsed-rose'; readonly from: number; readonly to: number };

/**
 * Lists what is different, features first, in the order of the snapshots.
 *
 * Rows of one key are paired by their ends, soonest first, so that two parts of one feature are not taken for each other when
 * the source lists them in another order. A snapshot without any feature (its servers are down, or it is no good reading) shows
 * none vanish, and what comes after it shows none appear: they were unseen.
 */
export function compareSnapshots(before: Snapshot, after: Snapshot): readonly SnapshotChange[] {
  const changes: SnapshotChange[] = [];
  if (before.features.length > 0 && after.features.length > 0) changes.push(...featureChanges(before.features, after.features));
  changes.push(...serverChanges(before.servers, after.servers));
  if (after.unparsedCount > before.unparsedCount)
    changes.push({ kind: 'unparsed-rose', from: before.unparsedCount, to: after.unparsedCount });
  return changes;
}

function featureChanges(before: readonly FeatureReading[], after: readonly FeatureReading[]): SnapshotChange[] {
  const changes: SnapshotChange[] = [];
  const earlier = grouped(before, keyOf);
  const later = grouped(after, keyOf);
  const namesLeft = new Set(after.map(({ name }) => name));
  const namesBefore = new Set(before.map(({ name }) => name));
  for (const [key, was] of earlier) {
    const is = later.get(key) ?? [];
    was.sort(byEnd);
    is.sort(byEnd);
    was.forEach((old, i) => {
      const now = is[i];
      if (now) changes.push(...changesOf(old, now));
      else
        changes.push({
          kind: 'feature-vanished',
          ...{ feature: featureKey(old), expiresAt: old.expiresAt, isNameLeft: namesLeft.has(old.name) },
        });
    });
  }
  for (const [key, is] of later) {
    for (const feature of is.slice(earlier.get(key)?.length ?? 0))
      changes.push({
        kind: 'feature-appeared',
        ...{ feature: featureKey(feature), expiresAt: feature.expiresAt, isNameNew: !namesBefore.has(feature.name) },
      });
  }
  return changes;
}

function changesOf(was: FeatureReading, is: FeatureReading): SnapshotChange[] {
  const changes: SnapshotChange[] = [];
  const feature = featureKey(is);
  if (was.ends === 'unstated' || is.ends === 'unstated') {
    if (is.ends !== 'unstated') changes.push({ kind: 'end-stated', feature, end: is.expiresAt });
    if (was.ends !== 'unstated') changes.push({ kind: 'end-unstated', feature, end: was.expiresAt });
  } else if (endOf(was) !== endOf(is)) {
    const direction = endOf(is) < endOf(was) ? 'earlier' : 'later';
    changes.push({ kind: 'end-moved', feature, direction, from: was.expiresAt, to: is.expiresAt });
  }
  if (was.stopsAt !== is.stopsAt) changes.push({ kind: 'stop-moved', feature, from: was.stopsAt, to: is.stopsAt });
  if (was.issued !== is.issued) changes.push({ kind: 'issued-changed', feature, from: was.issued, to: is.issued });
  return changes;
}

/** Several rows of one name: the worst of them counts. */
function serverChanges(before: readonly ServerReading[], after: readonly ServerReading[]): SnapshotChange[] {
  const earlier = grouped(before, ({ name }) => name);
  const later = grouped(after, ({ name }) => name);
  const changes: SnapshotChange[] = [];
  for (const name of new Set([...earlier.keys(), ...later.keys()])) {
    const from = worst(earlier.get(name) ?? []);
    const to = worst(later.get(name) ?? []);
    if (from?.state === to?.state) continue;
    changes.push({ kind: 'server-changed', server: name, from: from?.state ?? null, to: to?.state ?? null, reason: to?.reason ?? null });
  }
  return changes;
}

const STATES: readonly ServerState[] = ['up', 'unknown', 'down'];

function worst(readings: readonly ServerReading[]): ServerReading | undefined {
  return readings.toSorted((a, b) => STATES.indexOf(b.state) - STATES.indexOf(a.state))[0];
}

/** Permanent ends after every date; unstated after that, so that it pairs with unstated. */
function endOf({ ends, expiresAt }: FeatureReading): number {
  if (ends === 'unstated') return Number.POSITIVE_INFINITY;
  return expiresAt ?? Number.MAX_VALUE;
}

/** Infinity less infinity is no number: compared, not subtracted. */
function byEnd(a: FeatureReading, b: FeatureReading): number {
  const [first, second] = [endOf(a), endOf(b)];
  if (first !== second) return first < second ? -1 : 1;
  return (a.issued ?? -1) - (b.issued ?? -1);
}

export function featureKey({ name, version, pool }: FeatureKey): FeatureKey {
  return { name, version, pool };
}

/** Names are others' text: no separator is safe, JSON is. */
function keyOf({ name, version, pool }: FeatureKey): string {
  return JSON.stringify([name, version, pool]);
}

function grouped<T>(items: readonly T[], keyed: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyed(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}
