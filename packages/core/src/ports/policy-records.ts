/** What the control plane remembers of policies on their way into force, beside the versions and pointers themselves. */
import type { DifferenceCounts, DifferenceGroup } from '../rollout/difference-groups.ts';
import type { ObservedChunkBody } from '../rollout/observed-codec.ts';
import type { BreakerMode, RolloutCounts, RolloutStage } from '../rollout/rollout.ts';
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

/** Decisions that were recorded together, in the order in which they were made, and how many of that time were not. */
export interface ObservedChunk {
  readonly id: string;
  readonly environment: string;
  readonly firstAt: Instant;
  readonly lastAt: Instant;
  readonly decisions: number;
  readonly unrecorded: number;
  /** Of the body as text. */
  readonly bytes: number;
  readonly body: ObservedChunkBody;
}

/** How much of an environment's decisions is kept, and how much never was. `id` is the environment. */
export interface ObservationState {
  readonly id: string;
  readonly chunks: number;
  readonly bytes: number;
  readonly recorded: number;
  readonly unrecorded: number;
  /** Recorded once, and gone by age or size. */
  readonly forgotten: number;
  readonly revision: number;
}

/** What one node has found that a rollout's candidate decides differently, in one stage; only that node writes it. */
export interface RolloutDifference {
  readonly id: string;
  readonly rollout: string;
  readonly stage: RolloutStage;
  readonly counts: DifferenceCounts;
  readonly groups: readonly DifferenceGroup[];
  /** Decisions for which there was no time. */
  readonly undecided: number;
  readonly since: Instant;
  readonly until: Instant;
  readonly revision: number;
}

/**
 * Leaves that were added to the transparency log together, and the signed head that it had then. Append-only. `id` is the
 * position of its first leaf, so that two nodes cannot both append at one place.
 */
export interface LogBatch {
  readonly id: string;
  /** Position of its first leaf; so many leaves there were before. */
  readonly first: number;
  /** Leaves of the whole log with these. */
  readonly size: number;
  /** Of the whole log, base64url. */
  readonly root: string;
  /** Ids of the audit entries, in their order in the log. */
  readonly entries: readonly string[];
  /** Their leaf hashes, base64url, 43 characters each, one behind the other. */
  readonly leaves: string;
  /** How far the audit has been read (`unsealedAudit`). */
  readonly cursor: string;
  readonly sealedAt: Instant;
  readonly incarnation: number;
  /** Signed (`glidepath-head+jwt`) for the environment that the control plane began with. */
  readonly head: string;
}

/** 32 hashes side by side at one level of the log, once there are as many; append-only. `id` is `level.index`. */
export interface LogTile {
  readonly id: string;
  /** base64url, 43 characters each, one behind the other. */
  readonly hashes: string;
}

export type ApprovalState = 'waiting' | 'approved' | 'refused';

/** A request that waits for a second person. Past `expiresAt` nobody can approve it any more, whatever its state says. */
export interface Approval {
  readonly id: string;
  readonly environment: string;
  /** Name of the command that was asked for, with its parameters and body. */
  readonly command: string;
  readonly params: Readonly<Record<string, string>>;
  readonly body: unknown;
  /** Id of what it happens to. */
  readonly subject: string;
  /** What it does, for whoever approves. */
  readonly summary: string;
  readonly state: ApprovalState;
  readonly askedBy: string;
  readonly askedAt: Instant;
  readonly expiresAt: Instant;
  readonly decidedBy: string | null;
  readonly decidedAt: Instant | null;
  /** In the words of whoever decided. */
  readonly reason: string | null;
  readonly revision: number;
}

/** What happened to the status of licenses lately. `id` is the environment; its revision guards every suspension. */
export interface StatusWindow {
  readonly id: string;
  /** Oldest first, within the window of the environment's settings and never more than it takes to need a second person. */
  readonly changes: readonly { readonly license: string; readonly at: Instant }[];
  /** Who may change more, because a second person has said so. */
  readonly allowed: { readonly by: string; readonly until: Instant } | null;
  readonly revision: number;
}
