/** Which of a license's holders a request speaks for, and what is known of it. */
import type { Plan } from '@glidepath/core';
import { type Context, type Refusal, refuse } from '../../command.ts';
import type { Asked, Person } from './lease-request.ts';
import { findPerson, personOf } from './lease-request.ts';
import { type Gathered, gather } from './license-facts.ts';

export interface HolderGathered {
  readonly gathered: Gathered;
  readonly holder: string;
  readonly person: Person | null;
}

/**
 * Gathers a license with the lease of the holder that asks: the person under a plan of named seats, else the installation.
 *
 * Which of the two it is, the plan says, and the plan comes with the license: the likelier one is tried first, and the
 * license read again where that was wrong. A lease that began under another kind of seat is found under its old holder, so
 * that a running application loses nothing when a policy changes the kind.
 */
export async function gatherHolder(context: Context, asked: Asked): Promise<HolderGathered | Refusal> {
  const person = await personOf(context, asked);
  const likely = person?.id ?? asked.jkt;
  const first = await gather(context, asked.license, likely);
  if (first === null) return refuse('not-found', 'The license of this key is gone.');
  const isNamed = isNamedSeat(first.seatInput.plan);
  const holder = isNamed ? (person?.id ?? null) : asked.jkt;
  const own = holder === likely ? first : holder === null ? null : await gather(context, asked.license, holder);
  if (own !== null && holder !== null && (own.situation.lease !== null || asked.op === 'acquire')) {
    return { gathered: own, holder, person: isNamed ? person : null };
  }
  const other = holder === likely && person !== null ? asked.jkt : likely;
  const former = asked.op === 'acquire' ? null : await gather(context, asked.license, other);
  if (former?.situation.lease != null) return { gathered: former, holder: other, person: null };
  if (own === null || holder === null) return refuse('person-required', 'This plan has named seats: say in "person" whose seat it is.');
  return { gathered: own, holder, person: isNamed ? person : null };
}

function isNamedSeat(plan: Plan): boolean {
  return plan.seats?.kind === 'named';
}

/**
 * Whether somebody else has given the same person a pseudonym meanwhile. Asked after the license was read: a later one
 * changes the seats, and the commit that stands on this reading is refused.
 */
export async function isStillNew(context: Context, asked: Asked, person: Person): Promise<boolean> {
  return (await findPerson(context.store, asked.license, person.name)) === null;
}

/** A node-locked seat has to know its machine from the start; a running holder is never turned away for it. */
export function lacksFingerprint({ seatInput, situation }: Gathered, { op, body }: Asked): Refusal | null {
  const match = seatInput.plan.seats?.kind === 'node-locked' ? seatInput.plan.seats.match : null;
  if (match === null || op !== 'acquire' || situation.lease !== null) return null;
  const found = match.of.filter((part) => body.fingerprint?.[part] !== undefined);
  if (found.length >= match.need) return null;
  const detail = `This plan binds a seat to ${match.need} of ${match.of.join(', ')}; the request shows ${found.length} of them.`;
  return refuse('fingerprint-required', detail, { facts: { of: match.of, need: match.need, found } });
}
