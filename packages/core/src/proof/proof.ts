/** What a proof says: how much was looked at, what every policy has to keep and what this one promises, and where either fails. */
import type { Cause, Notify } from '../policy/policy.ts';
import type { Milliseconds } from '../time.ts';

/**
 * What is proved of every policy, whatever it promises, and the guarantees that a policy may make. Names are stable: they
 * stand in JSON, SARIF and JUnit, and are the anchors of the reference.
 */
export type ProofRule =
  | 'cliff'
  | 'not-monotone'
  | 'essential-lost'
  | 'not-restored'
  | 'loss-unannounced'
  | 'bites-before-receipt'
  | 'rung-unreachable'
  | 'silence-without-end'
  | 'notice-after-loss'
  | 'above-limit'
  | 'always-broken'
  | 'no-cliff-broken'
  | 'notice-too-late'
  | 'offline-too-short'
  | 'revocation-late';

/** One row of a counterexample: what has happened by then, and what that leaves. */
export interface ProofStep {
  /** Since the counterexample's beginning; never negative, ascending. */
  readonly atMs: Milliseconds;
  /** Indicative, to be read aloud: "14 days after the end of the license, tier reduced". */
  readonly sentence: string;
  readonly tier: string;
  readonly cause: Cause;
  readonly notify: Notify;
}

/** The shortest way to see a violation: what is the case, then what happens. */
export interface Counterexample {
  /** Words of `given` at the instant of the violation, as `glidepath decide --given` reads them. */
  readonly given: Readonly<Record<string, unknown>>;
  /** What `decide` says of it, of which the rule says that it must not be. */
  readonly found: Readonly<Record<string, unknown>>;
  readonly steps: readonly ProofStep[];
  /** The same as a drill (DESIGN §9) without its `metadata.name` and `world.policy`, which whoever writes the file knows. */
  readonly drill: {
    readonly world: Readonly<Record<string, unknown>>;
    readonly events: readonly unknown[];
    readonly expect: readonly unknown[];
  };
}

export interface ProofViolation {
  readonly rule: ProofRule;
  /** Where in the document: a rung, a guarantee, a plan. */
  readonly path: readonly (string | number)[];
  readonly message: string;
  readonly counterexample: Counterexample;
}

/** One promise and how it fared. */
export interface ProofOf {
  readonly rule: ProofRule;
  /** As a sentence: "sso is always allowed, unless revoked". */
  readonly promise: string;
  /** Position in `guarantees`; null: holds for every policy. */
  readonly guarantee: number | null;
  readonly isKept: boolean;
}

/** A fact that a promise leaves open, told beside it: how long a revoked holder that never hears of it goes on, and the like. */
export interface ProofNote {
  readonly code: 'exposure-without-receipt' | 'offline-budget-spent' | 'guarantee-vacuous' | 'combined-by-pairs';
  readonly message: string;
  readonly ms: Milliseconds | null;
}

export interface Proof {
  readonly isProved: boolean;
  /** Distinguishable states that were decided. */
  readonly states: number;
  readonly promises: readonly ProofOf[];
  /** By rule, each with its shortest counterexample; at most one per rule, place and guarantee. */
  readonly violations: readonly ProofViolation[];
  readonly notes: readonly ProofNote[];
}
