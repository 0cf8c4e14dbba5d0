/** Turns what was decided about seats into the writes that make it so; rows that did not change are not written. */
import type { Lease, LeaseSituation, SeatEffects, SeatState, Write } from '@glidepath/core';

export function seatWrites(situation: LeaseSituation, effects: SeatEffects, own: Lease | null): readonly Write[] {
  const before = new Map([...situation.lapsed, ...situation.waiting].map((lease) => [lease.id, lease]));
  const others = [...effects.reaped, ...effects.promoted].flatMap((lease) => updated(before.get(lease.id), lease));
  return [...countsWritten(situation.seats, effects.seats), ...ownWritten(situation.lease, own), ...others];
}

function ownWritten(before: Lease | null, own: Lease | null): readonly Write[] {
  if (own === null) return [];
  return before === null ? [{ op: 'insert', table: 'lease', row: own }] : updated(before, own);
}

function updated(before: Lease | undefined, lease: Lease): readonly Write[] {
  if (before === undefined) return [];
  const set = changedFields(before, lease);
  return Object.keys(set).length === 0 ? [] : [{ op: 'update', table: 'lease', id: lease.id, revision: before.revision, set }];
}

function changedFields(before: Lease, lease: Lease): Partial<Lease> {
  const fields = Object.entries(lease).filter(([field, value]) => before[field as keyof Lease] !== value);
  return Object.fromEntries(fields) as Partial<Lease>;
}

/** The seat state's revision guards every change of a seat: of two that took the last one, the second gathers again. */
function countsWritten(before: SeatState, { granted, overage, overageOpenedAt }: SeatState): readonly Write[] {
  const isSame = before.granted === granted && before.overage === overage && before.overageOpenedAt === overageOpenedAt;
  if (isSame) return [];
  return [{ op: 'update', table: 'seatState', id: before.id, revision: before.revision, set: { granted, overage, overageOpenedAt } }];
}
