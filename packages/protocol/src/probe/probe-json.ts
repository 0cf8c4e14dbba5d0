/**
 * What a probe saw as JSON for programs, the same from `glidepath probe --json` and from a server: instants as ISO 8601 text.
 *
 * Every key is always there; null means that the source did not say. Names in it were chosen by others.
 */
import { dateOf, type Instant, type ProbeFailureReason, type Snapshot } from '@glidepath/core';

type InIso<T> = T extends Instant
  ? string
  : T extends readonly (infer I)[]
    ? readonly InIso<I>[]
    : T extends object
      ? { readonly [K in keyof T]: InIso<T[K]> }
      : T;

export interface ProbeFailure {
  readonly reason: ProbeFailureReason;
  readonly message: string;
}

export type ProbeJson = InIso<Snapshot> & { readonly failure: ProbeFailure | null };

/** A snapshot with what kept the probe from seeing more, if anything did. */
export function probeJson(snapshot: Snapshot, failure: ProbeFailure | null): ProbeJson {
  return {
    takenAt: iso(snapshot.takenAt),
    servers: snapshot.servers.map(({ name, state, reason }) => ({ name, state, reason })),
    features: snapshot.features.map((feature) => ({
      name: feature.name,
      version: feature.version,
      pool: feature.pool,
      issued: feature.issued,
      used: feature.used,
      reserved: feature.reserved,
      queued: feature.queued,
      lingering: feature.lingering,
      denied: feature.denied,
      overage: feature.overage,
      expiresAt: iso(feature.expiresAt),
      ends: feature.ends,
      stopsAt: iso(feature.stopsAt),
      kind: feature.kind,
      holders: feature.holders.map(({ user, host, count, since }) => ({ user, host, count, since: iso(since) })),
    })),
    unparsed: snapshot.unparsed.map(({ line, text }) => ({ line, text })),
    unparsedCount: snapshot.unparsedCount,
    notes: snapshot.notes,
    latent: snapshot.latent.map(({ act, from, reason }) => ({ act, from: dateOf(from), reason })),
    failure: failure === null ? null : { reason: failure.reason, message: failure.message },
  };
}

const iso = (at: Instant | null): string | null => (at === null ? null : dateOf(at));
