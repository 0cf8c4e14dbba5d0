/**
 * What a seat rule is given and what it says. A judgement is a value: the server turns it into writes, and then into a word.
 *
 * Rows come out with the revision that they were gathered with; a row that is the very object that went in did not change.
 */
import type { Plan, Policy } from '../policy/policy.ts';
import type { Lease, License, LicenseTerms, SeatState } from '../ports/records.ts';
import type { LeaseSituation } from '../ports/store.ts';
import type { Instant, Milliseconds } from '../time.ts';
import type { Counter, QueuePlace, VerdictKind } from './words.ts';

/** A license as seats see it at one instant. `terms`, `policy` and `plan` are those in force at `now`. */
export interface SeatInput {
  readonly situation: LeaseSituation;
  readonly terms: LicenseTerms;
  readonly policy: Policy;
  readonly plan: Plan;
  readonly now: Instant;
  /** False while this node's clock and the store's disagree: nobody is called silent by a clock that may be wrong. */
  readonly mayReap: boolean;
}

/** One signed request of one installation. */
export interface SeatRequest {
  /** The proof's nonce: idempotency is by (license, holder, request id). */
  readonly requestId: string;
  /** Thumbprint of the installation's key, as its proof shows it. */
  readonly jkt: string;
  /** Pseudonym of the person; named seats only. */
  readonly person: string | null;
  /** Null when the request says nothing about the machine. */
  readonly fingerprint: Readonly<Record<string, string>> | null;
  readonly client: string | null;
  /** Group whose reserved seats it may use, by its own word; one that the plan does not reserve for is none. */
  readonly group?: string | null;
  /** The highest `seq` of the license that the installation has seen. */
  readonly seq?: Counter | null;
  /** Epoch of the lease that is renewed or released. */
  readonly epoch: Counter | null;
  /** Id for the row if this holder has none. */
  readonly leaseId: string;
  /** Id of the word that will answer. */
  readonly wordId: string;
}

export interface HolderInput extends SeatInput {
  readonly request: SeatRequest;
}

export type SeatCode =
  | 'no-seat'
  | 'queued'
  | 'reassign-quota'
  | 'superseded'
  | 'not-started'
  | 'license-suspended'
  | 'license-revoked'
  | 'license-quarantined'
  | 'holder-removed'
  | 'lease-unknown'
  | 'wrong-installation';

/** A "no" to be signed. */
export interface SeatVerdict {
  readonly kind: VerdictKind;
  readonly code: SeatCode;
  readonly reason: string;
  readonly effectiveAt: Instant;
  readonly retryAfterMs: Milliseconds | null;
  readonly queue?: QueuePlace;
}

/** For the audit log and the outbox (`only`: for one of them). Facts name holders by pseudonym or thumbprint only. */
export interface SeatHappening {
  readonly action: string;
  readonly subject: string;
  readonly facts: Readonly<Record<string, unknown>>;
  readonly only?: 'audit' | 'event';
}

/** What happened to rows, whoever asked. */
export interface SeatEffects {
  readonly seats: SeatState;
  /** The license after it, where the decision changed it: quarantined. Absent: as it was. */
  readonly license?: License;
  /** Others' leases that were given a freed seat. */
  readonly promoted: readonly Lease[];
  /** Others' leases whose hold had ended in silence. */
  readonly reaped: readonly Lease[];
  readonly happened: readonly SeatHappening[];
}

export interface SeatDecision extends SeatEffects {
  readonly outcome: 'granted' | 'overage' | 'when-full' | 'verdict';
  /** The same request came before: it gets the same answer, and nothing else happens. */
  readonly isReplay: boolean;
  /** This holder's lease as it is now; null when it has none. */
  readonly lease: Lease | null;
  readonly verdict: SeatVerdict | null;
}

export interface ReleaseDecision extends SeatEffects {
  /** `kept`: others of the same person still hold the seat; `nothing`: there was nothing to release. */
  readonly outcome: 'released' | 'kept' | 'nothing';
  readonly lease: Lease | null;
}
