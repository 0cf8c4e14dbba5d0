/** The way back, and the breaker of a policy's name: what a person does when a version hurts, or must not move. */
import { NO_CANDIDATE } from '@glidepath/core';
import { BreakerRequest, BreakerView, ListQuery, page, RolledBack, WithReason } from '@glidepath/protocol/http';
import { answer, type Change, type Command, defineCommand, refuse } from '../../command.ts';
import { listed } from '../lists.ts';
import { refusePlanInUse } from '../policies/plan-in-use.ts';
import { nothingCalled } from '../references.ts';
import { followers } from './promoting.ts';
import { pointerUpdate, rollBackChange, standingOf } from './rollout-changes.ts';
import { breakerView } from './rollout-view.ts';

const rollBack = defineCommand({
  name: 'policy.roll-back',
  method: 'POST',
  path: '/v1/policies/{name}/rollback',
  summary: 'Ends the rollout of a policy, or puts the version before into force again',
  auth: 'approver',
  body: WithReason,
  answers: { 200: RolledBack },
  async run(context) {
    const { store, environment, now, params, body } = context;
    const name = params.name ?? '';
    const pointer = await store.get('policyPointer', `${environment.id}/${name}`);
    if (pointer === null) return nothingCalled('policy', name);
    const standing = await standingOf(store, pointer);
    if (standing !== null) {
      const { rollout } = standing;
      const answered = { name, digest: rollout.baseline, from: rollout.candidate, rollout: rollout.id };
      return context.commit(rollBackChange(standing, null, body.reason, now), answer(200, answered));
    }
    const before = pointer.previous === null ? null : await context.policy(pointer.previous);
    if (before === null) return refuse('conflict', `${name} has had no other version in force: there is nothing to go back to.`);
    const inUse = await refusePlanInUse(store, followers(pointer), before.policy, now);
    if (inUse !== null) return inUse;
    const facts = { name, from: pointer.digest, to: before.digest, rollout: null, reason: body.reason, because: 'person' };
    const change: Change = {
      writes: [pointerUpdate(pointer, { ...NO_CANDIDATE, digest: before.digest, previous: pointer.digest, setAt: now })],
      happened: [{ action: 'policy.rolled-back', subject: pointer.id, facts }],
    };
    return context.commit(change, answer(200, { name, digest: before.digest, from: pointer.digest, rollout: null }));
  },
});

const setBreaker = defineCommand({
  name: 'policy.set-breaker',
  method: 'PUT',
  path: '/v1/policy-breakers/{name}',
  summary: 'Isolates a policy (what is on its way is rolled back, and nothing new begins), releases it, or only counts',
  auth: 'approver',
  body: BreakerRequest,
  answers: { 200: BreakerView },
  async run(context) {
    const { store, environment, now, actor, params, body } = context;
    const name = params.name ?? '';
    const id = `${environment.id}/${name}`;
    const pointer = await store.get('policyPointer', id);
    if (pointer === null) return nothingCalled('policy', name);
    const known = await store.get('policyBreaker', id);
    const set = { mode: body.mode, reason: body.reason, setAt: now, setBy: actor.id };
    const row = { id, environment: environment.id, name, ...set, revision: 0 };
    const standing = body.mode === 'isolated' ? await standingOf(store, pointer) : null;
    const back: Change = standing === null ? { writes: [], happened: [] } : rollBackChange(standing, null, body.reason, now);
    const change: Change = {
      writes: [
        known === null
          ? { op: 'insert', table: 'policyBreaker', row }
          : { op: 'update', table: 'policyBreaker', id, revision: known.revision, set },
        ...back.writes,
      ],
      happened: [
        { action: 'policy.breaker-set', subject: id, facts: { name, mode: body.mode, was: known?.mode ?? 'closed', reason: body.reason } },
        ...back.happened,
      ],
    };
    return context.commit(change, answer(200, breakerView(environment.id, name, row)));
  },
});

const listBreakers = defineCommand({
  name: 'policy.list-breakers',
  method: 'GET',
  path: '/v1/policy-breakers',
  summary: 'Lists the breakers that somebody has set; all others are closed',
  auth: 'viewer',
  query: ListQuery,
  answers: { 200: page(BreakerView) },
  run: ({ store, environment, query }) =>
    listed(store, 'policyBreaker', { environment: environment.id }, query, (row) => breakerView(row.environment, row.name, row)),
});

export const BREAKER_COMMANDS: readonly Command[] = [rollBack, setBreaker, listBreakers];
