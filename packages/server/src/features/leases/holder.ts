/** Which of a license's holders a request speaks for, as far as the license is known. */
import type { LeaseSituation, Plan } from '@glidepath/core';
import { type Refusal, refuse } from '../../command.ts';
import type { SeatView } from './engine/seat-task.ts';
import type { Asked, Person } from './lease-request.ts';

export interface HolderFound {
  readonly situation: LeaseSituation;
  readonly holder: string;
  readonly person: Person | null;
}

/**
 * The holder that asks: the person under a plan of named seats, else the installation.
 *
 * A lease that began under another kind of seat is found under its old holder, so that a running application loses nothing
 * when a policy changes the kind.
 */
export function holderIn(view: SeatView, asked: Asked): HolderFound | Refusal {
  const isNamed = isNamedSeat(view.plan);
  const person = isNamed ? view.person : null;
  const holder = isNamed ? (person?.id ?? null) : asked.jkt;
  const own = holder === null ? null : view.situationOf(holder);
  if (own !== null && holder !== null && (own.lease !== null || asked.op === 'acquire')) return { situation: own, holder, person };
  const other = isNamed ? asked.jkt : (view.person?.id ?? null);
  const former = other === null || asked.op === 'acquire' ? null : view.situationOf(other);
  if (former !== null && other !== null && former.lease !== null) return { situation: former, holder: other, person: null };
  if (own === null || holder === null) return refuse('person-required', 'This plan has named seats: say in "person" whose seat it is.');
  return { situation: own, holder, person };
}

function isNamedSeat(plan: Plan): boolean {
  return plan.seats?.kind === 'named';
}

/** A node-locked seat has to know its machine from the start; a running holder is never turned away for it. */
export function lacksFingerprint({ plan }: SeatView, { situation }: HolderFound, { op, body }: Asked): Refusal | null {
  const match = plan.seats?.kind === 'node-locked' ? plan.seats.match : null;
  if (match === null || op !== 'acquire' || situation.lease !== null) return null;
  const found = match.of.filter((part) => body.fingerprint?.[part] !== undefined);
  if (found.length >= match.need) return null;
  const detail = `This plan binds a seat to ${match.need} of ${match.of.join(', ')}; the request shows ${found.length} of them.`;
  return refuse('fingerprint-required', detail, { facts: { of: match.of, need: match.need, found } });
}
