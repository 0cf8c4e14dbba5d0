/** A runway as a record: what it is of, and what core said. Written only when it is to be. */
import type { Instant, Runway, RunwayRecord, Write } from '@glidepath/core';
import type { Happening } from '../../command.ts';

/** Whose runway it is. */
export type RunwayOf = Pick<RunwayRecord, 'id' | 'environment' | 'name' | 'product' | 'vendor' | 'ownerTeam'>;

/** Text that may be part of an index. */
const NAME_MAX = 256;

/** Replaces what was computed before; `before` null: nothing was. */
export function runwayWrite(of: RunwayOf, runway: Runway, before: RunwayRecord | null, now: Instant): Write {
  const { state, endsAt, cause, evidence, items } = runway;
  const fields = { ...of, name: of.name.slice(0, NAME_MAX), ...{ state, endsAt, cause, evidence, items, computedAt: now } };
  if (before === null) return { op: 'insert', table: 'runway', row: { ...fields, revision: 0 } };
  const { id: _id, ...set } = fields;
  return { op: 'update', table: 'runway', id: before.id, revision: before.revision, set };
}

/** An event when what ends, or whether it does, is another; a date that moves by itself, or is known at last, is none. Names of customers stay out. */
export function runwayHappening(of: RunwayOf, runway: Runway, before: RunwayRecord | null): readonly Happening[] {
  if (before === null || (before.state === runway.state && before.cause === runway.cause)) return [];
  const facts = { state: runway.state, cause: runway.cause, endsAt: runway.endsAt, from: before.state };
  return [{ action: 'runway.changed', subject: of.id, facts, only: 'event' }];
}
