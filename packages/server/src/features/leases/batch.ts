/**
 * Many acquires, renewals and releases in one request, for whoever speaks for many installations: a relay, a test of load.
 *
 * Each item has its own proof, its own answer and its own word, as if it had come alone; they are carried out together with
 * all others that wait. Only a body that cannot be read is refused as a whole.
 */
import { judgeAcquire, judgeRenew } from '@glidepath/core';
import { ERRORS, problem } from '@glidepath/protocol';
import { LeaseBatchAnswer, LeaseBatchRequest } from '@glidepath/protocol/http';
import type { Static } from 'typebox';
import { answer, type Context, defineCommand, type Outcome } from '../../command.ts';
import { faultRefusal } from '../../fault-refusal.ts';
import { ask } from './ask.ts';
import { giveBack } from './release.ts';

type Item = Static<typeof LeaseBatchRequest>['items'][number];

/** A thousand requests with room for the claims that clients add. */
const BODY_LIMIT = 8 * 1024 * 1024;

export const leaseBatch = defineCommand({
  name: 'lease.batch',
  method: 'POST',
  path: '/v1/leases:batch',
  summary: 'Acquires, renews and releases many leases of the license at once',
  auth: 'license-key',
  body: LeaseBatchRequest,
  bodyLimit: BODY_LIMIT,
  answers: { 200: LeaseBatchAnswer },
  idempotency: 'own',
  audited: false,
  async run(context) {
    const items = await Promise.all(context.body.items.map((item) => itemAnswer(context, item)));
    return answer(200, { items });
  },
});

interface ItemAnswer {
  readonly status: number;
  readonly word?: string;
  readonly keySet?: unknown;
  readonly problem?: unknown;
}

async function itemAnswer(context: Context, item: Item): Promise<ItemAnswer> {
  const outcome = await outcomeOf(context, item);
  if (outcome.kind === 'conflict') return { status: ERRORS['busy-record'].status, problem: problem('busy-record') };
  if (outcome.kind === 'answer') {
    const { word, keySet } = outcome.body as { word?: string; keySet?: { version: number } };
    return { status: outcome.status, ...(word === undefined ? {} : { word }), ...(keySet === undefined ? {} : { keySet }) };
  }
  const { word, ...extras } = outcome.extras;
  const told = problem(outcome.code, outcome.detail, extras);
  return { status: told.status, ...(word === undefined ? {} : { word }), problem: told };
}

/** A Fault is this item's alone; of one that all of them met, each says so. */
async function outcomeOf(context: Context, { op, ...body }: Item): Promise<Outcome> {
  const own: Context<typeof body> = Object.create(context, { body: { value: body } });
  try {
    if (op === 'release') return await giveBack(own);
    return await ask(own, op, op === 'acquire' ? judgeAcquire : judgeRenew);
  } catch (error) {
    return faultRefusal(error, context.world.log, { command: 'lease.batch' });
  }
}
