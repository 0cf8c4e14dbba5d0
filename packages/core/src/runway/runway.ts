/** The words of runways: time until the first user-visible loss if nobody does anything (DESIGN §3). */
import type { LatentAct } from '../probe/snapshot.ts';
import type { Instant } from '../time.ts';

/**
 * What ends. `end`: the license itself, with grace. `seats`, `quota`: forecast to be used up. `artefact`: the oldest word or
 * file that an enforcing node holds. `latent`: the next restart, upgrade or scale-out fails. The rest are parts that
 * Glidepath or an installation stands on.
 */
export type RunwayCause =
  | 'end'
  | 'seats'
  | 'quota'
  | 'signing-key'
  | 'trust-anchor'
  | 'artefact'
  | 'latent'
  | 'certificate'
  | 'token'
  | 'disk';

export interface RunwayItem {
  readonly cause: RunwayCause;
  /** First user-visible loss by this cause; for `latent` the instant since when it is so. */
  readonly endsAt: Instant;
  /** Of an `end`: when it expires, which a grace or a glide path lets it outlive. Paths and lead times count from here. */
  readonly expiresAt?: Instant;
  /** Of a forecast: between these with 80 % confidence; `late` null: perhaps never. Null for what is a date. */
  readonly interval: { readonly early: Instant; readonly late: Instant | null } | null;
  readonly act: LatentAct | null;
  /** A sentence: what ends, and how that is known. */
  readonly evidence: string;
}

export interface Runway {
  readonly state: 'latent' | 'dated' | 'open' | 'unknown';
  /** Null for `open` and `unknown`. */
  readonly endsAt: Instant | null;
  readonly cause: RunwayCause | null;
  readonly evidence: string;
  /** What has ended, then what is latent, then soonest first. */
  readonly items: readonly RunwayItem[];
}
