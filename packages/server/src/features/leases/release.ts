/** Gives a seat back at once. Never gated by the license: whatever its state, a release is taken, any number of times. */
import { judgeRelease } from '@glidepath/core';
import { LeaseRequest, ReleaseAnswer } from '@glidepath/protocol/http';
import { type Answer, answer, type Context, defineCommand, type Outcome, type Refusal, refuse } from '../../command.ts';
import { type Judged, type SeatView, unmoved } from './engine/seat-task.ts';
import { holderIn } from './holder.ts';
import { type Asked, type LeaseBody, nameIn, readAsked, seatRequest } from './lease-request.ts';

export const releaseLease = defineCommand({
  name: 'lease.release',
  method: 'POST',
  path: '/v1/leases/release',
  summary: 'Releases a lease',
  auth: 'license-key',
  body: LeaseRequest,
  answers: { 200: ReleaseAnswer },
  idempotency: 'own',
  audited: false,
  run: giveBack,
});

const RELEASED = answer(200, { released: true });

export async function giveBack(context: Context<LeaseBody>): Promise<Outcome> {
  const asked = await readAsked(context, 'release');
  if ('kind' in asked) return asked;
  const done = await context.leases.submit<Answer | Refusal>({
    license: asked.license,
    by: { actor: context.actor.id, environment: context.environment.id },
    isUrgent: true,
    holders: [asked.jkt],
    person: nameIn(asked),
    grants: [],
    judge: (view) => judgeGivenBack(view, asked),
  });
  return done ?? refuse('not-found', 'The license of this key is gone.');
}

function judgeGivenBack(view: SeatView, asked: Asked): Judged<Answer | Refusal> {
  const found = holderIn(view, asked);
  if ('kind' in found) return unmoved(found.code === 'person-required' ? RELEASED : found);
  const { terms, policy, plan, now, mayReap } = view;
  const request = seatRequest(view, asked, found.person);
  const decision = judgeRelease({ situation: found.situation, terms, policy, plan, now, mayReap, request });
  return { effects: decision, named: null, grants: [], happened: decision.happened, writes: [], answer: RELEASED };
}
