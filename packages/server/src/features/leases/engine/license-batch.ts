/**
 * The tasks of one license, judged in turn on what was gathered once, and what they change written as one change set.
 *
 * Each task sees what those before it have done. One whose judging throws has done nothing and is answered with what it
 * threw. A row is written once, guarded by the revision that it was gathered with; the counts of seats guard every grant.
 */
import {
  type AuditEntry,
  after,
  type ChangeSet,
  type GrantRecord,
  type Instant,
  type OutboxEvent,
  openTurn,
  REAP_MARGIN_MS,
  type SeatChanges,
  type SeatsTurn,
  type Write,
} from '@glidepath/core';
import type { Happening } from '../../../command.ts';
import { changeSetOf, type Signature } from '../../../commit.ts';
import type { Person } from '../lease-request.ts';
import type { Gathered } from '../license-facts.ts';
import { changedFields, seatWrites } from '../seat-writes.ts';
import type { Judged, SeatTask, SeatView } from './seat-task.ts';

/** What all tasks of a license stand on. */
export interface BatchGround {
  readonly gathered: Gathered;
  readonly persons: ReadonlyMap<string, Person>;
  readonly grants: ReadonlyMap<string, GrantRecord>;
  readonly now: Instant;
  readonly mayReap: boolean;
  readonly newId: Signature['newId'];
}

export interface JudgedBatch {
  /** In the order of the tasks: the answer, or the Error that judging it threw. */
  readonly outcomes: readonly (Outcome | Error)[];
  /** Null: nothing changed. */
  readonly change: ChangeSet | null;
  /** For the bus, once it is committed. */
  readonly told: readonly { readonly happening: Happening; readonly environment: string | null }[];
}
/** An answer in a box of its own: it may be an Error itself. */
export interface Outcome {
  readonly answer: unknown;
}

interface Running {
  readonly turn: SeatsTurn;
  readonly grants: Map<string, GrantRecord>;
  readonly named: Map<string, Person>;
  readonly writes: Write[];
  readonly audit: AuditEntry[];
  readonly events: OutboxEvent[];
  readonly told: JudgedBatch['told'][number][];
}

export function judgeBatch(ground: BatchGround, tasks: readonly SeatTask<unknown>[]): JudgedBatch {
  const { gathered, now, newId } = ground;
  const turn = openTurn(gathered.situation, { now, reapBefore: after(now, -REAP_MARGIN_MS) });
  const running: Running = {
    ...{ turn, grants: new Map(ground.grants), named: new Map() },
    ...{ writes: [], audit: [], events: [], told: [] },
  };
  tell(running, gathered.happened, { actor: 'system', environment: gathered.situation.license.environment, now, newId });
  const outcomes = tasks.map((task) => judgeOne(ground, running, task));
  return { outcomes, change: changeOf(ground, running), told: running.told };
}

function judgeOne(ground: BatchGround, running: Running, task: SeatTask<unknown>): Outcome | Error {
  try {
    const judged = task.judge(viewFor(ground, running, task));
    take(ground, running, task, judged);
    return { answer: judged.answer };
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

function viewFor(ground: BatchGround, { turn, grants }: Running, task: SeatTask<unknown>): SeatView {
  const { facts } = ground.gathered;
  return {
    ...{ facts, terms: facts.terms, policy: facts.policy, plan: facts.plan, now: ground.now, mayReap: ground.mayReap },
    person: task.person === null ? null : (ground.persons.get(task.person) ?? null),
    grants: task.grants.flatMap((id) => grants.get(id) ?? []),
    situationOf: (holder) => turn.situationOf(holder),
    newId: ground.newId,
  };
}

function take({ now, newId, gathered }: BatchGround, running: Running, task: SeatTask<unknown>, judged: Judged<unknown>): void {
  const { effects, named, grants, happened, writes } = judged;
  if (effects !== null) running.turn.accept(effects);
  if (named !== null) running.named.set(named.id, named);
  for (const grant of grants) running.grants.set(grant.id, grant);
  running.writes.push(...writes);
  const environment = task.by.environment ?? gathered.situation.license.environment;
  tell(running, happened, { actor: task.by.actor, environment, now, newId });
}

function tell(running: Running, happened: readonly Happening[], by: Signature): void {
  if (happened.length === 0) return;
  const { audit, events } = changeSetOf({ writes: [], happened }, by);
  running.audit.push(...audit);
  running.events.push(...events);
  running.told.push(...happened.map((happening) => ({ happening, environment: by.environment })));
}

function changeOf(ground: BatchGround, running: Running): ChangeSet | null {
  const { license, seats } = ground.gathered.situation;
  const changes = running.turn.changes();
  const names = [...running.named.values()].map(({ id, name }): Write => {
    return { op: 'insert', table: 'holderName', row: { id, license: license.id, name, createdAt: ground.now, revision: 0 } };
  });
  // Two nodes that meet one person at once must not both give a pseudonym, and no seat may be given by a policy that another
  // node has left: both count as a change of seats.
  const rows = seatWrites(changes, seats, { isGuarded: names.length > 0 || ground.gathered.writes.length > 0 });
  const writes = [...licenseWrites(ground.gathered, changes), ...names, ...rows, ...grantWrites(ground, running), ...running.writes];
  return writes.length === 0 ? null : { writes, audit: running.audit, events: running.events };
}

/** The license's own row is written once, whether a policy was followed, a quarantine begun, or both. */
function licenseWrites({ situation, writes }: Gathered, { license: moved }: SeatChanges): readonly Write[] {
  if (moved === null) return writes;
  const own = writes.find((write) => write.op === 'update' && write.table === 'license');
  const followed = own?.op === 'update' && own.table === 'license' ? own.set : {};
  const set = { ...followed, ...changedFields(moved.before, moved.after) };
  const { id, revision } = situation.license;
  return [{ op: 'update', table: 'license', id, revision, set }, ...writes.filter((write) => write !== own)];
}

function grantWrites({ grants: before }: BatchGround, { grants }: Running): readonly Write[] {
  return [...grants.values()]
    .filter((grant) => before.get(grant.id) !== grant)
    .map(({ id, revision, usedBy }) => ({ op: 'update', table: 'grant', id, revision, set: { usedBy } }));
}
