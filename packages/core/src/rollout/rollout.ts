/**
 * A new version of a policy on its way: `shadow` decides beside the present one, `canary` is in force for a stable share of
 * the licenses that follow the name, `full` for all of them.
 */
import type { Instant, Milliseconds } from '../time.ts';

export type RolloutStage = 'shadow' | 'canary' | 'full';
export const ROLLOUT_STAGES: readonly RolloutStage[] = ['shadow', 'canary', 'full'];

/** `held`: rolled back, and tried again on a small share at `retryAt`; `rolled-back`: not tried again by itself. */
export type RolloutState = 'running' | 'completed' | 'held' | 'rolled-back' | 'cancelled';

/**
 * The breaker of a policy's name: `closed` trips by its budget; `metrics-only` counts and never trips; `isolated`: nothing
 * of this name is rolled out until somebody releases it.
 */
export type BreakerMode = 'closed' | 'metrics-only' | 'isolated';

/** What a promotion may cost before it is rolled back. Shares are of the decisions of the canary, in basis points (1/10,000). */
export interface RolloutBudget {
  /** Decisions that give less than the version in force would. */
  readonly lossesBasisPoints: number;
  /** Seats denied that the version in force would have given. */
  readonly denialsBasisPoints: number;
  /** Denials, or decisions below the plan, above this many times those of the version in force trip too. */
  readonly factor: number;
  /** Fewer decisions than this prove nothing. */
  readonly decisionsMin: number;
}

export const ROLLOUT_BUDGET_DEFAULT: RolloutBudget = { lossesBasisPoints: 100, denialsBasisPoints: 100, factor: 3, decisionsMin: 20 };

/** What was counted of a rollout's decisions; `baseline…`: what the version in force would have done with the same facts. */
export interface RolloutCounts {
  readonly decisions: number;
  readonly losses: number;
  readonly gains: number;
  readonly denials: number;
  readonly baselineDenials: number;
  /** Below the plan's own tier, whatever the cause. */
  readonly degraded: number;
  readonly baselineDegraded: number;
}

export const NO_COUNTS: RolloutCounts = {
  ...{ decisions: 0, losses: 0, gains: 0, denials: 0, baselineDenials: 0, degraded: 0, baselineDegraded: 0 },
};

/** One step of a rollout, on somebody's word or the system's. */
export interface RolloutStep {
  readonly stage: RolloutStage;
  readonly shareBasisPoints: number;
  readonly at: Instant;
  readonly by: string;
  readonly reason: string;
  /** Digest of the difference that whoever took the step had seen; null where the system took it. */
  readonly seen: string | null;
}

/** Which policy's name, and which version of it comes. `id` is `rlt_…`. */
export interface PolicyRollout {
  readonly id: string;
  readonly environment: string;
  readonly name: string;
  readonly candidate: string;
  readonly baseline: string;
  readonly stage: RolloutStage;
  /** Of the following licenses, in basis points; 0 in shadow, 10,000 when full. */
  readonly shareBasisPoints: number;
  readonly state: RolloutState;
  readonly budget: RolloutBudget;
  /** Why, in the words of whoever promoted it last, and who. */
  readonly reason: string;
  readonly startedAt: Instant;
  readonly startedBy: string;
  readonly stagedAt: Instant;
  readonly stagedBy: string;
  readonly endedAt: Instant | null;
  /** When it is tried again on a small share after a roll-back; null: not by itself. */
  readonly retryAt: Instant | null;
  /** How often it was rolled back. */
  readonly trips: number;
  /** Oldest first; the last one's counts are those of the round with its number. */
  readonly steps: readonly RolloutStep[];
  /** Counts and examples at the moment of the roll-back; null before one. */
  readonly evidence: unknown;
  readonly revision: number;
}

export const RETRY_AFTER_MS: Milliseconds = 10 * 60_000;
/** The share of a retry after a roll-back. */
export const RETRY_BASIS_POINTS = 100;

export const BASIS_POINTS = 10_000;

/**
 * Where a license stands among the 10,000 places of a candidate's canary: it takes part when its place lies below the share.
 * The same license keeps its place while the share grows, and has another one for another candidate, so that nobody is
 * always the first to be tried on.
 */
export function canaryPlace(license: string, candidate: string): number {
  let hash = 0x811c9dc5;
  for (const character of `${candidate}/${license}`) {
    hash ^= character.codePointAt(0) ?? 0;
    hash = Math.imul(hash, 0x01000193);
  }
  // The low bits of FNV-1a alone follow the last letters too closely.
  hash ^= hash >>> 16;
  hash = Math.imul(hash, 0x7feb352d);
  hash ^= hash >>> 15;
  return (hash >>> 0) % BASIS_POINTS;
}

export function isInCanary(license: string, candidate: string, shareBasisPoints: number): boolean {
  return canaryPlace(license, candidate) < shareBasisPoints;
}
