/**
 * The policy document as core works with it: checked, durations in milliseconds, tiers by position.
 *
 * The document's own tree (what the digest is over) is not kept here; `checkPolicy` makes a `Policy` from it.
 */
import type { Milliseconds } from '../time.ts';

/** Worst last. `none` is what a decision says when nothing was reached. */
export type Severity = 'info' | 'warning' | 'critical';
export type Notify = Severity | 'none';

/** Causes whose rungs are reached by elapsed time. */
export type TimedCause = 'expiry' | 'unreachable' | 'suspended' | 'revoked' | 'trust' | 'identity' | 'clock';

/** Why a tier is what it is; `none` when it is the plan's own. */
export type Cause = TimedCause | 'quota' | 'seats' | 'bootstrap' | 'grant' | 'none';

/** On a tie the first of these is the cause (DESIGN: Semantics). */
export const CAUSE_ORDER: readonly Cause[] = [
  'revoked',
  'suspended',
  'trust',
  'expiry',
  'unreachable',
  'identity',
  'quota',
  'clock',
  'seats',
  'bootstrap',
  'grant',
];

export interface Feature {
  readonly name: string;
  readonly title: string;
  /** Every tier that a path other than suspended or revoked can reach must have it. */
  readonly essential: boolean;
  /** What a person reads when the feature is lost. */
  readonly lost: string | null;
}

export type Aggregate = 'sum' | 'max' | 'last' | 'unique';
export type WindowUnit = 'hour' | 'day' | 'week' | 'month' | 'term';

export interface Meter {
  readonly name: string;
  readonly unit: string;
  readonly aggregate: Aggregate;
  readonly window: WindowUnit;
  /** IANA name. */
  readonly timeZone: string;
  /** Windows start on the calendar's boundary, or count from the term's start. */
  readonly anchor: 'calendar' | 'term';
}

export interface Tier {
  readonly name: string;
  readonly features: readonly string[];
  readonly limits: Readonly<Record<string, number>>;
}

/** A step of a path: `at` ms of elapsed time. Without a tier it only notifies. */
export interface Rung {
  readonly at: Milliseconds;
  /** Position in `tiers`. */
  readonly tier?: number;
  readonly notify?: Severity;
}

/** A step by use: reached when `used × 100 ≥ percent × limit`. */
export interface ShareRung {
  readonly percent: number;
  readonly tier?: number;
  readonly notify?: Severity;
}

/** A rung of a held license's expiry path before its lead time is known: `at: 2x leadTime`. */
export interface LeadTimeRung {
  readonly leadTimes: number;
  readonly notify: Severity;
}

export type WhenFull = { readonly kind: 'deny' } | { readonly kind: 'queue' } | { readonly kind: 'tier'; readonly tier: number };

export interface SeatPlan {
  readonly limit: number;
  readonly kind: 'floating' | 'named' | 'node-locked';
  readonly overage: { readonly seats: number; readonly forMs: Milliseconds; readonly againMs: Milliseconds | null } | null;
  readonly whenFull: WhenFull;
  /** Percent of the limit that may be promised to silent holders whose seats were reaped. */
  readonly offlineBudgetPercent: number | null;
  readonly queue: { readonly forMs: Milliseconds } | null;
  readonly reassign: { readonly count: number; readonly perMs: Milliseconds } | null;
  readonly rebind: { readonly count: number; readonly perMs: Milliseconds } | null;
  readonly match: { readonly of: readonly string[]; readonly need: number } | null;
  readonly reserve: readonly { readonly group: string; readonly seats: number }[];
}

export interface QuotaPlan {
  readonly meter: string;
  readonly limit: number;
  /** Percent of the limit that a lease may use without asking. */
  readonly offlineSlicePercent: number | null;
}

export interface Plan {
  readonly name: string;
  readonly tier: number;
  readonly termMs: Milliseconds;
  readonly seats: SeatPlan | null;
  readonly quotas: readonly QuotaPlan[];
  readonly lease: { readonly ttlMs: Milliseconds; readonly renewAtPercent: number };
  readonly bootstrap: { readonly tier: number; readonly forMs: Milliseconds } | null;
}

export interface GlidePath {
  readonly timed: Readonly<Partial<Record<TimedCause, readonly Rung[]>>>;
  readonly seats: readonly ShareRung[];
  /** Per meter. */
  readonly quota: Readonly<Record<string, readonly ShareRung[]>>;
  /** Only in policies of held licenses. */
  readonly leadTime: readonly LeadTimeRung[];
}

export interface RenewalRule {
  readonly startMs: Milliseconds | null;
  readonly leadTime: readonly { readonly name: string; readonly ms: Milliseconds }[];
  readonly windows: readonly string[];
}

export type Guarantee =
  | { readonly kind: 'always'; readonly feature: string; readonly unless: readonly Cause[] }
  | { readonly kind: 'noCliff'; readonly tiers: number }
  | { readonly kind: 'notice'; readonly ms: Milliseconds; readonly before: 'loss'; readonly cause: Cause }
  | { readonly kind: 'offline'; readonly ms: Milliseconds }
  | { readonly kind: 'revocationBites'; readonly ms: Milliseconds };

/** A test of the document: `given` and `expect` are kept as written and read by the decision's own words. */
export interface PolicyTest {
  readonly name: string;
  readonly given: Readonly<Record<string, unknown>>;
  readonly expect: Readonly<Record<string, unknown>>;
}

export interface Policy {
  readonly name: string;
  readonly title: string;
  readonly features: readonly Feature[];
  readonly meters: readonly Meter[];
  /** Best first. */
  readonly tiers: readonly Tier[];
  readonly plans: readonly Plan[];
  readonly glidePath: GlidePath;
  readonly renewal: RenewalRule | null;
  readonly guarantees: readonly Guarantee[];
  readonly tests: readonly PolicyTest[];
}

/** A document that may not be published, at one place: all violations of a policy are reported at once. */
export interface Violation {
  /** Stable code, also the anchor in the reference: `unknown-key`, `tier-rises`, … */
  readonly code: string;
  /** From the document's root: `['spec', 'plans', 'team', 'lease', 'renewAt']`. */
  readonly path: readonly (string | number)[];
  /** Which of the two at `path` is meant: the key itself (unknown, misnamed) or its value. */
  readonly subject: 'key' | 'value';
  /** A sentence for people. */
  readonly message: string;
  readonly found: string;
  readonly expected: string;
  /** The nearest known key or name, where one is near. */
  readonly didYouMean: string | null;
}

/** A fact that publishing accepts and `policy check` shows, such as "recorded, not acted on yet". */
export interface Remark {
  readonly code: string;
  readonly path: readonly (string | number)[];
  readonly message: string;
}
