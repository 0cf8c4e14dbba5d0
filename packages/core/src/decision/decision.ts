/** The shape of an answer: the standing of a license at an instant, and the decision about one feature of it. */
import type { Cause, Notify } from '../policy/policy.ts';
import type { Instant } from '../time.ts';

/** `code` is the stable word everywhere; `reason` is its sentence. */
export type StandingCode = 'ok' | 'degraded' | 'not-started';
export type DecisionCode = 'ok' | 'not-in-tier' | 'unknown-feature' | 'not-started' | 'no-signed-word' | 'holder-removed';
export type DecisionSource = 'server' | 'lease' | 'cache' | 'bootstrap' | 'none';

/** The next lower tier if everything stays as it is and time passes. */
export interface Next {
  readonly cause: Cause;
  readonly at: Instant;
  /** Name of the tier. */
  readonly tier: string;
}

/** What holds at an instant, for all features at once. */
export interface Standing {
  readonly code: StandingCode;
  /** Position in the terms' tiers; null before the start (`tier: none`). */
  readonly tier: number | null;
  readonly cause: Cause;
  /** Since when this tier holds for this cause; the term's start when the cause is `none`. */
  readonly since: Instant;
  readonly notify: Notify;
  readonly next: Next | null;
}

/** What `check(feature)` gives. */
export interface Decision {
  readonly allowed: boolean;
  readonly feature: string;
  /** `none` before the start, null when nothing was ever signed. */
  readonly tier: string | null;
  readonly limits: Readonly<Record<string, number>>;
  readonly code: DecisionCode;
  readonly reason: string;
  /** The policy's own words for the person at the screen, when the feature is lost. */
  readonly userMessage: string | null;
  readonly cause: Cause;
  readonly since: Instant | null;
  readonly next: Next | null;
  readonly source: DecisionSource;
  /** `iatMs` of the word that the answer stands on. */
  readonly asOf: Instant | null;
  readonly policy: string | null;
}
