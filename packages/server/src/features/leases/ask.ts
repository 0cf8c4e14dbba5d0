/**
 * Acquire and renew: the proof is opened before the request joins the others, and the word is signed when it has left them.
 *
 * A word is signed only after the commit that it reports, so that no holder ever has a lease which the store does not
 * know. A "no" is a signed verdict beside its problem document; clients act on the verdict alone.
 */
import { type HolderInput, isLive, type LeaseSituation, type LicenseFacts, type SeatCode, type SeatDecision } from '@glidepath/core';
import type { ErrorCode } from '@glidepath/protocol';
import { answer, type Context, type Outcome, type Refusal, refuse } from '../../command.ts';
import { type Judged, type SeatTask, type SeatView, unmoved } from './engine/seat-task.ts';
import { reconcileGrants } from './grants-used.ts';
import { holderIn, lacksFingerprint } from './holder.ts';
import { keySetHint } from './key-set-hint.ts';
import { type Asked, type LeaseBody, type LeaseOperation, nameIn, readAsked, seatRequest } from './lease-request.ts';
import { signLease, signVerdict } from './lease-words.ts';

export type Judge = (input: HolderInput) => SeatDecision;

/** What was decided about a request, and all that its word says. */
interface Decided {
  readonly facts: LicenseFacts;
  /** As it was asked, and the holder's lease with the seats as they were before. */
  readonly op: LeaseOperation;
  readonly before: Pick<LeaseSituation, 'lease' | 'seats'>;
  readonly decision: SeatDecision;
  readonly holder: string;
  readonly wordId: string;
  readonly service: LeaseSituation['service'];
  readonly now: Context['now'];
}

export async function ask(context: Context<LeaseBody>, op: LeaseOperation, judge: Judge): Promise<Outcome> {
  const asked = await readAsked(context, op);
  if ('kind' in asked) return asked;
  const decided = await context.leases.submit(taskOf(context, asked, judge));
  if (decided === null) return refuse('not-found', 'The license of this key is gone.');
  if ('kind' in decided) return decided;
  takeNote(context, decided);
  return report(context, asked, decided);
}

function taskOf({ actor, environment }: Context, asked: Asked, judge: Judge): SeatTask<Decided | Refusal> {
  return {
    license: asked.license,
    by: { actor: actor.id, environment: environment.id },
    isUrgent: asked.op !== 'acquire',
    holders: [asked.jkt],
    person: nameIn(asked),
    grants: [...new Set(asked.body.grantsUsed ?? [])],
    judge: (view) => judgeAsked(view, asked, judge),
  };
}

function judgeAsked(view: SeatView, asked: Asked, judge: Judge): Judged<Decided | Refusal> {
  const found = holderIn(view, asked);
  if ('kind' in found) return unmoved(found);
  const lacks = lacksFingerprint(view, found, asked);
  if (lacks !== null) return unmoved(lacks);
  const request = seatRequest(view, asked, found.person);
  const { terms, policy, plan, now, mayReap } = view;
  const decision = judge({ situation: found.situation, terms, policy, plan, now, mayReap, request });
  const { grants, happened } = reconcileGrants(view.grants, asked);
  const facts = { ...view.facts, license: decision.license ?? found.situation.license, seats: decision.seats };
  return {
    effects: decision,
    named: found.person?.isNew === true && decision.lease !== null ? found.person : null,
    grants,
    happened: [...decision.happened, ...happened],
    writes: [],
    answer: {
      facts,
      op: asked.op,
      before: found.situation,
      decision,
      holder: found.holder,
      wordId: request.wordId,
      service: found.situation.service,
      now,
    },
  };
}

async function report(context: Context, asked: Asked, { facts, decision, holder, wordId, service, now }: Decided): Promise<Outcome> {
  const { verdict, lease } = decision;
  const signing = { signer: context.signer, now, service, leases: context.leases };
  if (verdict === null && lease !== null) {
    const [word, keySet] = [await signLease(signing, facts, lease, asked), await keySetHint(context)];
    return answer(200, keySet === null ? { word } : { word, keySet });
  }
  if (verdict === null) return refuse('lease-unknown', 'There is no lease to answer with.');
  const isKept = lease !== null && lease.requestId === asked.nonce;
  const about = { holder: lease?.holder ?? holder, wordId: isKept ? lease.wordId : wordId, verdict };
  const word = await signVerdict(signing, facts, about, asked);
  const retry = verdict.retryAfterMs === null ? {} : { retryAfterMs: verdict.retryAfterMs };
  return refuse(CODES[verdict.code], verdict.reason, { word, ...retry });
}

/** A repeated request is no decision. Who holds a lease already asks for no seat, by whichever request. */
function takeNote({ observations }: Context, { facts, op, before, decision, now }: Decided): void {
  if (decision.isReplay) return;
  const held = before.lease !== null && isLive(before.lease) ? before.lease : null;
  observations.seen(facts, {
    asked: op === 'acquire' && held === null ? 'acquire' : 'renew',
    at: now,
    seats: before.seats,
    lastWordAt: held?.renewedAt ?? null,
    isDenied: held === null && decision.verdict !== null,
  });
}

/** Problems and verdicts share their codes; the table makes a new one fail to compile where it has no problem. */
const CODES: Readonly<Record<SeatCode, ErrorCode>> = {
  'no-seat': 'no-seat',
  queued: 'queued',
  'reassign-quota': 'reassign-quota',
  superseded: 'superseded',
  'not-started': 'not-started',
  'license-suspended': 'license-suspended',
  'license-revoked': 'license-revoked',
  'license-quarantined': 'license-quarantined',
  'holder-removed': 'holder-removed',
  'lease-unknown': 'lease-unknown',
  'wrong-installation': 'wrong-installation',
};
