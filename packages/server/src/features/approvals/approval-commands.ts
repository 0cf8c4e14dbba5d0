/** Requests that wait for a second person: listed, approved (and carried out by that), refused. */
import type { Approval } from '@glidepath/core';
import { ApprovalDecision, ApprovalDone, ApprovalQuery, ApprovalView, page } from '@glidepath/protocol/http';
import { type Answer, answer, type Change, type Command, type Context, defineCommand, type Refusal, refuse } from '../../command.ts';
import { listed } from '../lists.ts';
import { nothingCalled } from '../references.ts';
import { approvalView } from './second-person.ts';

const list = defineCommand({
  name: 'approval.list',
  method: 'GET',
  path: '/v1/approvals',
  summary: 'Lists requests that wait, or waited, for a second person, newest first',
  auth: 'viewer',
  query: ApprovalQuery,
  answers: { 200: page(ApprovalView) },
  run({ store, environment, query, now }) {
    const where = { environment: environment.id, ...(query.state === undefined ? {} : { state: query.state }) };
    return listed(store, 'approval', where, query, (approval) => approvalView(approval, now), { newestFirst: true });
  },
});

const show = defineCommand({
  name: 'approval.show',
  method: 'GET',
  path: '/v1/approvals/{id}',
  summary: 'Shows a request that waits for a second person, as it was made',
  auth: 'viewer',
  answers: { 200: ApprovalView },
  async run(context) {
    const approval = await findApproval(context);
    return 'code' in approval ? approval : answer(200, approvalView(approval, context.now));
  },
});

/** `commands`: those that can have been asked for. */
const approve = (commands: () => readonly Command[]): Command =>
  defineCommand({
    name: 'approval.approve',
    method: 'POST',
    path: '/v1/approvals/{id}/approve',
    summary: 'Approves what another one has asked for, and carries it out in the same moment',
    auth: 'approver',
    body: ApprovalDecision,
    answers: { 200: ApprovalDone },
    async run(context) {
      const approval = await decidable(context);
      if ('code' in approval) return approval;
      const wrong = await refuseNoSecondPerson(context, approval);
      if (wrong !== null) return wrong;
      const command = commands().find(({ name }) => name === approval.command);
      if (command === undefined) return refuse('conflict', `This version has no command ${approval.command}.`);
      return command.run(carryingOut(context, approval));
    },
  });

const refuseIt = defineCommand({
  name: 'approval.refuse',
  method: 'POST',
  path: '/v1/approvals/{id}/refuse',
  summary: 'Refuses what was asked for, or takes back what one has asked for oneself',
  auth: 'viewer',
  body: ApprovalDecision,
  answers: { 200: ApprovalView },
  async run(context) {
    const approval = await decidable(context);
    if ('code' in approval) return approval;
    if (approval.askedBy !== context.actor.id && !context.may('approver'))
      return refuse('forbidden', 'What another one has asked for is refused by an approver.');
    const { change, decided } = decision(context, approval, 'refused');
    return context.commit(change, answer(200, approvalView(decided, context.now)));
  },
});

export const approvalCommands = (commands: () => readonly Command[]): readonly Command[] => [list, show, approve(commands), refuseIt];

/** The request of then, in the hands of whoever approves it now: one commit holds both. */
function carryingOut(context: Context<{ reason: string }, unknown>, approval: Approval): Context {
  const { change: approved, decided } = decision(context, approval, 'approved');
  return {
    ...context,
    environment: context.environment,
    params: approval.params,
    query: {},
    body: approval.body,
    approval,
    // What is recorded of it is by whoever asked; the audit says who carried it out.
    actor: { ...context.actor, id: approval.askedBy } as Context['actor'],
    commit: (change: Change, given: Answer) =>
      context.commit(
        { writes: [...change.writes, ...approved.writes], happened: [...change.happened, ...approved.happened] },
        answer(200, { approval: approvalView(decided, context.now), answer: given.body }),
      ),
  };
}

function decision({ now, actor, body }: Context<{ reason: string }, unknown>, approval: Approval, state: 'approved' | 'refused') {
  const set = { state, decidedBy: actor.id, decidedAt: now, reason: body.reason } as const;
  const { id, revision, command, subject, askedBy } = approval;
  const change: Change = {
    writes: [{ op: 'update', table: 'approval', id, revision, set }],
    happened: [{ action: `approval.${state}`, subject: id, facts: { command, subject, askedBy, reason: body.reason } }],
  };
  return { change, decided: { ...approval, ...set } };
}

async function findApproval({ store, environment, params }: Context<unknown>): Promise<Approval | Refusal> {
  const id = params.id ?? '';
  const approval = await store.get('approval', id);
  return approval?.environment === environment.id ? approval : nothingCalled('approval', id);
}

async function decidable(context: Context<unknown>): Promise<Approval | Refusal> {
  const approval = await findApproval(context);
  if ('code' in approval) return approval;
  const { state } = approvalView(approval, context.now);
  return state === 'waiting' ? approval : refuse('conflict', `The request ${approval.id} is ${state}: ask again.`, { facts: { state } });
}

/** A second one, and a person: a program that approves is nobody who could be asked why. */
async function refuseNoSecondPerson({ store, actor }: Context<unknown>, { askedBy }: Approval): Promise<Refusal | null> {
  if (actor.id === askedBy) return refuse('forbidden', 'Who has asked for it cannot approve it: a second person does.');
  const [approver, asker] = await Promise.all([store.get('principal', actor.id), store.get('principal', askedBy)]);
  if (approver?.kind !== 'person') return refuse('forbidden', 'Only a person can approve.');
  if (asker === null || asker.disabledAt !== null) return refuse('forbidden', 'Who has asked for it is not here any more.');
  return null;
}
