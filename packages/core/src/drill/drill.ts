/** A drill as core works with it: a world, faults at their times, and what is expected of it (DESIGN: drills, fixed at v1). */
import type { Path } from '../policy/reading.ts';
import type { Instant, Milliseconds } from '../time.ts';

export const ISSUER_FAULTS = ['down', 'slow', 'wrong-no', 'error-500', 'error-401', 'rate-limit', 'garbage'] as const;
export const SERVER_FAULTS = ['restart', 'down', 'restore'] as const;
export const NODE_FAULTS = ['restart', 'add', 'identity-change', 'stop', 'hostile-offline'] as const;
export const RENEWAL_FAULTS = ['fails', 'short-term', 'not-installed'] as const;
export const LICENSE_EVENTS = ['expire', 'suspend', 'revoke', 'reinstate'] as const;
export const STATUS_FAULTS = ['wrong-revoke-all', 'replayed'] as const;
export const SIGNING_KEY_EVENTS = ['rotate', 'expire', 'stolen'] as const;

/** One thing that happens. `issuer` is what nodes reach when they ask for words, `server` the process with its jobs. */
export type DrillFault =
  | { readonly kind: 'issuer'; readonly how: (typeof ISSUER_FAULTS)[number] }
  | { readonly kind: 'server'; readonly how: (typeof SERVER_FAULTS)[number] }
  | { readonly kind: 'node'; readonly how: (typeof NODE_FAULTS)[number] }
  | { readonly kind: 'clock'; readonly stepMs: Milliseconds }
  | { readonly kind: 'renewalJob'; readonly how: 'dead' }
  | { readonly kind: 'renewal'; readonly how: (typeof RENEWAL_FAULTS)[number] }
  | { readonly kind: 'license'; readonly how: (typeof LICENSE_EVENTS)[number] }
  | { readonly kind: 'status'; readonly how: (typeof STATUS_FAULTS)[number] }
  /** A policy file, relative to the drill's. */
  | { readonly kind: 'policy'; readonly publish: string }
  | { readonly kind: 'signingKey'; readonly how: (typeof SIGNING_KEY_EVENTS)[number] }
  | { readonly kind: 'keySet'; readonly how: 'rollback' }
  | { readonly kind: 'trustAnchor'; readonly how: 'expire' }
  | { readonly kind: 'seats'; readonly want: number }
  | { readonly kind: 'usage'; readonly meter: string; readonly add: number }
  | { readonly kind: 'owner'; readonly how: 'leaves' }
  | { readonly kind: 'network'; readonly how: 'partition' }
  | { readonly kind: 'probe'; readonly how: 'blind' };

export type FaultKind = DrillFault['kind'];

/** So many of the nodes, or a share of them. */
export type NodesPart = { readonly count: number } | { readonly percent: number };

export interface DrillEvent {
  readonly path: Path;
  /** Since the start. */
  readonly atMs: Milliseconds;
  /** Null: it does not end by itself. */
  readonly forMs: Milliseconds | null;
  /** Null: all of them. */
  readonly nodes: NodesPart | null;
  readonly fault: DrillFault;
}

interface Between {
  readonly fromMs: Milliseconds;
  readonly toMs: Milliseconds;
}

export type Expectation =
  | ({ readonly kind: 'always'; readonly feature: string } & Between)
  | ({ readonly kind: 'tier'; readonly tier: string } & Between)
  | { readonly kind: 'alert'; readonly condition: string; readonly byMs: Milliseconds }
  /** Null: nothing is ever lost. Otherwise something is lost, and no later than this. */
  | { readonly kind: 'lossBy'; readonly byMs: Milliseconds | null }
  | { readonly kind: 'notice'; readonly ms: Milliseconds };

export type DrillExpectation = Expectation & { readonly path: Path };

export interface DrillWorld {
  readonly startAt: Instant;
  /** Relative to the drill's file; null: whoever runs it says which. */
  readonly policy: string | null;
  readonly license: {
    /** Null: the only one. */
    readonly plan: string | null;
    /** Since the start; null: the plan's term. */
    readonly expiresInMs: Milliseconds | null;
    /** Since the start; null: long before. */
    readonly startsInMs: Milliseconds | null;
    /** In place of what the plan has; null: as the plan has it. */
    readonly seats: number | null;
    readonly quotas: Readonly<Record<string, number>>;
  };
  readonly nodes: number;
  readonly untilMs: Milliseconds;
  readonly owners: readonly string[];
  readonly seed: number;
  readonly whenNothingSigned: 'allow' | 'deny';
  readonly renews: boolean;
}

export interface Drill {
  readonly name: string;
  readonly title: string | null;
  /** Where the outage is told of. */
  readonly source: string | null;
  readonly world: DrillWorld;
  /** In the order of their times. */
  readonly events: readonly DrillEvent[];
  readonly expect: readonly DrillExpectation[];
}
