/** Reads who asks: the proof of possession, and the holder that this installation is or belongs to. Changes nothing. */
import type { Counter, HolderName, SeatRequest, Store } from '@glidepath/core';
import { openProofApart, WORD_REASONS } from '@glidepath/protocol';
import type { LeaseRequest } from '@glidepath/protocol/http';
import type { Static } from 'typebox';
import { type Context, type Refusal, refuse } from '../../command.ts';

export type LeaseOperation = 'acquire' | 'renew' | 'release';

export type LeaseBody = Static<typeof LeaseRequest>;

/** A request whose proof was verified. */
export interface Asked {
  readonly op: LeaseOperation;
  readonly license: string;
  readonly jkt: string;
  readonly nonce: string;
  readonly epoch: Counter | null;
  /** The newest `seq` that the installation has seen. */
  readonly seq: Counter | null;
  readonly body: LeaseBody;
}

/** The nonce is kept in the lease's row: short, and nothing that a log would stumble over. */
const NONCE_FORM = /^[\x21-\x7e]{8,128}$/;

export async function readAsked(context: Context<LeaseBody>, op: LeaseOperation): Promise<Asked | Refusal> {
  const { actor, body, world } = context;
  if (actor.kind !== 'license-key') return refuse('unauthenticated', 'Send the license key as "Authorization: Bearer glk_…".');
  const proof = await openProofApart(body.proof, { crypto: world.crypto, op, keyHash: actor.keyHash });
  if (!proof.ok) return refuse('proof-invalid', WORD_REASONS[proof.reason], { facts: { reason: proof.reason } });
  const { nonce, epoch, seq } = proof.value.claims;
  if (!NONCE_FORM.test(nonce)) return refuse('proof-invalid', 'The nonce of a proof has 8 to 128 visible ASCII characters.');
  if (op === 'renew' && epoch === undefined) return refuse('proof-invalid', 'The proof of a renewal names the epoch of its lease.');
  return { op, license: actor.license, jkt: proof.value.jkt, nonce, epoch: epoch ?? null, seq: seq ?? null, body };
}

export interface Person {
  /** Pseudonym. */
  readonly id: string;
  readonly name: string;
  /** Nobody of this name has held a seat of the license yet. */
  readonly isNew: boolean;
}

/** The person whom a request names; null: it names nobody. */
export function nameIn({ body }: Pick<Asked, 'body'>): string | null {
  const name = body.person?.normalize('NFC').trim() ?? '';
  return name === '' ? null : name;
}

export async function findPerson(store: Store, license: string, name: string): Promise<HolderName | null> {
  const [found] = await store.find('holderName', { license, name }, { limit: 1 });
  return found ?? null;
}

export function seatRequest(context: Pick<Context, 'newId'>, asked: Asked, person: Person | null): SeatRequest {
  const { body, nonce, jkt, epoch, seq } = asked;
  return {
    requestId: nonce,
    jkt,
    person: person?.id ?? null,
    group: body.group ?? null,
    fingerprint: body.fingerprint ?? null,
    client: body.client ?? null,
    epoch,
    seq,
    leaseId: context.newId('lea'),
    wordId: context.newId('wrd'),
  };
}
