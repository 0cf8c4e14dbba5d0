/**
 * The signed words as data: what a lease, a verdict and a grant say. How they are signed is `protocol`'s business.
 *
 * All path arithmetic counts from `iatMs`. `iat nbf exp` are there for any JWT library (RFC 7519), in seconds.
 */
import type { LeaseTierCause, PathTerms } from '../decision/terms.ts';
import type { Instant, Milliseconds } from '../time.ts';

/** A count that a restore cannot turn back: compared by incarnation first, then count. */
export interface Counter {
  readonly incarnation: number;
  readonly count: number;
}

export type LicenseStatus = 'active' | 'suspended' | 'revoked';

export type SeatKind = 'floating' | 'named' | 'node-locked';

/** The seat that the lease holds; null in the claims when it holds none. */
export interface SeatClaim {
  readonly kind: SeatKind;
  /** Set while the seat is past the limit: when the overage closes. */
  readonly overageClosesAt: Instant | null;
}

export interface QuotaClaim {
  readonly meter: string;
  readonly unit: string;
  readonly used: number;
  readonly limit: number;
  readonly asOf: Instant;
  readonly resetsAt: Instant;
  /** What may be used on top of `used` without asking; null: no slice. */
  readonly slice: number | null;
  /** Per reached rung of the meter's path: since when the server knows it. */
  readonly reachedAt: readonly (Instant | null)[];
}

export interface LoweringClaim {
  readonly id: string;
  readonly of: 'terms' | 'plan' | 'policy';
  /** Name of the tier that the lease had; mapped by name to the present tiers. */
  readonly from: string;
  readonly effectiveAt: Instant;
}

/** Claims that every signed word has. `aud` is fixed; `env` and `iss` differ between environments, with their keys. */
export interface WordClaims {
  readonly iss: string;
  readonly aud: typeof AUDIENCE;
  readonly env: string;
  /** Unique id of this word. */
  readonly jti: string;
  readonly iat: number;
  readonly iatMs: Instant;
  /** RFC 7800: thumbprint of the installation's key; absent in a bootstrap lease, which is unbound. */
  readonly cnf?: { readonly jkt: string };
  /** The request that this answers; null when nobody asked (bootstrap, break-glass). */
  readonly nonce: string | null;
  readonly license: string;
  readonly seq: Counter;
}

export const AUDIENCE = 'glidepath-client';

export interface LeaseClaims extends WordClaims {
  /** The holder: the thumbprint of its key, or the person of a named seat (pseudonym); `*` for a bootstrap lease. */
  readonly sub: string;
  readonly nbf: number;
  /** `iat` + the last `unreachable` rung; after it the client stays on that rung's tier. */
  readonly exp: number;
  /** `lea_…`, stable over renewals. */
  readonly lease: string;
  readonly customer: string;
  readonly product: string;
  readonly plan: string;
  /** Names of tiers. */
  readonly planTier: string;
  readonly tier: string;
  readonly tierCause: LeaseTierCause;
  readonly tierSince: Instant;
  /** As far down as an overage holder or a superseded one is stepped. */
  readonly floorTier: string;
  readonly limits: Readonly<Record<string, number>>;
  readonly seat: SeatClaim | null;
  readonly seats: { readonly used: number; readonly limit: number } | null;
  /** `iatMs` + `ttlMs`: until when the seat is exclusively this holder's. */
  readonly hold: Instant;
  readonly ttlMs: Milliseconds;
  /** When to renew, from `iatMs`, before jitter; the server paces a fleet with it, at most 80 % of `ttlMs`. */
  readonly renewAfterMs: Milliseconds;
  readonly epoch: Counter;
  readonly status: LicenseStatus;
  /** Since when `status` holds. */
  readonly statusAt: Instant;
  readonly startsAt: Instant;
  readonly expiresAt: Instant | null;
  readonly lowered: readonly LoweringClaim[];
  /** `sha256:…` of the policy document. */
  readonly policy: string;
  readonly path: PathTerms;
  readonly quotas: readonly QuotaClaim[];
  /** The node-locked match rule, so that the client can watch its own machine. */
  readonly match: { readonly of: readonly string[]; readonly need: number } | null;
  /** An unbound lease that a product ships with counts from the installation's first run. */
  readonly bootstrap: { readonly forMs: Milliseconds } | null;
  /** Signed head of the audit log; null until heads are sealed. */
  readonly auditHead: AuditHead | null;
  /** The grant (compact JWS) by which a sub-key signed this lease. */
  readonly grant?: string;
  /**
   * The offline budget was used up when this was granted: `path` has the same rungs of silence in order, one hold after the
   * other. Absent: the path is the policy's own.
   */
  readonly shortened?: boolean;
}

export interface AuditHead {
  readonly size: number;
  readonly root: string;
  readonly at: Instant;
}

export type VerdictKind = 'denied' | 'queued' | 'superseded' | 'suspended' | 'revoked' | 'holder-removed';

export interface VerdictClaims extends WordClaims {
  readonly sub: string;
  readonly verdict: VerdictKind;
  /** Stable code: `no-seat`, `not-started`, `license-suspended`, … */
  readonly code: string;
  readonly reason: string;
  readonly effectiveAt: Instant;
  /** Ask again no sooner than this; null: as usual. */
  readonly retryAfterMs: Milliseconds | null;
  /** Of `queued` only: where the holder stands. */
  readonly queue?: QueuePlace;
}

export interface QueuePlace {
  /** From 1; of a place further behind than 200 only that it is. */
  readonly position: number;
  /** When the place ends without a seat; null: it does not. */
  readonly deadlineAt: Instant | null;
}

/** What a sub-key may sign: leases of one license, up to a tier and a number of seats, until an instant. */
export interface GrantClaims extends WordClaims {
  readonly sub: string;
  readonly purpose: 'break-glass' | 'standby' | 'relay' | 'air-gap';
  /** Ed25519 public key of the sub-key, base64url; its thumbprint is `sub`. */
  readonly x: string;
  /** Best tier of a lease under this grant. */
  readonly tier: string;
  /** What that tier holds. The sub-key signs the path in its leases, so that the tier's name alone would cap nothing. */
  readonly features: readonly string[];
  readonly limits: Readonly<Record<string, number>>;
  readonly seats: number;
  readonly until: Instant;
  readonly exp: number;
}

/** Proof of possession in a request: signed by the installation's key, typ `glidepath-proof+jwt`. */
export interface ProofClaims {
  readonly aud: typeof PROOF_AUDIENCE;
  readonly op: 'acquire' | 'renew' | 'release';
  /** Fresh per request; the answer is bound to it, and it is the request id of idempotency. */
  readonly nonce: string;
  /** base64url SHA-256 of the license key that comes with the request. */
  readonly key: string;
  /** `jti` of the lease being renewed or released. */
  readonly lease?: string;
  readonly epoch?: Counter;
  /** The newest `seq` that this installation has seen: more than a restored server has shows that its backup is older. */
  readonly seq?: Counter;
}

export const PROOF_AUDIENCE = 'glidepath-server';

/** Negative when `a` is older than `b`. */
export function compareCounters(a: Counter, b: Counter): number {
  return a.incarnation - b.incarnation || a.count - b.count;
}
