/**
 * What a step of a rollout writes: the rollout's own record and the pointer that says what is in force, in one change.
 *
 * A canary's licenses and everybody else's are told apart by the pointer alone, so that going back is one write and nobody
 * has to be found first. Both records are guarded by their revision: two who decide at once cannot both be right.
 */
import {
  type Instant,
  NO_CANDIDATE,
  type PolicyPointer,
  type PolicyRollout,
  type RolloutCounts,
  type RolloutEvidence,
  type RolloutStep,
  type Store,
  stepped,
  sumCounts,
  tripped,
  type Write,
} from '@glidepath/core';
import type { Change, Happening } from '../../command.ts';

export interface Standing {
  readonly pointer: PolicyPointer;
  readonly rollout: PolicyRollout;
}

/** Takes a step of a rollout that is on its way. */
export function stepChange({ pointer, rollout }: Standing, step: RolloutStep, over: Partial<PolicyRollout> = {}): Change {
  return {
    writes: [rolloutUpdate(rollout, { ...stepped(rollout, step), ...over }), pointerUpdate(pointer, onItsWay(rollout, step))],
    happened: [promotion(pointer, { ...rollout, ...over }, step)],
  };
}

/** Begins a rollout with its first step. */
export function beginChange(pointer: PolicyPointer, rollout: PolicyRollout, step: RolloutStep): Change {
  return {
    writes: [{ op: 'insert', table: 'policyRollout', row: rollout }, pointerUpdate(pointer, onItsWay(rollout, step))],
    happened: [promotion(pointer, rollout, step)],
  };
}

function onItsWay({ id, candidate }: Pick<PolicyRollout, 'id' | 'candidate'>, { shareBasisPoints }: RolloutStep): Partial<PolicyPointer> {
  return { candidate, shareBasisPoints, rollout: id };
}

/** `policy.promoted` hints to whoever is connected, so it is told of what is in force for all alone. */
function promotion(pointer: PolicyPointer, rollout: PolicyRollout, { stage, shareBasisPoints, reason, seen }: RolloutStep): Happening {
  const { name, candidate, baseline, id } = rollout;
  return {
    action: stage === 'full' ? 'policy.promoted' : 'policy.staged',
    subject: pointer.id,
    facts: { name, stage, shareBasisPoints, digest: candidate, previous: baseline, rollout: id, reason, seen },
  };
}

/** Everybody goes back to the version that was in force; `evidence` is null where a person says so. */
export function rollBackChange(standing: Standing, evidence: RolloutEvidence | null, reason: string, now: Instant): Change {
  const { pointer, rollout } = standing;
  const ended = evidence === null ? endedByPerson(rollout, reason, now) : tripped(rollout, evidence, now);
  const isHeld = ended.state === 'held';
  const { name, candidate, baseline, id, stage, shareBasisPoints } = rollout;
  const facts = {
    name,
    from: candidate,
    to: baseline,
    rollout: id,
    stage,
    shareBasisPoints,
    reason,
    because: evidence?.because ?? 'person',
  };
  return {
    // A rollout that is tried again keeps its name on the pointer: no other one may begin meanwhile.
    writes: [rolloutUpdate(rollout, ended), pointerUpdate(pointer, { ...NO_CANDIDATE, rollout: isHeld ? id : null })],
    happened: [{ action: 'policy.rolled-back', subject: pointer.id, facts }],
  };
}

/** What nobody has had is not rolled back, it is given up. */
function endedByPerson({ stage, state }: PolicyRollout, reason: string, now: Instant): Partial<PolicyRollout> {
  const wasInForce = stage !== 'shadow' && state === 'running';
  return { state: wasInForce ? 'rolled-back' : 'cancelled', endedAt: now, retryAt: null, reason };
}

/** The candidate is the version in force from now on, and the one before it the way back. */
export function completionChange({ pointer, rollout }: Standing, now: Instant): Change {
  const { name, candidate, baseline, id } = rollout;
  return {
    writes: [
      rolloutUpdate(rollout, { state: 'completed', endedAt: now }),
      pointerUpdate(pointer, { ...NO_CANDIDATE, digest: candidate, previous: baseline, setAt: now }),
    ],
    happened: [{ action: 'policy.completed', subject: pointer.id, facts: { name, digest: candidate, previous: baseline, rollout: id } }],
  };
}

export function rolloutUpdate({ id, revision }: PolicyRollout, set: Partial<PolicyRollout>): Write {
  return { op: 'update', table: 'policyRollout', id, revision, set };
}

export function pointerUpdate({ id, revision }: PolicyPointer, set: Partial<PolicyPointer>): Write {
  return { op: 'update', table: 'policyPointer', id, revision, set };
}

/** The rollout that a pointer names, on its way or waiting to be tried again. */
export async function standingOf(store: Pick<Store, 'get'>, pointer: PolicyPointer | null): Promise<Standing | null> {
  const rollout = pointer?.rollout == null ? null : await store.get('policyRollout', pointer.rollout);
  return pointer === null || rollout === null ? null : { pointer, rollout };
}

export interface RoundCounted {
  readonly counts: RolloutCounts;
  readonly examples: readonly unknown[];
}

/** What all nodes have counted of the step that a rollout is in. */
export async function countedOf(store: Pick<Store, 'find'>, { id, steps }: PolicyRollout): Promise<RoundCounted> {
  const rows = await store.find('rolloutCount', { rollout: id }, { limit: COUNTS_READ, newestFirst: true });
  const ofRound = rows.filter(({ round }) => round === steps.length);
  return { counts: sumCounts(ofRound), examples: ofRound.flatMap(({ examples }) => examples).slice(0, EXAMPLES_KEPT) };
}

/** Rounds times nodes, of one rollout. */
const COUNTS_READ = 1_000;
const EXAMPLES_KEPT = 10;
