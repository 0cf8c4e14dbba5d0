/** Rollouts over the API: begun, promoted step by step, tried again, looked at. */
import { type PolicyRollout, retryStep } from '@glidepath/core';
import { ApprovalNeeded, page, RolloutPromotion, RolloutQuery, RolloutRequest, RolloutView, WithReason } from '@glidepath/protocol/http';
import { answer, type Command, type Context, defineCommand, type Refusal, refuse } from '../../command.ts';
import { listed } from '../lists.ts';
import { nothingCalled } from '../references.ts';
import { begin, promote, refuseSecond } from './promoting.ts';
import { standingOf, stepChange } from './rollout-changes.ts';
import { rolloutView } from './rollout-view.ts';

const beginRollout = defineCommand({
  name: 'policy-rollout.begin',
  method: 'POST',
  path: '/v1/policy-rollouts',
  summary: 'Sets a published version on its way: into the shadow of the one in force, then a canary, then everybody',
  auth: 'approver',
  body: RolloutRequest,
  answers: { 201: RolloutView, 202: ApprovalNeeded },
  run(context) {
    const { name, candidate, ...asked } = context.body;
    return begin(context, name, candidate, asked);
  },
});

const promoteRollout = defineCommand({
  name: 'policy-rollout.promote',
  method: 'POST',
  path: '/v1/policy-rollouts/{id}/promote',
  summary: 'Takes the next step of a rollout, or changes the share of its canary',
  auth: 'approver',
  body: RolloutPromotion,
  answers: { 200: RolloutView, 202: ApprovalNeeded },
  async run(context) {
    const rollout = await findRollout(context);
    return 'code' in rollout ? rollout : promote(context, rollout, context.body);
  },
});

const retryRollout = defineCommand({
  name: 'policy-rollout.retry',
  method: 'POST',
  path: '/v1/policy-rollouts/{id}/retry',
  summary: 'Tries a version that was rolled back again on a small share, without waiting for the time of it',
  auth: 'approver',
  body: WithReason,
  answers: { 200: RolloutView },
  async run(context) {
    const { store, actor, now } = context;
    const rollout = await findRollout(context);
    if ('code' in rollout) return rollout;
    const pointer = await store.get('policyPointer', `${rollout.environment}/${rollout.name}`);
    if (pointer === null || (rollout.state !== 'held' && rollout.state !== 'rolled-back'))
      return refuse('conflict', `The rollout ${rollout.id} is ${rollout.state}: there is nothing to try again.`);
    const other = await standingOf(store, pointer);
    if (other !== null && other.rollout.id !== rollout.id) return refuseSecond(other.rollout);
    if (pointer.digest !== rollout.baseline)
      return refuse('conflict', `Another version is in force than when ${rollout.id} began: begin a new rollout of ${rollout.candidate}.`);
    const breaker = await store.get('policyBreaker', pointer.id);
    if (breaker?.mode === 'isolated') return refuse('policy-isolated', `${pointer.name} is isolated: ${breaker.reason}`);
    const step = { ...retryStep(rollout, now), by: actor.id, reason: context.body.reason };
    const next: PolicyRollout = { ...rollout, ...step, state: 'running', steps: [...rollout.steps, step], endedAt: null, retryAt: null };
    return context.commit(stepChange({ pointer, rollout }, step), answer(200, await rolloutView(store, next)));
  },
});

const listRollouts = defineCommand({
  name: 'policy-rollout.list',
  method: 'GET',
  path: '/v1/policy-rollouts',
  summary: 'Lists the rollouts of an environment, newest first: who brought what how far, when and why',
  auth: 'viewer',
  query: RolloutQuery,
  answers: { 200: page(RolloutView) },
  run({ store, environment, query }) {
    const where = { environment: environment.id, ...(query.name === undefined ? {} : { name: query.name }) };
    return listed(store, 'policyRollout', where, query, (rollout) => rolloutView(store, rollout), { newestFirst: true });
  },
});

const showRollout = defineCommand({
  name: 'policy-rollout.show',
  method: 'GET',
  path: '/v1/policy-rollouts/{id}',
  summary: 'Shows a rollout, its steps, and what was counted of it',
  auth: 'viewer',
  answers: { 200: RolloutView },
  async run(context) {
    const rollout = await findRollout(context);
    return 'code' in rollout ? rollout : answer(200, await rolloutView(context.store, rollout));
  },
});

export const ROLLOUT_COMMANDS: readonly Command[] = [beginRollout, promoteRollout, retryRollout, listRollouts, showRollout];

async function findRollout({ store, environment, params }: Context<unknown>): Promise<PolicyRollout | Refusal> {
  const id = params.id ?? '';
  const rollout = await store.get('policyRollout', id);
  return rollout?.environment === environment.id ? rollout : nothingCalled('rollout', id);
}
