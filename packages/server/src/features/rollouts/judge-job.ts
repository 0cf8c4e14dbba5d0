/**
 * The breaker of rollouts: once a second one node reads what all have counted, and takes back what costs more than it may.
 *
 * Nobody is asked first. Who is in the canary uses the version in force again with the next word from the control plane, and
 * connected applications are told to fetch one at once.
 */
import { after, judgeRollout, type PolicyRollout, type RolloutEvidence, retryStep, SECOND, WATCHED_MS } from '@glidepath/core';
import type { Change, Job, JobContext } from '../../command.ts';
import { completionChange, countedOf, rollBackChange, type Standing, standingOf, stepChange } from './rollout-changes.ts';

/** More than these do not run at once. */
const ROLLOUTS_MAX = 200;

export const judgeRollouts: Job = {
  name: 'policy-rollout.judge',
  everyMs: SECOND,
  async run(context) {
    const { store } = context;
    const running = await store.find('policyRollout', { state: 'running' }, { limit: ROLLOUTS_MAX });
    const held = await store.find('policyRollout', { state: 'held' }, { limit: ROLLOUTS_MAX });
    for (const rollout of [...running, ...held]) {
      const pointer = await store.get('policyPointer', `${rollout.environment}/${rollout.name}`);
      const standing = await standingOf(store, pointer);
      if (standing?.rollout.id !== rollout.id) continue;
      const change = await changeFor(context, standing);
      if (change === null) continue;
      const result = await context.commit(rollout.environment, change);
      // Somebody else has moved it: the next second sees how it stands then.
      if (!result.ok) context.world.log.debug('rollout-moved-elsewhere', { rollout: rollout.id });
    }
  },
};

async function changeFor(context: JobContext, standing: Standing): Promise<Change | null> {
  const { store, now } = context;
  const { rollout, pointer } = standing;
  if (rollout.state === 'held') {
    if (rollout.retryAt === null || rollout.retryAt > now) return null;
    return stepChange({ pointer, rollout }, retryStep(rollout, now));
  }
  // What nobody has cannot be taken back; what it would do is shown, and stops the next step.
  if (rollout.stage === 'shadow') return null;
  const breaker = await store.get('policyBreaker', pointer.id);
  const evidence = breaker?.mode === 'metrics-only' ? null : await evidenceAgainst(context, rollout);
  if (evidence !== null) {
    context.world.log.warn('policy-rolled-back', { rollout: rollout.id, policy: rollout.name, because: evidence.because });
    return rollBackChange(standing, evidence, evidence.sentence, now);
  }
  const isDone = rollout.stage === 'full' && after(rollout.stagedAt, WATCHED_MS) <= now;
  return isDone ? completionChange(standing, now) : null;
}

async function evidenceAgainst({ store }: JobContext, rollout: PolicyRollout): Promise<RolloutEvidence | null> {
  const { counts, examples } = await countedOf(store, rollout);
  const trip = judgeRollout(counts, rollout.budget);
  if (trip === null) return null;
  const { stage, shareBasisPoints } = rollout;
  return { ...trip, stage, shareBasisPoints, counts, examples };
}
