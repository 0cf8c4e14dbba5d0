/** How a version goes its way: which step may follow which, how it is rolled back, tried again and completed. */
import { after, type Instant, MINUTE } from '../time.ts';
import type { Trip } from './judge.ts';
import {
  BASIS_POINTS,
  type PolicyRollout,
  RETRY_AFTER_MS,
  RETRY_BASIS_POINTS,
  type RolloutCounts,
  type RolloutStage,
  type RolloutStep,
} from './rollout.ts';
import type { Settings } from './settings.ts';

export const CANARY_BASIS_POINTS = 500;
/** Rolled back this often it is not tried again by itself. */
export const TRIPS_MAX = 3;
/** How long a version that everybody has is watched before the one before it is given up. */
export const WATCHED_MS = 10 * MINUTE;

export interface StageAsked {
  /** Null: the next one. */
  readonly to: RolloutStage | null;
  /** Null: as usual, or as it is. */
  readonly share: number | null;
}

export interface StageStep {
  readonly stage: RolloutStage;
  readonly shareBasisPoints: number;
}

/**
 * The step that is taken next, or why it cannot be. `from` is null for a version that is not on its way yet.
 *
 * A canary may grow and shrink; back from it to the shadow goes only by rolling back, which says so to everybody.
 */
export function nextStep(
  from: StageStep | null,
  { to, share }: StageAsked,
  { promotion }: Pick<Settings, 'promotion'>,
): StageStep | { readonly refused: string } {
  const stage = to ?? followerOf(from?.stage ?? null, share);
  if (share !== null && stage !== 'canary') return { refused: `Only a canary has a share; ${stage} concerns ${WHOM[stage]}.` };
  const has = from === null ? -1 : ORDER.indexOf(from.stage);
  const wants = ORDER.indexOf(stage);
  if (wants < has) return { refused: `It is in ${from?.stage} already; the way back is to roll it back.` };
  if (wants > has + 1 && promotion === 'staged')
    return { refused: `In this environment ${stage} comes after ${ORDER[wants - 1]}: first promote it to ${ORDER[has + 1]}.` };
  const shareBasisPoints = stage === 'canary' ? (share ?? CANARY_BASIS_POINTS) : stage === 'full' ? BASIS_POINTS : 0;
  if (from?.stage === stage && from.shareBasisPoints === shareBasisPoints)
    return { refused: `It is in ${stage} already${stage === 'canary' ? `, with a share of ${shareBasisPoints / 100} %` : ''}.` };
  return { stage, shareBasisPoints };
}

const ORDER: readonly RolloutStage[] = ['shadow', 'canary', 'full'];
const WHOM: Readonly<Record<RolloutStage, string>> = { shadow: 'nobody', canary: 'a share', full: 'everybody' };

function followerOf(stage: RolloutStage | null, share: number | null): RolloutStage {
  if (share !== null) return 'canary';
  return stage === null ? 'shadow' : stage === 'shadow' ? 'canary' : 'full';
}

/** A rollout that has come to a step, on somebody's word or (seen: null) the system's. */
export function stepped(rollout: PolicyRollout, step: RolloutStep): Partial<PolicyRollout> {
  return {
    ...{ stage: step.stage, shareBasisPoints: step.shareBasisPoints, state: 'running', reason: step.reason },
    ...{ stagedAt: step.at, stagedBy: step.by, endedAt: null, retryAt: null, steps: [...rollout.steps, step] },
  };
}

/** What was counted when a rollout was rolled back, and of whom. */
export interface RolloutEvidence extends Trip {
  readonly stage: RolloutStage;
  readonly shareBasisPoints: number;
  readonly counts: RolloutCounts;
  readonly examples: readonly unknown[];
}

/** It waits longer each time before it is tried again on a small share, and after the third time for a person. */
export function tripped(rollout: PolicyRollout, evidence: RolloutEvidence, now: Instant): Partial<PolicyRollout> {
  const trips = rollout.trips + 1;
  const isOver = trips >= TRIPS_MAX;
  return {
    ...{ state: isOver ? 'rolled-back' : 'held', endedAt: now, trips, evidence },
    retryAt: isOver ? null : after(now, RETRY_AFTER_MS * 2 ** (trips - 1)),
  };
}

/** Half-open: the step by which the system tries a version again that was rolled back. */
export function retryStep({ name, trips }: Pick<PolicyRollout, 'name' | 'trips'>, at: Instant): RolloutStep {
  const share = `${RETRY_BASIS_POINTS / 100} %`;
  const reason = `${name} was rolled back ${trips === 1 ? 'once' : `${trips} times`}; it is tried again on ${share}.`;
  return { stage: 'canary', shareBasisPoints: RETRY_BASIS_POINTS, at, by: 'system', reason, seen: null };
}
