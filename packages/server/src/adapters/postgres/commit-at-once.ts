/** A commit as one statement, and what it means when the database takes it back. */
import { type CommitResult, invariant } from '@glidepath/core';
import type { PlannedWrite } from '../records/planned-write.ts';
import { commitStatement } from './commit-statement.ts';
import type { Session } from './connections.ts';
import { isOfTheData, isServerError } from './faults.ts';
import type { Together } from './grouped-commit.ts';
import { commitInOrder, isConstraintBroken } from './ordered-commit.ts';

/** One change set: when the statement cannot say what refuses it, write by write. */
export async function commitAtOnce(session: Session, writes: readonly PlannedWrite[]): Promise<CommitResult> {
  const { text, values } = commitStatement(writes);
  try {
    await session.run(text, values);
    return { ok: true };
  } catch (error) {
    const [place] = stalePlacesOf(error);
    if (place !== undefined) return staleOf(writes[place]);
    if (isConstraintBroken(error)) return await commitInOrder(session, writes);
    throw error;
  }
}

/** Several change sets as one: nothing is written unless all of it is. */
export async function commitTogether(session: Session, writes: readonly PlannedWrite[]): Promise<Together> {
  const { text, values } = commitStatement(writes);
  try {
    await session.run(text, values);
    return 'done';
  } catch (error) {
    const stalePlaces = stalePlacesOf(error);
    if (stalePlaces.length > 0) return { stalePlaces };
    if (isOfTheData(error)) return 'unsettled';
    throw error;
  }
}

/** `require_all` refused: its detail are the places of the writes that found no row. */
export function stalePlacesOf(error: unknown): readonly number[] {
  if (!isServerError(error) || error.code !== 'GP001') return [];
  return (error.detail ?? '').split(',').map(Number);
}

export function staleOf(write: PlannedWrite | undefined): CommitResult {
  invariant(write !== undefined, 'a stale write has a place');
  return { ok: false, reason: 'stale', table: write.table, id: write.id, constraint: null };
}
