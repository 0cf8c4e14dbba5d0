/**
 * Many change sets as one durable commit, each of them all or nothing by itself.
 *
 * What each of them comes to is what it would come to if they were committed one after the other. They go together as one
 * statement while that cannot make a difference: updates of fields that nobody else is judged by, and inserts that nobody
 * refers to, no record twice. When the statement is taken back, what was stale is set aside with its answer and the rest
 * goes again; when it cannot be said which one is to blame, each half goes by itself, until one is alone.
 */
import { type ChangeSet, type CommitResult, Fault, type GroupedResult } from '@glidepath/core';
import { inOrder, type PlannedWrite, planWrites } from '../records/planned-write.ts';
import { TABLE_NAMES, tableOf } from '../records/tables.ts';

/** How a group fared that was written as one: `unsettled` says that nothing was written, and not why. */
export type Together = 'done' | 'unsettled' | { readonly stalePlaces: readonly number[] };

/** What carries writes out; errors of the connection are thrown. */
export interface Committing {
  together(writes: readonly PlannedWrite[]): Promise<Together>;
  alone(writes: readonly PlannedWrite[]): Promise<CommitResult>;
}

interface Planned {
  readonly place: number;
  readonly writes: readonly PlannedWrite[];
}

/** How often what is stale is set aside before each goes alone: more than one other node stands in the way then. */
const ROUNDS_MAX = 4;

export async function commitGroup(changes: readonly ChangeSet[], committing: Committing): Promise<readonly GroupedResult[]> {
  const results: GroupedResult[] = [];
  const planned = changes.flatMap((change, place) => plannedOrFailed(change, place, results));
  try {
    for (const group of groupsOf(planned)) await settle(group, ROUNDS_MAX, committing, results);
  } catch (error) {
    const isAnySettled = planned.some(({ place }) => results[place] !== undefined);
    if (!isAnySettled || !(error instanceof Error)) throw error;
    for (const { place } of planned) results[place] ??= { ok: false, reason: 'failed', error };
  }
  return results;
}

function plannedOrFailed(change: ChangeSet, place: number, results: GroupedResult[]): readonly Planned[] {
  try {
    return [{ place, writes: planWrites(change) }];
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    results[place] = { ok: false, reason: 'failed', error };
    return [];
  }
}

async function settle(group: readonly Planned[], rounds: number, committing: Committing, results: GroupedResult[]): Promise<void> {
  const [first] = group;
  if (first === undefined) return;
  if (group.length === 1) {
    results[first.place] = await aloneOrFailed(first, committing);
    return;
  }
  const writes = inOrder(group.flatMap((planned) => planned.writes));
  const outcome = writes.length === 0 ? 'done' : rounds === 0 ? 'unsettled' : await committing.together(writes);
  if (outcome === 'done') {
    for (const { place } of group) results[place] = { ok: true };
  } else if (outcome === 'unsettled') {
    const middle = group.length >>> 1;
    await settle(group.slice(0, middle), rounds, committing, results);
    await settle(group.slice(middle), rounds, committing, results);
  } else {
    setAside(group, new Set(outcome.stalePlaces.map((at) => writes[at])), results);
    const rest = group.filter(({ place }) => results[place] === undefined);
    await settle(rest, rounds - 1, committing, results);
  }
}

/** The first stale write of a change set is the one that it is refused for, as if it had come alone. */
function setAside(group: readonly Planned[], stale: ReadonlySet<PlannedWrite | undefined>, results: GroupedResult[]): void {
  for (const { place, writes } of group) {
    const write = writes.find((candidate) => stale.has(candidate));
    if (write !== undefined) results[place] = { ok: false, reason: 'stale', table: write.table, id: write.id, constraint: null };
  }
}

async function aloneOrFailed({ writes }: Planned, committing: Committing): Promise<GroupedResult> {
  if (writes.length === 0) return { ok: true };
  try {
    return await committing.alone(writes);
  } catch (error) {
    if (error instanceof Fault || !(error instanceof Error)) throw error;
    return { ok: false, reason: 'failed', error };
  }
}

/** Runs of change sets, in their order, that may be one statement each. */
function groupsOf(planned: readonly Planned[]): readonly (readonly Planned[])[] {
  const groups: Planned[][] = [];
  let open: Planned[] | null = null;
  let touched = new Set<string>();
  for (const one of planned) {
    const isMergeable = one.writes.every(isUnnoticed);
    const keys = one.writes.map(({ table, id }) => `${table}/${id}`);
    if (open === null || !isMergeable || keys.some((key) => touched.has(key))) {
      open = [one];
      groups.push(open);
      touched = new Set();
    } else open.push(one);
    for (const key of keys) touched.add(key);
    if (!isMergeable) open = null;
  }
  return groups;
}

/** Whether what others are refused for stays the same, but for a value that two of them want to be the only one to have. */
function isUnnoticed({ op, table, values }: PlannedWrite): boolean {
  if (op === 'insert') return !REFERRED.has(table);
  return op === 'update' && !Object.keys(values).some((field) => JUDGED_BY.get(table)?.has(field));
}

const REFERRED = new Set(TABLE_NAMES.flatMap((name) => tableOf(name).references.map(({ table }) => table)));

/** Fields by which another record may be a duplicate. */
const JUDGED_BY = new Map(TABLE_NAMES.map((name) => [name, new Set(tableOf(name).unique.flatMap(({ fields }) => fields))]));
