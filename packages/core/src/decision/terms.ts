/**
 * What a decision is made of: the terms that were signed, and what the holder has observed since.
 *
 * A lease carries terms and causes with the instant from which they count, never a tier already lowered by them: each
 * holder applies dwell from its own verified receipt, so that one that was dark falls no faster than the others.
 */
import type { Cause, Feature, Rung, ShareRung, Tier, TimedCause } from '../policy/policy.ts';
import type { Instant, Milliseconds } from '../time.ts';

/** The path as a lease carries it: the part of a policy that decides, with nothing to look up elsewhere. JSON as it stands. */
export interface PathTerms {
  readonly features: readonly Pick<Feature, 'name' | 'title' | 'lost'>[];
  /** Best first. */
  readonly tiers: readonly Tier[];
  readonly timed: Readonly<Partial<Record<TimedCause, readonly Rung[]>>>;
  readonly seats: readonly ShareRung[];
  readonly quota: Readonly<Record<string, readonly ShareRung[]>>;
}

/** Why a lease's own tier is lower than the plan's. */
export type LeaseTierCause = 'none' | 'seats' | 'bootstrap' | 'grant';

/** The lease's tier was `from` until `effectiveAt`; the way down to the new one is one tier per 24 h after receipt. */
export interface Lowering {
  readonly id: string;
  readonly of: 'terms' | 'plan' | 'policy';
  /** Position in the *present* tiers (tiers map by name across digests). */
  readonly from: number;
  readonly effectiveAt: Instant;
}

export interface Terms {
  /** Digest of the policy, `sha256:…`; null for nothing signed. */
  readonly policy: string | null;
  readonly path: PathTerms;
  /** The plan's own tier. */
  readonly planTier: number;
  /** The lease's tier: the plan's, or lower with `tierCause`. */
  readonly tier: number;
  readonly tierCause: LeaseTierCause;
  /** When the lease's lower tier was given; for `since`. */
  readonly tierSince: Instant;
  readonly startsAt: Instant;
  /** Null for a license without an end. */
  readonly expiresAt: Instant | null;
  readonly lowered: readonly Lowering[];
  /** A bootstrap lease's time from the installation's first run: after it the tier stays and `critical` is notified. */
  readonly bootstrapEndsAt?: Instant | null;
}

export interface MeterObservation {
  readonly meter: string;
  readonly used: number;
  readonly limit: number;
  /** End of the window, when use falls back to 0; null when unknown or "as it is" (`decide --given`). */
  readonly resetsAt: Instant | null;
  /**
   * When this holder verified each reached rung of the meter's path, by the rung's position. A rung that is reached and
   * has null here was reached long since: its dwell is over.
   */
  readonly receivedAt: readonly (Instant | null)[];
}

/** What began when, each from this holder's own verified receipt; null: has not begun. */
export interface Observations {
  /** `iatMs` of the last signed word from any issuer. */
  readonly lastSignedWordAt: Instant | null;
  readonly suspendedAt: Instant | null;
  readonly revokedAt: Instant | null;
  readonly trustLostAt: Instant | null;
  readonly identityChangedAt: Instant | null;
  readonly clockBehindAt: Instant | null;
  readonly usage: readonly MeterObservation[];
  readonly seats: { readonly used: number; readonly limit: number } | null;
  /** Receipt of each lowering by its id; a lowering that is absent here was received long since. */
  readonly loweringReceivedAt: Readonly<Record<string, Instant>>;
}

export const NOTHING_OBSERVED: Observations = {
  lastSignedWordAt: null,
  suspendedAt: null,
  revokedAt: null,
  trustLostAt: null,
  identityChangedAt: null,
  clockBehindAt: null,
  usage: [],
  seats: null,
  loweringReceivedAt: {},
};

/** A lowering other than by elapsed time bites one tier per this long after verified receipt. */
export const LOWERING_DWELL_MS: Milliseconds = 24 * 3_600_000;

export type { Cause };
