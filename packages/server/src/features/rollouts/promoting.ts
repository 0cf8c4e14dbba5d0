/**
 * One step of a version on its way: gated by its proof and tests, by the difference that was seen, by what the step before
 * has shown, and by the breaker of its name.
 */
import {
  judgeRollout,
  nextStep,
  type PolicyPointer,
  type PolicyRollout,
  ROLLOUT_BUDGET_DEFAULT,
  type RolloutBudget,
  type RolloutStep,
  settingsOf,
} from '@glidepath/core';
import type { RolloutPromotion } from '@glidepath/protocol/http';
import type { Static } from 'typebox';
import { answer, type Change, type Context, type Outcome, type Refusal, refuse } from '../../command.ts';
import { secondPerson } from '../approvals/second-person.ts';
import { differenceFor } from '../policies/difference-command.ts';
import { refusePlanInUse } from '../policies/plan-in-use.ts';
import { refuseUnproved } from '../policies/proved.ts';
import { nothingCalled } from '../references.ts';
import { beginChange, countedOf, standingOf, stepChange } from './rollout-changes.ts';
import { rolloutView } from './rollout-view.ts';

export type StepAsked = Static<typeof RolloutPromotion>;
type Asking = Context<unknown, unknown>;

/** Begins a rollout, or says why not. */
export async function begin(context: Asking, name: string, candidate: string, asked: StepAsked): Promise<Outcome> {
  const { store, environment, now, actor } = context;
  const pointer = await store.get('policyPointer', `${environment.id}/${name}`);
  if (pointer === null) return nothingCalled('policy', name);
  const standing = await standingOf(store, pointer);
  if (standing !== null) return refuseSecond(standing.rollout);
  if (pointer.digest === candidate) return refuse('conflict', `${candidate} is the version of ${name} that is in force.`);
  const step = await gated(context, { pointer, candidate, from: null, asked, budget: budgetOf(asked, ROLLOUT_BUDGET_DEFAULT) });
  if ('code' in step) return step;
  const wait = await waitForSecond(context, 'policy-rollout.begin', pointer, candidate, step);
  if (wait !== null) return wait;
  const rollout: PolicyRollout = {
    ...{ id: context.newId('rlt'), environment: environment.id, name, candidate, baseline: pointer.digest },
    ...{ stage: step.stage, shareBasisPoints: step.shareBasisPoints, state: 'running', reason: step.reason },
    ...{ budget: budgetOf(asked, ROLLOUT_BUDGET_DEFAULT), startedAt: now, startedBy: actor.id, stagedAt: now, stagedBy: actor.id },
    ...{ endedAt: null, retryAt: null, trips: 0, steps: [step], evidence: null, revision: 0 },
  };
  return context.commit(beginChange(pointer, rollout, step), answer(201, await rolloutView(store, rollout)));
}

/** Takes the next step of a rollout. */
export async function promote(context: Asking, rollout: PolicyRollout, asked: StepAsked): Promise<Outcome> {
  const { store } = context;
  const pointer = await store.get('policyPointer', `${rollout.environment}/${rollout.name}`);
  if (pointer === null || pointer.rollout !== rollout.id || rollout.state !== 'running') return refuseEnded(rollout);
  const budget = budgetOf(asked, rollout.budget);
  const step = await gated(context, { pointer, candidate: rollout.candidate, from: rollout, asked, budget });
  if ('code' in step) return step;
  const wait = await waitForSecond(context, 'policy-rollout.promote', pointer, rollout.candidate, step);
  if (wait !== null) return wait;
  const change: Change = stepChange({ pointer, rollout }, step, { budget });
  const { steps } = rollout;
  const next: PolicyRollout = { ...rollout, ...step, budget, stagedAt: step.at, stagedBy: step.by, steps: [...steps, step] };
  return context.commit(change, answer(200, await rolloutView(store, next)));
}

/** What is decided beside the version in force concerns nobody yet; everything after it does. */
async function waitForSecond(
  context: Asking,
  command: string,
  { id, name, environment }: PolicyPointer,
  candidate: string,
  { stage, shareBasisPoints, reason }: RolloutStep,
): Promise<Outcome | null> {
  const { twoPersons } = settingsOf(await context.store.get('environmentSetting', environment));
  if (stage === 'shadow' || !twoPersons) return null;
  const whom = stage === 'full' ? 'everybody' : `${shareBasisPoints / 100} % of the licenses`;
  return secondPerson(context, { command, subject: id, summary: `Put ${candidate} of ${name} in force for ${whom}: ${reason}` });
}

interface Gate {
  readonly pointer: PolicyPointer;
  readonly candidate: string;
  /** Null: it begins. */
  readonly from: PolicyRollout | null;
  readonly asked: StepAsked;
  readonly budget: RolloutBudget;
}

/** The step, if nothing stands against it. */
async function gated(context: Asking, gate: Gate): Promise<RolloutStep | Refusal> {
  const { store, environment, now, actor } = context;
  const { pointer, candidate, from, asked } = gate;
  const next = await context.policy(candidate);
  if (next === null) return nothingCalled('policy', candidate);
  const seen = await differenceFor(context, pointer.name, candidate);
  if ('code' in seen) return seen;
  const settings = settingsOf(await store.get('environmentSetting', environment.id));
  const step = nextStep(from, { to: asked.to ?? null, share: asked.share ?? null }, settings);
  if ('refused' in step) return refuse('promotion-staged', step.refused);
  if (asked.seen !== seen.digest) {
    const facts = { seen: seen.digest, sentences: seen.difference.sentences };
    return refuse('difference-unseen', `The difference from the version in force is ${seen.digest} now, not ${asked.seen}.`, { facts });
  }
  const breaker = await store.get('policyBreaker', pointer.id);
  if (breaker?.mode === 'isolated') return refuse('policy-isolated', `${pointer.name} is isolated: ${breaker.reason}`);
  const unproved = refuseUnproved(next.policy, null);
  if (unproved !== null) return unproved;
  const hurts = from === null || breaker?.mode === 'metrics-only' ? null : await refuseOverBudget(context, from, gate.budget);
  if (hurts !== null) return hurts;
  const inUse = step.stage === 'shadow' ? null : await refusePlanInUse(store, followers(pointer), next.policy, now);
  return inUse ?? { ...step, at: now, by: actor.id, reason: asked.reason, seen: asked.seen };
}

/** What the step before has shown binds the next one: a shadow that loses is no candidate for a canary. */
async function refuseOverBudget({ store }: Asking, from: PolicyRollout, budget: RolloutBudget): Promise<Refusal | null> {
  const { counts } = await countedOf(store, from);
  const trip = judgeRollout(counts, budget);
  if (trip === null) return null;
  const detail = `In ${from.stage}: ${trip.sentence} Mend the policy, or give the promotion a budget for it.`;
  return refuse('rollout-over-budget', detail, { facts: { because: trip.because, counts } });
}

export function followers({ environment, name, digest }: PolicyPointer) {
  return { environment, name, digest };
}

function budgetOf({ budget }: StepAsked, usual: RolloutBudget): RolloutBudget {
  return { ...usual, ...budget };
}

export function refuseSecond({ id, name, candidate, state }: PolicyRollout): Refusal {
  const how = state === 'held' ? 'was rolled back and waits to be tried again' : 'is on its way';
  const detail = `${candidate} of ${name} ${how} (${id}): complete it, or roll it back.`;
  return refuse('rollout-running', detail, { facts: { rollout: id, state } });
}

function refuseEnded({ id, state, retryAt }: PolicyRollout): Refusal {
  const how = state === 'held' && retryAt !== null ? 'was rolled back and waits to be tried again' : `is ${state}`;
  return refuse('conflict', `The rollout ${id} ${how}: nothing of it can be promoted.`, { facts: { state } });
}
