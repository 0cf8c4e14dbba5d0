/**
 * Makes a request wait for a second person.
 *
 * The request is kept as it was made, and carried out by the approval of it: nobody has to come back and ask again, and
 * what is done is what was approved.
 */
import { type Approval, after, DAY, type Instant } from '@glidepath/core';
import { answer, type Context, type Outcome } from '../../command.ts';

export interface Waiting {
  /** Name of the command that asks. */
  readonly command: string;
  readonly subject: string;
  /** What it does, for whoever approves: a short sentence without its full stop. */
  readonly summary: string;
}

/** Long enough for a weekend; a request that nobody wanted until then is dropped. */
const WAITS_MS = 3 * DAY;
const READ_MAX = 500;

/** Null: this very request was approved, go on. Otherwise what to answer: nothing has happened, and who can make it happen. */
export async function secondPerson(context: Context<unknown, unknown>, { command, subject, summary }: Waiting): Promise<Outcome | null> {
  if (context.approval !== null) return null;
  const { environment, now, actor, params, body } = context;
  const same = await waitingFor(context, command, subject);
  if (same !== undefined) return answered(same, now);
  const approval: Approval = {
    ...{ id: context.newId('apr'), environment: environment.id, command, params, body, subject, summary },
    ...{ state: 'waiting', askedBy: actor.id, askedAt: now, expiresAt: after(now, WAITS_MS) },
    ...{ decidedBy: null, decidedAt: null, reason: null, revision: 0 },
  };
  const facts = { command, subject, summary, expiresAt: approval.expiresAt };
  const told = { action: 'approval.asked', subject: approval.id, facts };
  return context.commit({ writes: [{ op: 'insert', table: 'approval', row: approval }], happened: [told] }, answered(approval, now));
}

/** Who asks for the same again hears of the request that waits already. */
async function waitingFor({ store, environment, now, actor, body }: Context<unknown, unknown>, command: string, subject: string) {
  const waiting = await store.find('approval', { state: 'waiting' }, { limit: READ_MAX, newestFirst: true });
  const asked = JSON.stringify(body);
  return waiting.find(
    (one) =>
      one.environment === environment.id &&
      one.command === command &&
      one.subject === subject &&
      one.askedBy === actor.id &&
      one.expiresAt > now &&
      JSON.stringify(one.body) === asked,
  );
}

function answered(approval: Approval, now: Instant) {
  return answer(202, { approval: approvalView(approval, now), next: `glidepath approval approve ${approval.id} --reason TEXT` });
}

export function approvalView({ revision: _revision, ...approval }: Approval, now: Instant) {
  return { ...approval, state: approval.state === 'waiting' && approval.expiresAt <= now ? 'expired' : approval.state };
}
