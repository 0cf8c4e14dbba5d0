/** What the control plane remembers of policies on their way into force, beside the versions and pointers themselves. */
import type { BreakerMode, RolloutCounts } from '../rollout/rollout.ts';
import type { Instant, Milliseconds } from '../time.ts';

/**
 * How an environment treats changes. `id` is the environment; an environment without a record has the defaults
 * (`settingsOf`).
 */
export interface EnvironmentSetting {
  readonly id: string;
  /** `staged`: shadow, then canary, then full; `direct`: a promotion may go to any stage at once. */
  readonly promotion: 'staged' | 'direct';
  /** A promotion that puts a version in force for anybody waits for a second person. */
  readonly twoPersons: boolean;
  /** More than this share of the environment's live licenses, suspended or revoked within the window, waits for a second person. */
  readonly massChangeBasisPoints: number;
  /** Fewer licenses than this are no mass change, whatever their share. */
  readonly massChangeLicensesMin: number;
  readonly massChangeWindowMs: Milliseconds;
  /** Which decisions are kept for replay. */
  readonly recording: 'off' | 'sampled' | 'full';
  readonly sampleBasisPoints: number;
  readonly revision: number;
}

/** The breaker of a policy's name. `id` is `environment/name`; a name without a record is `closed`. */
export interface PolicyBreaker {
  readonly id: string;
  readonly environment: string;
  readonly name: string;
  readonly mode: BreakerMode;
  readonly reason: string;
  readonly setAt: Instant;
  readonly setBy: string;
  readonly revision: number;
}

/** What one node has counted of a rollout in one of its rounds. `id` is `rollout/round/node`; only that node writes it. */
export interface RolloutCount extends RolloutCounts {
  readonly id: string;
  readonly rollout: string;
  /** Each stage, share and retry counts from nothing. */
  readonly round: number;
  /** Since this start of it. */
  readonly node: string;
  /** A few of the losses and denials, for the evidence. */
  readonly examples: readonly unknown[];
  readonly countedAt: Instant;
  readonly revision: number;
}
