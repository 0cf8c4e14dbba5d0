/** Turns what was decided about seats into the writes that make it so; rows that did not change are not written. */
import type { Lease, SeatChanges, SeatState, Write } from '@glidepath/core';

/** `isGuarded`: the counts are written even where they stay, so that what stands on them is refused when they have moved. */
export function seatWrites(changes: SeatChanges, counts: SeatState, { isGuarded }: { readonly isGuarded: boolean }): readonly Write[] {
  const inserted = changes.inserted.map((row): Write => ({ op: 'insert', table: 'lease', row }));
  const updated = changes.updated.flatMap(({ before, after }) => leaseWrites(before, after));
  return [...countsWritten(changes, counts, isGuarded), ...inserted, ...updated];
}

function leaseWrites(before: Lease, after: Lease): readonly Write[] {
  const set = changedFields(before, after);
  return Object.keys(set).length === 0 ? [] : [{ op: 'update', table: 'lease', id: before.id, revision: before.revision, set }];
}

/** The seat state's revision guards every change of a seat: of two that took the last one, the second gathers again. */
function countsWritten({ seats }: SeatChanges, counts: SeatState, isGuarded: boolean): readonly Write[] {
  const { id, revision } = counts;
  if (seats !== null) return [{ op: 'update', table: 'seatState', id, revision, set: changedFields(seats.before, seats.after) }];
  return isGuarded ? [{ op: 'update', table: 'seatState', id, revision, set: {} }] : [];
}

/** The fields in which a row differs, its revision left out: that is the store's. */
export function changedFields<Row extends object>(before: Row, after: Row): Partial<Row> {
  const fields = Object.entries(after).filter(([field, value]) => field !== 'revision' && before[field as keyof Row] !== value);
  return Object.fromEntries(fields) as Partial<Row>;
}
