/** What people do about a holder in its place: shut it out, let it in again, give its seat back. By lease, holder, or a person's name. */
import { type HolderMoved, type Lease, type Result, readmitHolder, releaseHolder, removeHolder, type SeatInput } from '@glidepath/core';
import { LeaseView, RemoveHolderRequest } from '@glidepath/protocol/http';
import type { Static } from 'typebox';
import { type Answer, answer, type Context, defineCommand, type Outcome, type Refusal, refuse } from '../../command.ts';
import { findOwnLicense } from '../licenses/held.ts';
import { type Judged, type SeatView, unmoved } from './engine/seat-task.ts';
import { findPerson } from './lease-request.ts';
import { leaseView } from './lease-view.ts';

type Body = Static<typeof RemoveHolderRequest>;

export const removeLeaseHolder = defineCommand({
  name: 'license.remove-holder',
  method: 'POST',
  path: '/v1/licenses/{license}/remove-holder',
  summary: 'Remove a holder: its seat is free at once, and it gets no other until it is admitted again.',
  auth: 'operator',
  body: RemoveHolderRequest,
  answers: { 200: LeaseView },
  run: (context) => moveHolder(context, removeHolder),
});

export const readmitLeaseHolder = defineCommand({
  name: 'license.readmit-holder',
  method: 'POST',
  path: '/v1/licenses/{license}/readmit-holder',
  summary: 'Admit a removed holder again; it starts as a new one.',
  auth: 'operator',
  body: RemoveHolderRequest,
  answers: { 200: LeaseView },
  run: (context) => moveHolder(context, readmitHolder),
});

export const releaseLeaseHolder = defineCommand({
  name: 'license.release-holder',
  method: 'POST',
  path: '/v1/licenses/{license}/release-holder',
  summary: 'Give a holder’s seat back in its place; a named seat can then be another person’s, within the plan’s reassignments.',
  auth: 'operator',
  body: RemoveHolderRequest,
  answers: { 200: LeaseView },
  run: (context) => moveHolder(context, releaseHolder),
});

type Move = (input: SeatInput) => Result<HolderMoved, 'lease-unknown' | 'already-removed' | 'not-removed' | 'not-held'>;

async function moveHolder(context: Context<Body>, move: Move): Promise<Outcome> {
  const license = await findOwnLicense(context.store, context.environment.id, context.params.license ?? '');
  if ('code' in license) return license;
  const holder = await holderNamed(context, license.id);
  if (holder === null) return refuse('lease-unknown', 'This license has no such holder.');
  const done = await context.leases.submit<Answer | Refusal>({
    license: license.id,
    by: { actor: context.actor.id, environment: context.environment.id },
    isUrgent: true,
    holders: [holder],
    person: null,
    grants: [],
    judge: (view) => judgeMove(context, view, holder, move),
  });
  return done ?? refuse('lease-unknown', 'This license has no such holder.');
}

function judgeMove(context: Context<Body>, view: SeatView, holder: string, move: Move): Judged<Answer | Refusal> {
  const { terms, policy, plan, now, mayReap } = view;
  const moved = move({ situation: view.situationOf(holder), terms, policy, plan, now, mayReap });
  if (!moved.ok) {
    const code = moved.reason === 'lease-unknown' ? 'lease-unknown' : 'conflict';
    return unmoved(refuse(code, moved.message, { facts: moved.facts }));
  }
  const { lease } = moved.value;
  const happened = moved.value.happened.map((happening) =>
    happening.subject === lease.id ? { ...happening, facts: { ...happening.facts, reason: context.body.reason } } : happening,
  );
  const done = answer(200, leaseView(lease));
  return { effects: moved.value, named: null, grants: [], happened, writes: context.kept(done), answer: done };
}

/** The holder that people mean: as leases list it, or the name of a person. */
async function holderNamed({ store, body }: Context<Body>, license: string): Promise<string | null> {
  const named = body.holder.normalize('NFC').trim();
  const byId: Lease | null = await store.get('lease', named);
  if (byId !== null) return byId.license === license ? byId.holder : null;
  const person = await findPerson(store, license, named);
  return person?.id ?? named;
}
