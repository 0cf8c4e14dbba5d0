/**
 * What a run against real processes leaves behind: every call with what was answered, and what the store says at the end.
 *
 * All times are milliseconds of the machine's wall clock, which nobody steps (a node's clock is stepped inside that node):
 * harness and database run on one machine, so the harness's times are the database's. Times in words and in the audit log
 * are a node's reading of the database's clock.
 */
import type { Counter } from '../packages/core/src/index.ts';

export type Operation = 'acquire' | 'renew' | 'release';

export interface LeaseTold {
  readonly kind: 'lease';
  /** `lea_…`. */
  readonly lease: string;
  readonly epoch: Counter;
  readonly seq: Counter;
  readonly iatMs: number;
  readonly hold: number;
  /** `none`: a lease at the tier for those without a seat. */
  readonly seat: 'granted' | 'overage' | 'none';
}

export interface VerdictTold {
  readonly kind: 'verdict';
  readonly code: string;
  readonly seq: Counter;
  readonly iatMs: number;
}

/** `refused`: surely nothing was done; `unknown`: nobody can say. */
export type LeaseAnswer =
  | LeaseTold
  | VerdictTold
  | { readonly kind: 'released' }
  | { readonly kind: 'refused'; readonly code: string }
  | { readonly kind: 'unknown'; readonly why: string };

export interface LeaseCall {
  readonly license: string;
  /** Name of the client, one installation. It asks one thing after the other. */
  readonly client: string;
  readonly op: Operation;
  readonly nonce: string;
  readonly node: number;
  readonly sentAt: number;
  readonly doneAt: number;
  /** What a renewal or a release showed. */
  readonly epoch: Counter | null;
  readonly answer: LeaseAnswer;
}

export interface EventSent {
  readonly id: string;
  readonly meter: string;
  readonly at: number;
  readonly amount: number;
  readonly value: string | null;
}

export type EventOutcome = 'counted' | 'duplicate' | 'rejected';

export interface UsageCall {
  readonly license: string;
  readonly client: string;
  readonly node: number;
  readonly sentAt: number;
  readonly doneAt: number;
  readonly events: readonly EventSent[];
  /** In the order of the events; null: nobody can say. */
  readonly outcomes: readonly EventOutcome[] | null;
}

/** The rules that hold for one license during a run. */
export interface LicenseRules {
  readonly license: string;
  readonly name: string;
  /** Null: its plan counts no seats. */
  readonly limit: number | null;
  readonly overage: number;
  /** Seats kept for the members of the group. */
  readonly reserved: number;
  /** Names of the clients that are members. */
  readonly members: readonly string[];
}

export interface LeaseRow {
  readonly id: string;
  readonly license: string;
  readonly state: string;
  readonly kind: string | null;
  readonly epoch: Counter;
}

export interface AuditRow {
  readonly at: number;
  readonly action: string;
  readonly subject: string;
  readonly was: string | null;
}

export interface EventRow extends EventSent {
  readonly license: string;
  readonly source: string;
}

export interface Balance {
  readonly license: string;
  readonly meter: string;
  readonly aggregate: 'sum' | 'max' | 'last' | 'unique';
  readonly used: number;
  readonly windowStart: number;
  readonly resetsAt: number;
}

/** The store when everybody has come to rest. */
export interface Truth {
  readonly seats: readonly { readonly license: string; readonly granted: number; readonly overage: number }[];
  readonly leases: readonly LeaseRow[];
  readonly audit: readonly AuditRow[];
  readonly events: readonly EventRow[];
  readonly balances: readonly Balance[];
}

export interface History {
  readonly rules: readonly LicenseRules[];
  readonly calls: readonly LeaseCall[];
  readonly usage: readonly UsageCall[];
  readonly truth: Truth;
  /** Clients that got no signed answer, and nodes that said no balance, after everything was healed. */
  readonly unhealed: readonly string[];
}

export type Broken =
  | 'too-many-seats'
  | 'early-reap'
  | 'epoch-fell'
  | 'seq-fell'
  | 'lease-lost'
  | 'event-lost'
  | 'event-counted-twice'
  | 'event-from-nowhere'
  | 'balance-wrong'
  | 'counts-wrong'
  | 'audit-wrong'
  | 'not-healed';

export interface Violation {
  readonly broken: Broken;
  readonly license: string;
  readonly message: string;
}

/** A hold is exclusive until two seconds after its end (`core`'s reap margin). */
export const MARGIN_MS = 2_000;
/** How far a node's clock may be from the database's before it says so and reaps nobody. */
export const SKEW_MS = 1_000;
