/**
 * What a probe saw of somebody else's licences, in one vocabulary for every vendor.
 *
 * A number is what the source itself said; null means that it did not say, never zero. Names of users, hosts and features
 * are chosen by others: hostile text wherever they are shown.
 */
import type { Instant } from '../time.ts';

export type ServerState = 'up' | 'down' | 'unknown';

export interface ServerReading {
  readonly name: string;
  readonly state: ServerState;
  /** Why it is not up, in the source's own words; null when it is up. */
  readonly reason: string | null;
}

/** What an entitlement is counted by. `uncounted`: as many as one likes. */
export type FeatureKind = 'floating' | 'node-locked' | 'named' | 'token' | 'uncounted' | 'subscription' | 'certificate';

/** Who has how many of a feature now. Those who wait are counted in `queued` and are no holders. */
export interface HolderReading {
  readonly user: string;
  readonly host: string | null;
  readonly count: number;
  readonly since: Instant | null;
}

export interface FeatureReading {
  readonly name: string;
  readonly version: string | null;
  /** Where one product and version is split up: a pool, a vendor daemon's group, a license id. */
  readonly pool: string | null;
  /** Null for uncounted. */
  readonly issued: number | null;
  /** As the server counts; where it counts reserved ones as in use (FlexLM does), they are in it. */
  readonly used: number | null;
  readonly reserved: number | null;
  readonly queued: number | null;
  /** Left by their user and held back for a while; part of `used`. */
  readonly lingering: number | null;
  /** Refused since the source began to count. */
  readonly denied: number | null;
  /** Above `issued`, where the vendor allows it; part of `used`. */
  readonly overage: number | null;
  /** The last instant on which it works: the end of its day in the server's zone. Null for permanent and where nothing was said. */
  readonly expiresAt: Instant | null;
  /** Tells the nulls of `expiresAt` apart. */
  readonly ends: 'dated' | 'permanent' | 'unstated';
  /** When running instances stop, where the vendor tells that from expiry (HashiCorp's termination). */
  readonly stopsAt: Instant | null;
  readonly kind: FeatureKind | null;
  readonly holders: readonly HolderReading[];
}

/** A line that should have meant something to the reader and did not. At most `UNPARSED_MAX` are kept, all are counted. */
export interface UnparsedLine {
  /** From 1. */
  readonly line: number;
  /** Cut to `UNPARSED_TEXT_MAX` characters. */
  readonly text: string;
}

export const UNPARSED_MAX = 100;
export const UNPARSED_TEXT_MAX = 200;

export type LatentAct = 'restart' | 'upgrade' | 'scale-out';

/** "Runs now; the next restart, upgrade or scale-out will not": from this instant on. */
export interface LatentRisk {
  readonly act: LatentAct;
  readonly from: Instant;
  /** A sentence: what would fail, and why. */
  readonly reason: string;
}

export interface Snapshot {
  /** When the source says that it was taken; null where it does not. */
  readonly takenAt: Instant | null;
  readonly servers: readonly ServerReading[];
  readonly features: readonly FeatureReading[];
  /** When the features were seen, where that is longer ago than the rest: no server has answered since. */
  readonly featuresAt?: Instant;
  readonly unparsed: readonly UnparsedLine[];
  readonly unparsedCount: number;
  /** What the reader wants a person to know: a signature that was not checked, a year that was guessed. */
  readonly notes: readonly string[];
  readonly latent: readonly LatentRisk[];
  /** Why nothing of it may be believed, where its reader knows; then it has no features. Absent: it may. */
  readonly refused?: 'bad-signature';
}

/** A feature of which nothing is known but its name. */
export function unknownFeature(name: string): FeatureReading {
  return {
    ...{ name, version: null, pool: null, issued: null, used: null, reserved: null, queued: null, lingering: null, denied: null },
    ...{ overage: null, expiresAt: null, ends: 'unstated', stopsAt: null, kind: null, holders: [] },
  };
}

export const EMPTY_SNAPSHOT: Snapshot = {
  takenAt: null,
  servers: [],
  features: [],
  unparsed: [],
  unparsedCount: 0,
  notes: [],
  latent: [],
};
