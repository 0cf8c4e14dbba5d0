/** What a runway is computed from: gathered by the caller, at one instant. */
import type { Forecast } from '../forecast/forecast.ts';
import type { LicenseStatus } from '../lease/words.ts';
import type { Policy } from '../policy/policy.ts';
import type { FeatureKind, FeatureReading, LatentRisk } from '../probe/snapshot.ts';
import type { Instant, Milliseconds } from '../time.ts';
import type { RunwayCause } from './runway.ts';

/** Seats or a quota that run out by use. */
export interface UseFacts {
  readonly of: 'seats' | 'quota';
  /** Feature or meter. */
  readonly name: string;
  readonly limit: number;
  /** The latest peak that is known. */
  readonly peak: number | null;
  /** Of that peak. */
  readonly asOf: Instant | null;
  /** Node-locked ones are always all in use, and run out of nothing. */
  readonly kind: FeatureKind | null;
  /** `forecastExhaustion`. */
  readonly forecast: Forecast | null;
}

/** Something that a license, or Glidepath, stands on and that has an end. */
export interface DatedPart {
  readonly cause: Extract<RunwayCause, 'signing-key' | 'trust-anchor' | 'artefact' | 'certificate' | 'token' | 'disk'>;
  /** What it is, for a sentence: `the signing key 7f3a`, `the lease that node-3 holds`. */
  readonly what: string;
  readonly endsAt: Instant;
  /** How that is known: `the key set`, `probe lab`. */
  readonly source: string;
  readonly asOf: Instant | null;
}

interface SharedFacts {
  readonly uses: readonly UseFacts[];
  readonly latent: readonly LatentRisk[];
  readonly parts: readonly DatedPart[];
}

/** A license that we sign. */
export interface SelfRunwayFacts extends SharedFacts {
  readonly kind: 'self';
  readonly policy: Pick<Policy, 'name' | 'tiers' | 'plans' | 'glidePath'>;
  readonly plan: string;
  /** Null: it never expires. */
  readonly expiresAt: Instant | null;
  readonly status: LicenseStatus;
  readonly statusAt: Instant;
}

/** What the contract says; the end is dated, permanent, or not said. */
export interface ContractEnd {
  readonly ends: 'dated' | 'permanent' | 'unstated';
  readonly expiresAt: Instant | null;
  /** When running instances stop, where the contract tells that apart. */
  readonly terminatesAt: Instant | null;
  /** The issuer's documented grace after the end. */
  readonly graceMs: Milliseconds | null;
}

/** A feature as a probe, or a file, shows it. */
export interface ObservedFeature {
  /** How it is known, for a sentence: `probe lab`, `/etc/flexlm/lab.lic`. */
  readonly source: string;
  readonly observedAt: Instant;
  readonly feature: Pick<FeatureReading, 'name' | 'ends' | 'expiresAt' | 'stopsAt'>;
}

/** A license that somebody else issues. */
export interface HeldRunwayFacts extends SharedFacts {
  readonly kind: 'held';
  readonly contract: ContractEnd | null;
  readonly observed: readonly ObservedFeature[];
}

/** A part of Glidepath itself: it has no license, only what it stands on. */
export interface OwnRunwayFacts extends SharedFacts {
  readonly kind: 'own';
}

export type RunwayFacts = SelfRunwayFacts | HeldRunwayFacts | OwnRunwayFacts;
