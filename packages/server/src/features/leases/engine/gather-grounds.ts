/**
 * Reads what a batch of tasks stands on: every license's situation in one statement, then the little that only some need
 * (pseudonyms, grants, balances that lack). A license that cannot be made sense of spoils no other's tasks.
 */
import type { GrantRecord, Instant, LicenseSituation, Store, TurnStore } from '@glidepath/core';
import type { Signature } from '../../../commit.ts';
import { findPerson, type Person } from '../lease-request.ts';
import { gatherAround, type Gathering as LicenseGathering, situationsAt } from '../license-facts.ts';
import type { BatchGround } from './license-batch.ts';
import type { SeatTask } from './seat-task.ts';

export interface LicenseTasks {
  readonly license: string;
  readonly tasks: readonly SeatTask<unknown>[];
}

export interface Gathering extends LicenseGathering {
  /** Where situations are read: the store itself, or a turn on one license. */
  readonly turn: Pick<TurnStore, 'leaseSituations'>;
  readonly now: Instant;
  readonly mayReap: boolean;
  readonly newId: Signature['newId'];
}

/** `again`: something changed while it was read. `gone`: no such license. An Error: it cannot be judged. */
export type Ground = BatchGround | 'again' | 'gone' | Error;

export async function gatherGrounds(gathering: Gathering, groups: readonly LicenseTasks[]): Promise<readonly Ground[]> {
  const persons = await Promise.all(groups.map((group) => personsOf(gathering, group)));
  const asks = groups.map(({ license, tasks }, at) => ({ license, holders: holdersOf(tasks, persons[at]) }));
  const situations = await situationsAt(gathering.turn, asks, gathering.now);
  return Promise.all(groups.map((group, at) => groundOf(gathering, group, persons[at] ?? new Map(), situations[at] ?? null)));
}

function holdersOf(tasks: readonly SeatTask<unknown>[], persons: ReadonlyMap<string, Person> = new Map()): readonly string[] {
  return [...new Set([...tasks.flatMap(({ holders }) => holders), ...[...persons.values()].map(({ id }) => id)])];
}

/** The people whom tasks name, under the pseudonyms that stand for their names everywhere else; a new one gets a fresh one. */
async function personsOf({ store, newId }: Gathering, { license, tasks }: LicenseTasks): Promise<ReadonlyMap<string, Person>> {
  const names = [...new Set(tasks.flatMap(({ person }) => person ?? []))];
  const known = await Promise.all(names.map((name) => findPerson(store, license, name)));
  return new Map(
    names.map((name, at) => {
      const id = known[at]?.id;
      return [name, id === undefined ? { id: newId('hol'), name, isNew: true } : { id, name, isNew: false }];
    }),
  );
}

async function groundOf(
  gathering: Gathering,
  { license, tasks }: LicenseTasks,
  persons: ReadonlyMap<string, Person>,
  situation: LicenseSituation | null,
): Promise<Ground> {
  if (situation === null) return 'gone';
  if (!(await areStillNew(gathering.store, license, persons))) return 'again';
  try {
    const [gathered, grants] = await Promise.all([gatherAround(gathering, situation), grantsOf(gathering.store, license, tasks)]);
    const { now, mayReap, newId } = gathering;
    return { gathered, persons, grants, now, mayReap, newId };
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

/**
 * Whether nobody else has given one of them a pseudonym meanwhile. Asked after the license was read: a later one changes
 * the seats, and the commit that stands on this reading is refused.
 */
async function areStillNew(store: Store, license: string, persons: ReadonlyMap<string, Person>): Promise<boolean> {
  const fresh = [...persons.values()].filter(({ isNew }) => isNew);
  const found = await Promise.all(fresh.map(({ name }) => findPerson(store, license, name)));
  return found.every((row) => row === null);
}

async function grantsOf(store: Store, license: string, tasks: readonly SeatTask<unknown>[]): Promise<ReadonlyMap<string, GrantRecord>> {
  const ids = [...new Set(tasks.flatMap(({ grants }) => grants))];
  const found = await Promise.all(ids.map((id) => store.get('grant', id)));
  return new Map(found.flatMap((grant) => (grant === null || grant.license !== license ? [] : [[grant.id, grant] as const])));
}
