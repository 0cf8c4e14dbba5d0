/**
 * The four beats of acquire and renew: gather, decide (core), commit, report.
 *
 * A word is signed only after the commit that it reports, so that no holder ever has a lease which the store does not
 * know. A "no" is a signed verdict beside its problem document; clients act on the verdict alone.
 */
import type { HolderInput, SeatCode, SeatDecision, Write } from '@glidepath/core';
import type { ErrorCode } from '@glidepath/protocol';
import { answer, type Conflict, type Context, type Outcome, refuse } from '../../command.ts';
import { reconcileGrants } from './grants-used.ts';
import { gatherHolder, type HolderGathered, isStillNew, lacksFingerprint } from './holder.ts';
import { keySetHint } from './key-set-hint.ts';
import { type Asked, type LeaseBody, type LeaseOperation, readAsked, seatRequest } from './lease-request.ts';
import { signLease, signVerdict } from './lease-words.ts';
import { turnsOf } from './license-turns.ts';
import { seatWrites } from './seat-writes.ts';

/** How often a license is gathered again within one turn, before the command layer counts a conflict. */
const GATHERED_MAX = 3;

export type Judge = (input: HolderInput) => SeatDecision;

export async function ask(context: Context<LeaseBody>, op: LeaseOperation, judge: Judge): Promise<Outcome> {
  const asked = readAsked(context, op);
  if ('kind' in asked) return asked;
  // A renewal touches its own row only, as a rule: it need not wait for others, unless it met a conflict.
  if (op === 'renew') {
    const outcome = await askOnce(context, asked, judge);
    if (outcome.kind !== 'conflict') return outcome;
  }
  const outcome = await turnsOf(context.store).run(asked.license, () => askInTurn(context, asked, judge));
  return outcome ?? refuse('overloaded', 'Too many requests for this license wait already.', { retryAfterMs: 1_000 });
}

async function askInTurn(context: Context, asked: Asked, judge: Judge): Promise<Outcome> {
  let conflict: Conflict | null = null;
  for (let count = 0; count < GATHERED_MAX; count++) {
    const outcome = await askOnce(context, asked, judge);
    if (outcome.kind !== 'conflict') return outcome;
    conflict = outcome;
  }
  return conflict ?? refuse('busy-record', 'Others kept changing the seats of this license.');
}

async function askOnce(context: Context, asked: Asked, judge: Judge): Promise<Outcome> {
  const found = await gatherHolder(context, asked);
  if ('kind' in found) return found;
  const lacks = lacksFingerprint(found.gathered, asked);
  if (lacks !== null) return lacks;
  const request = seatRequest(context, asked, found.person);
  const decision = judge({ ...found.gathered.seatInput, request });
  const { writes, conflict } = await writesOf(context, asked, found, decision);
  if (conflict !== null) return conflict;
  const grants = await reconcileGrants(context, asked);
  if (writes.length + grants.writes.length > 0) {
    const happened = [...found.gathered.happened, ...decision.happened, ...grants.happened];
    const done = await context.commit({ writes: [...writes, ...grants.writes], happened }, answer(200, { word: '' }));
    if (done.kind === 'conflict') return done;
  }
  return report(context, asked, found, decision, request.wordId);
}

async function writesOf(
  context: Context,
  asked: Asked,
  { gathered, person }: HolderGathered,
  decision: SeatDecision,
): Promise<{ readonly writes: readonly Write[]; readonly conflict: Conflict | null }> {
  const { situation } = gathered;
  const seats = seatWrites(situation, decision, decision.lease);
  const writes = [...gathered.writes, ...seats];
  if (person === null || !person.isNew || decision.lease === null) return { writes, conflict: null };
  if (!(await isStillNew(context, asked, person))) {
    return {
      writes: [],
      conflict: { kind: 'conflict', result: { ok: false, reason: 'duplicate', table: 'holderName', id: person.id, constraint: null } },
    };
  }
  const row = { id: person.id, license: asked.license, name: person.name, createdAt: context.now, revision: 0 };
  const { id, revision, granted } = situation.seats;
  const isGuarded = seats.some(({ table }) => table === 'seatState');
  const guard: readonly Write[] = isGuarded ? [] : [{ op: 'update', table: 'seatState', id, revision, set: { granted } }];
  return { writes: [{ op: 'insert', table: 'holderName', row }, ...writes, ...guard], conflict: null };
}

async function report(context: Context, asked: Asked, found: HolderGathered, decision: SeatDecision, wordId: string): Promise<Outcome> {
  const facts = { ...found.gathered.facts, seats: decision.seats };
  const { verdict, lease } = decision;
  if (verdict === null && lease !== null) {
    const [word, keySet] = [await signLease(context, facts, lease, asked), await keySetHint(context)];
    return answer(200, keySet === null ? { word } : { word, keySet });
  }
  if (verdict === null) return refuse('lease-unknown', 'There is no lease to answer with.');
  const isKept = lease !== null && lease.requestId === asked.nonce;
  const about = { holder: lease?.holder ?? found.holder, wordId: isKept ? lease.wordId : wordId, verdict };
  const word = await signVerdict(context, facts, about, asked);
  const retry = verdict.retryAfterMs === null ? {} : { retryAfterMs: verdict.retryAfterMs };
  return refuse(CODES[verdict.code], verdict.reason, { word, ...retry });
}

/** Problems and verdicts share their codes; the table makes a new one fail to compile where it has no problem. */
const CODES: Readonly<Record<SeatCode, ErrorCode>> = {
  'no-seat': 'no-seat',
  superseded: 'superseded',
  'not-started': 'not-started',
  'license-suspended': 'license-suspended',
  'license-revoked': 'license-revoked',
  'holder-removed': 'holder-removed',
  'lease-unknown': 'lease-unknown',
  'wrong-installation': 'wrong-installation',
};
