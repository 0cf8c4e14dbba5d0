/**
 * A turn on a license: gathered, decided and committed in one transaction, while no other turn on it runs on any node.
 *
 * The license's seat state is locked first. A node that stops in its turn holds nobody up: the database ends a transaction
 * that waits for its node for 2 s, and one that waits for another's turn as long.
 */
import type { ChangeSet, CommitResult, TurnStore } from '@glidepath/core';
import { type PlannedWrite, planWrites } from '../records/planned-write.ts';
import { isStorableText } from '../records/storable.ts';
import { staleOf, stalePlacesOf } from './commit-at-once.ts';
import { commitStatement } from './commit-statement.ts';
import type { Connections, Session } from './connections.ts';
import { endsConnection, faultFrom } from './faults.ts';
import { selectSituations, situationFrom } from './lease-situation.ts';
import { commitInOrder, isConstraintBroken } from './ordered-commit.ts';

const TURN_MS = 2_000;
const BEGIN = `begin; set local lock_timeout = ${TURN_MS}; set local statement_timeout = ${TURN_MS};
  set local idle_in_transaction_session_timeout = ${TURN_MS}`;

/** Within the transaction of a turn, so that what is refused takes nothing else back. */
const WITHIN = { begin: 'savepoint change', commit: 'release change', rollback: 'rollback to change; release change' };

type Ended<R> = { readonly value: R } | { readonly thrown: unknown };

export async function takeTurn<R>(connections: Connections, license: string, work: (store: TurnStore) => Promise<R>): Promise<R> {
  const ended = await connections.use('read', async (session): Promise<Ended<R>> => {
    await session.tell(BEGIN);
    let value: R;
    try {
      const locked = isStorableText(license) ? license : '';
      await session.run('select from glidepath.seat_state where id = $1 for update', [locked]);
      value = await work(turnStore(session));
    } catch (thrown) {
      return await takenBack(session, thrown);
    }
    await committed(session);
    return { value };
  });
  if ('thrown' in ended) throw ended.thrown;
  return ended.value;
}

/** What the work threw is the caller's own; what the database did is a Fault. */
async function takenBack(session: Session, thrown: unknown): Promise<Ended<never>> {
  await session.tell('rollback');
  return { thrown: thrown instanceof Error && 'severity' in thrown ? faultFrom(thrown, 'read') : thrown };
}

async function committed(session: Session): Promise<void> {
  try {
    await session.tell('commit');
  } catch (error) {
    throw endsConnection(error) ? faultFrom(error, 'commit') : error;
  }
}

function turnStore(session: Session): TurnStore {
  return {
    async leaseSituations(asks, at) {
      if (asks.length === 0) return [];
      const { text, values } = selectSituations(asks, at);
      return (await session.run(text, values)).map(situationFrom);
    },
    commit: async (change: ChangeSet) => await commitWithin(session, planWrites(change)),
  };
}

async function commitWithin(session: Session, writes: readonly PlannedWrite[]): Promise<CommitResult> {
  if (writes.length === 0) return { ok: true };
  const { text, values } = commitStatement(writes);
  await session.tell(WITHIN.begin);
  try {
    await session.run(text, values);
    // References are checked at the end of the transaction, which is too late to tell of it.
    await session.tell(`set constraints all immediate; set constraints all deferred; ${WITHIN.commit}`);
    return { ok: true };
  } catch (error) {
    if (endsConnection(error)) throw error;
    await session.tell(WITHIN.rollback);
    const [place] = stalePlacesOf(error);
    if (place !== undefined) return staleOf(writes[place]);
    if (isConstraintBroken(error)) return await commitInOrder(session, writes, WITHIN);
    throw error;
  }
}
