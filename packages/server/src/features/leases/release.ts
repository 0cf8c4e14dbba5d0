/** Gives a seat back at once. Never gated by the license: whatever its state, a release is taken, any number of times. */
import { judgeRelease } from '@glidepath/core';
import { LeaseRequest, ReleaseAnswer } from '@glidepath/protocol/http';
import { answer, type Context, defineCommand, type Outcome, refuse } from '../../command.ts';
import { gatherHolder } from './holder.ts';
import { type Asked, readAsked, seatRequest } from './lease-request.ts';
import { turnsOf } from './license-turns.ts';
import { seatWrites } from './seat-writes.ts';

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
  async run(context) {
    const asked = readAsked(context, 'release');
    if ('kind' in asked) return asked;
    const outcome = await turnsOf(context.store).run(asked.license, () => giveBack(context, asked));
    return outcome ?? refuse('overloaded', 'Too many requests for this license wait already.', { retryAfterMs: 1_000 });
  },
});

const RELEASED = answer(200, { released: true });

async function giveBack(context: Context, asked: Asked): Promise<Outcome> {
  const found = await gatherHolder(context, asked);
  if ('kind' in found) return found.code === 'person-required' ? RELEASED : found;
  const { gathered } = found;
  const decision = judgeRelease({ ...gathered.seatInput, request: seatRequest(context, asked, found.person) });
  const writes = seatWrites(gathered.situation, decision, decision.lease);
  if (writes.length === 0) return RELEASED;
  return context.commit({ writes: [...gathered.writes, ...writes], happened: [...gathered.happened, ...decision.happened] }, RELEASED);
}
