/** Shutting a holder out of a license, and letting it in again: by its lease's id, its holder, or a person's name. */
import { type HolderMoved, type Lease, type Result, readmitHolder, removeHolder, type SeatInput } from '@glidepath/core';
import { LeaseView, RemoveHolderRequest } from '@glidepath/protocol/http';
import type { Static } from 'typebox';
import { answer, type Context, defineCommand, type Outcome, refuse } from '../../command.ts';
import { findOwnLicense } from '../licenses/held.ts';

import { findPerson } from './lease-request.ts';
import { leaseView } from './lease-view.ts';
import { gather } from './license-facts.ts';
import { turnsOf } from './license-turns.ts';
import { seatWrites } from './seat-writes.ts';

type Body = Static<typeof RemoveHolderRequest>;

export const removeLeaseHolder = defineCommand({
  name: 'license.remove-holder',
  method: 'POST',
  path: '/v1/licenses/{license}/remove-holder',
  summary: 'Remove a holder: its seat is free at once, and it gets no other until it is admitted again.',
  auth: 'operator',
  body: RemoveHolderRequest,
  answers: { 200: LeaseView },
  run: (context) => inTurn(context, removeHolder),
});

export const readmitLeaseHolder = defineCommand({
  name: 'license.readmit-holder',
  method: 'POST',
  path: '/v1/licenses/{license}/readmit-holder',
  summary: 'Admit a removed holder again; it starts as a new one.',
  auth: 'operator',
  body: RemoveHolderRequest,
  answers: { 200: LeaseView },
  run: (context) => inTurn(context, readmitHolder),
});

type Move = (input: SeatInput) => Result<HolderMoved, 'lease-unknown' | 'already-removed' | 'not-removed'>;

async function inTurn(context: Context<Body>, move: Move): Promise<Outcome> {
  const outcome = await turnsOf(context.store).run(context.params.license ?? '', () => moveHolder(context, move));
  return outcome ?? refuse('overloaded', 'Too many requests for this license wait already.', { retryAfterMs: 1_000 });
}

async function moveHolder(context: Context<Body>, move: Move): Promise<Outcome> {
  const license = await findOwnLicense(context.store, context.environment.id, context.params.license ?? '');
  if ('code' in license) return license;
  const holder = await holderNamed(context, license.id);
  const gathered = holder === null ? null : await gather(context, license.id, holder);
  if (gathered === null) return refuse('lease-unknown', 'This license has no such holder.');
  const moved = move(gathered.seatInput);
  if (!moved.ok) return refuse(moved.reason === 'lease-unknown' ? 'lease-unknown' : 'conflict', moved.message, { facts: moved.facts });
  const { lease, happened } = moved.value;
  const writes = [...gathered.writes, ...seatWrites(gathered.situation, moved.value, lease)];
  const told = happened.map((happening) =>
    happening.subject === lease.id ? { ...happening, facts: { ...happening.facts, reason: context.body.reason } } : happening,
  );
  return context.commit({ writes, happened: [...gathered.happened, ...told] }, answer(200, leaseView(lease)));
}

/** The holder that people mean: as leases list it, or the name of a person. */
async function holderNamed({ store, body }: Context<Body>, license: string): Promise<string | null> {
  const named = body.holder.normalize('NFC').trim();
  const byId: Lease | null = await store.get('lease', named);
  if (byId !== null) return byId.license === license ? byId.holder : null;
  const person = await findPerson(store, license, named);
  return person?.id ?? named;
}
