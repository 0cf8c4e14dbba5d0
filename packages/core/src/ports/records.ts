/**
 * What the control plane remembers, as the domain sees it. Adapters map these to rows; ids are a prefix and a UUIDv7.
 *
 * `revision` counts changes of a record and is the guard of a write; records without one are append-only.
 */
import type { Counter, LicenseStatus, SeatKind } from '../lease/words.ts';
import type { Aggregate } from '../policy/policy.ts';
import type { Instant, Milliseconds } from '../time.ts';

export interface Environment {
  readonly id: string;
  readonly name: string;
  readonly issuer: string;
  readonly createdAt: Instant;
}
export interface Customer {
  readonly id: string;
  readonly environment: string;
  readonly name: string;
  readonly createdAt: Instant;
  readonly revision: number;
}
export interface Product {
  readonly id: string;
  readonly environment: string;
  readonly name: string;
  readonly title: string;
  readonly createdAt: Instant;
  readonly revision: number;
}

export type PrincipalKind = 'person' | 'service' | 'agent';
export interface Principal {
  readonly id: string;
  readonly kind: PrincipalKind;
  readonly name: string;
  readonly email: string | null;
  readonly createdAt: Instant;
  readonly disabledAt: Instant | null;
  readonly revision: number;
}
export interface Team {
  readonly id: string;
  readonly name: string;
  readonly createdAt: Instant;
}
export interface TeamMember {
  readonly id: string;
  readonly team: string;
  readonly principal: string;
  readonly createdAt: Instant;
}

export type Role = 'viewer' | 'operator' | 'approver' | 'issuer' | 'admin';
export const ROLES: readonly Role[] = ['viewer', 'operator', 'approver', 'issuer', 'admin'];
/** A role for a principal, in one environment or (null) in all. */
export interface RoleGrant {
  readonly id: string;
  readonly principal: string;
  readonly role: Role;
  readonly environment: string | null;
  readonly createdAt: Instant;
}

/** Only the hash of a token is kept; `hint` is its first characters, for lists. */
export interface ApiToken {
  readonly id: string;
  readonly principal: string;
  readonly name: string;
  readonly hash: string;
  readonly hint: string;
  readonly roles: readonly Role[];
  readonly environment: string | null;
  readonly createdAt: Instant;
  readonly expiresAt: Instant;
  readonly revokedAt: Instant | null;
  readonly revision: number;
}
export interface SignInCode {
  readonly id: string;
  readonly principal: string;
  readonly hash: string;
  readonly createdAt: Instant;
  readonly expiresAt: Instant;
  readonly usedAt: Instant | null;
  readonly revision: number;
}

/** A version never changes. `tree` is the document as data, `source` as it was written. */
export interface PolicyVersion {
  readonly id: string;
  readonly digest: string;
  readonly name: string;
  readonly source: string;
  readonly tree: unknown;
  readonly createdAt: Instant;
  readonly createdBy: string;
}
/** (environment, name) → digest: what `follow`ing licenses use. `id` is `environment/name`. */
export interface PolicyPointer {
  readonly id: string;
  readonly environment: string;
  readonly name: string;
  readonly digest: string;
  readonly previous: string | null;
  /** The version that a rollout brings, in force for `shareBasisPoints` of the following licenses; null: none is on its way. */
  readonly candidate: string | null;
  readonly shareBasisPoints: number;
  readonly rollout: string | null;
  readonly setAt: Instant;
  readonly revision: number;
}

export interface License {
  readonly id: string;
  readonly environment: string;
  readonly product: string;
  readonly customer: string;
  /** `self` when we sign it, a connector's name when somebody else does. */
  readonly issuer: string;
  readonly ownerTeam: string | null;
  readonly policyName: string;
  /** `follow` the environment's pointer, or `pin` a digest. */
  readonly policyMode: 'follow' | 'pin';
  readonly pinnedDigest: string | null;
  readonly status: LicenseStatus;
  readonly statusAt: Instant;
  readonly statusReason: string | null;
  readonly seq: Counter;
  /**
   * A holder has shown a word that this store does not know of: it was restored from a backup. Until somebody has looked,
   * running holders go on and nobody new is let in. Null: nothing is wrong.
   */
  readonly quarantinedAt: Instant | null;
  readonly createdAt: Instant;
  readonly revision: number;
}

/** Append-only: the row in force is the latest with `effectiveFrom` ≤ now. */
export interface LicenseTerms {
  readonly id: string;
  readonly license: string;
  readonly effectiveFrom: Instant;
  readonly plan: string;
  readonly startsAt: Instant;
  readonly expiresAt: Instant | null;
  /** Overrides of the plan: seat limit, quota limits by meter. */
  readonly overrides: { readonly seats?: number; readonly quotas?: Readonly<Record<string, number>> };
  /** The policy digest that was in force, so that a change of digest is a visible change of terms. */
  readonly policy: string;
  readonly createdAt: Instant;
  readonly createdBy: string;
}

export interface LicenseKey {
  readonly id: string;
  readonly license: string;
  readonly environment: string;
  readonly hash: string;
  readonly hint: string;
  readonly createdAt: Instant;
  readonly expiresAt: Instant | null;
  readonly revokedAt: Instant | null;
  readonly revision: number;
}

/** Counts of grants of a license; its `revision` guards every change of a seat. `id` is the license. */
export interface SeatState {
  readonly id: string;
  readonly granted: number;
  readonly overage: number;
  readonly overageOpenedAt: Instant | null;
  /** Seats in use (`granted` and `overage`) by the group whose reservation they count against. */
  readonly groups: Readonly<Record<string, number>>;
  /** Named seats that a person gave back and nobody has taken over: giving one to somebody else is a reassignment. */
  readonly vacated: number;
  /** When seats were reassigned, oldest first; only those that still count against the quota are kept. */
  readonly reassignedAt: readonly Instant[];
  readonly revision: number;
}

/**
 * How a holder stands with its seat. `queued`: it waits for one and holds none; `reaped`: the hold ended in silence and the
 * count was freed.
 */
export type LeaseState = 'granted' | 'overage' | 'queued' | 'when-full' | 'reaped' | 'released' | 'removed';

export interface Lease {
  readonly id: string;
  readonly license: string;
  readonly environment: string;
  /** Thumbprint of the installation's key, or the pseudonym of a named person. */
  readonly holder: string;
  /** Thumbprints of the keys that may renew it: one, or several machines of a named person. */
  readonly installations: readonly string[];
  readonly person: string | null;
  readonly kind: SeatKind | null;
  readonly state: LeaseState;
  readonly epoch: Counter;
  /** The tier that seats gave: lowered step by step after overage closed. Null: the plan's. */
  readonly tier: string | null;
  readonly tierSince: Instant;
  readonly fingerprint: Readonly<Record<string, string>>;
  readonly acquiredAt: Instant;
  readonly renewedAt: Instant;
  readonly holdUntil: Instant;
  /** Idempotency by (license, holder, request id), in the row itself. */
  readonly requestId: string;
  readonly wordId: string;
  readonly renewals: number;
  /** Place in the order for freed seats: when it began to wait. */
  readonly waitingSince: Instant | null;
  readonly client: string | null;
  /** Group whose reserved seats it may use; null: none. */
  readonly seatGroup: string | null;
  /** Until when the path that was signed for it keeps more than the lowest tier, were it never heard of again. */
  readonly promisedUntil: Instant;
  /** The offline budget was used up when it was granted: its unreachable rungs come one hold after the other. */
  readonly isShortened: boolean;
  /** When its seat was bound to another machine, oldest first; only those that still count against the quota are kept. */
  readonly reboundAt: readonly Instant[];
  readonly revision: number;
}

/** Pseudonym → name, the one erasable table. */
export interface HolderName {
  readonly id: string;
  readonly license: string;
  readonly name: string;
  readonly createdAt: Instant;
  readonly revision: number;
}

/**
 * What usage adds up to in one window, as far as it was counted: a cache of the events, never the truth. Deleting any of
 * them changes no answer, only what the next answer costs.
 */
export interface MeterRecord {
  readonly id: string;
  readonly license: string;
  readonly meter: string;
  readonly aggregate: Aggregate;
  readonly windowStart: Instant;
  readonly windowEnd: Instant;
  readonly used: number;
  /** When the last event that it has counted was received; when it was made, where there was none. */
  readonly asOf: Instant;
  /** `last` only: the place of the event whose amount it is, by time and then by source and id. */
  readonly lastAt: Instant | null;
  readonly lastKey: string | null;
  readonly revision: number;
}

/** One event of use that was accepted: kept as long as anybody may ask for a window that it lies in. */
export interface UsageEvent {
  readonly license: string;
  /** With `eventId` unique in the license: the same event again counts once (CloudEvents `source` and `id`). */
  readonly source: string;
  readonly eventId: string;
  readonly meter: string;
  /** When it was used, by whoever used it. */
  readonly at: Instant;
  readonly receivedAt: Instant;
  /** At most six decimals, from 0; what it is worth the aggregate says. 0 for `unique`. */
  readonly amount: number;
  /** `unique` only: what is counted once per window. */
  readonly value: string | null;
}

/**
 * Use set aside before it happens. It counts against the balance while it is open: not released, not expired, and not
 * spent. The event whose source is `glidepath/reservation` and whose id is the reservation's spends it.
 */
export interface UsageReservation {
  readonly id: string;
  readonly license: string;
  readonly environment: string;
  readonly meter: string;
  readonly amount: number;
  /** Unique in the license: the same reservation again is the same one. */
  readonly requestId: string;
  readonly createdAt: Instant;
  readonly expiresAt: Instant;
  readonly releasedAt: Instant | null;
  readonly revision: number;
}

/** One row, id `service`: when some node last served, and since when there was no gap in that. */
export interface ServiceState {
  readonly id: string;
  readonly servedAt: Instant;
  /** The end of the last time in which no node served; holders that could not renew then get time to come back. */
  readonly resumedAt: Instant;
  readonly revision: number;
}

export type KeyStatus = 'active' | 'retired' | 'compromised';
/** An online key; the private part is sealed. */
export interface OnlineKey {
  readonly id: string;
  readonly environment: string;
  readonly kid: string;
  readonly use: 'sign' | 'key-set';
  readonly x: string;
  readonly sealed: string;
  readonly status: KeyStatus;
  readonly notBefore: Instant;
  readonly signsUntil: Instant;
  readonly statusAt: Instant;
  readonly certificate: string | null;
  readonly revision: number;
}
/** One published key set; `document` is the signed word. */
export interface KeySetRecord {
  readonly id: string;
  readonly environment: string;
  readonly version: number;
  readonly document: string;
  readonly createdAt: Instant;
}
/** The public root, and the words by which each next one is signed. */
export interface RootRecord {
  readonly id: string;
  readonly environment: string;
  readonly x: string;
  readonly kid: string;
  readonly number: number;
  readonly signedByPrevious: string | null;
  readonly createdAt: Instant;
  readonly exportedAt: Instant | null;
  readonly revision: number;
}

/** A delegation that was issued; `usedBy` are the installations that reported it. */
export interface GrantRecord {
  readonly id: string;
  readonly license: string;
  readonly environment: string;
  readonly purpose: string;
  readonly kid: string;
  readonly tier: string;
  readonly seats: number;
  readonly until: Instant;
  readonly createdAt: Instant;
  readonly createdBy: string;
  readonly usedBy: readonly string[];
  readonly revision: number;
}

export interface AuditEntry {
  readonly id: string;
  readonly environment: string | null;
  readonly at: Instant;
  readonly actor: string;
  readonly action: string;
  readonly subject: string;
  readonly facts: Readonly<Record<string, unknown>>;
}
export interface OutboxEvent {
  readonly id: string;
  readonly environment: string | null;
  readonly at: Instant;
  readonly type: string;
  readonly subject: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly sentAt: Instant | null;
  readonly revision: number;
}
/** `Idempotency-Key` of a mutating route: bound to principal and body. */
export interface IdempotencyRecord {
  readonly id: string;
  readonly principal: string;
  readonly key: string;
  readonly bodyHash: string;
  readonly status: number;
  readonly answer: unknown;
  readonly createdAt: Instant;
  readonly expiresAt: Instant;
}

/** One row: the incarnation that every restore and failover raises. `id` is `store`. */
export interface StoreIdentity {
  readonly id: string;
  readonly incarnation: number;
  readonly createdAt: Instant;
  readonly revision: number;
}

export type { Milliseconds };
