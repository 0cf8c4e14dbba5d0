/**
 * Makes a command's change whole: its writes, what the audit log and the outbox say of it, and the kept answer, in one
 * change set; afterwards a hint on the bus. So no command can change something unseen, or tell of what did not happen.
 */
import { type AuditEntry, type ChangeSet, type CommitResult, type Instant, invariant, type OutboxEvent, type Write } from '@glidepath/core';
import type { IdPrefix } from '@glidepath/protocol';
import type { Change, Happening } from './command.ts';
import type { Hint, World } from './world.ts';

export interface Signature {
  readonly actor: string;
  readonly environment: string | null;
  readonly now: Instant;
  newId(prefix: IdPrefix): string;
}

/** Where changes are written, and told once they are. */
export interface Outlet {
  readonly store: Pick<World['store'], 'commit'>;
  readonly bus: Pick<World['bus'], 'publish'>;
}

/** `more` are writes that belong to the request and not to the command. */
export async function commitChange(outlet: Outlet, change: Change, by: Signature, more: readonly Write[] = []): Promise<CommitResult> {
  invariant(change.writes.length > 0, 'a change writes something');
  const set = changeSetOf(change, by, more);
  const result = await outlet.store.commit(set);
  if (!result.ok) return result;
  for (const hint of hintsOf(change, set, by.environment)) outlet.bus.publish(hint);
  return result;
}

/** With the id of the event that tells the same, where there is one. */
function hintsOf({ happened }: Change, { events }: ChangeSet, environment: string | null): readonly Hint[] {
  const left = [...events];
  return happened.map(({ action, subject, only }) => {
    const id = only === 'audit' ? undefined : left.shift()?.id;
    return { type: action, environment, subject, ...(id === undefined ? {} : { id }) };
  });
}

/** A change with what the audit log and the outbox say of it, each signed by whose it is. */
export function changeSetOf(change: Change, by: Signature, more: readonly Write[] = []): ChangeSet {
  return {
    writes: [...change.writes, ...more],
    audit: change.happened.filter(({ only }) => only !== 'event').map((happening) => auditEntry(happening, by)),
    events: change.happened.filter(({ only }) => only !== 'audit').map((happening) => outboxEvent(happening, by)),
  };
}

function auditEntry({ action, subject, facts }: Happening, by: Signature): AuditEntry {
  return { id: by.newId('aud'), environment: by.environment, at: by.now, actor: by.actor, action, subject, facts };
}

function outboxEvent({ action, subject, facts }: Happening, by: Signature): OutboxEvent {
  return { id: by.newId('evt'), environment: by.environment, at: by.now, type: action, subject, data: facts, sentAt: null, revision: 0 };
}
