/**
 * Every change of a seat goes through here: acquires, renewals, releases, removals and the reaper, of all callers of this
 * node. What waits while one batch is committed is the next one: read in one statement, judged in turn, written in one
 * durable commit, each caller with its own answer.
 *
 * Nodes do not know of each other. A license whose seats another node has changed meanwhile is stale and judged again; one
 * that stays contended is judged with its turn held in the database. What a word says is signed by whoever asked, after
 * this has answered, so that no signature keeps a commit waiting. A Fault is everybody's: it denies nobody anything.
 */
import { type ChangeSet, Fault, type GroupedResult, type Instant, type TurnStore } from '@glidepath/core';
import { newId } from '@glidepath/protocol';
import { createGroupCommit, type GroupCommit } from '../../../group-commit.ts';
import type { World } from '../../../world.ts';
import type { PolicyShelf } from '../../policies/policy-shelf.ts';
import { type Gathering, gatherGrounds, type LicenseTasks } from './gather-grounds.ts';
import { type BatchGround, type JudgedBatch, judgeBatch, type Outcome } from './license-batch.ts';
import type { SeatTask } from './seat-task.ts';

export interface LeaseEngine {
  /**
   * The task's own answer, once what it changed is durable; null: there is no such license. Rejects with what judging it
   * threw, or with a Fault.
   */
  submit<R>(task: SeatTask<R>): Promise<R | null>;
  /** Tasks that wait for a batch. */
  readonly waiting: number;
  /** More waits than one batch takes: holders are asked to come back later than they would. */
  readonly isPressed: boolean;
}

/** Tasks of one batch: enough that a commit costs each of them little, few enough that none waits long for the others. */
const BATCH_MAX = 512;
/** Batches under way at once, on different licenses. */
const LANES = 3;
/** About what a node answers in two seconds. Who comes later is told at once to come back. */
const WAITING_MAX = 10_000;
/** Judged without holding anything, before a turn is taken: others are seldom in the way twice. */
const FREE_ROUNDS = 2;
/** Judged within turns: only changes from outside of any turn can still come between. */
const TURN_ROUNDS = 4;

type Answered = Outcome | Error;

export function createLeaseEngine(world: World, shelf: PolicyShelf): LeaseEngine {
  const queue: GroupCommit<SeatTask<unknown>, Outcome> = createGroupCommit({
    flush: (tasks) => carryOut(world, shelf, tasks),
    keyOf: ({ license }) => license,
    isUrgent: ({ isUrgent }) => isUrgent,
    ...{ itemsMax: BATCH_MAX, lanes: LANES, waitingMax: WAITING_MAX },
  });
  return {
    async submit<R>(task: SeatTask<R>) {
      const { answer } = await queue.submit(task);
      return answer as R | null;
    },
    get waiting() {
      return queue.waiting;
    },
    get isPressed() {
      return queue.waiting > BATCH_MAX;
    },
  };
}

async function carryOut(world: World, shelf: PolicyShelf, tasks: readonly SeatTask<unknown>[]): Promise<readonly Answered[]> {
  const answers = new Map<SeatTask<unknown>, Answered>();
  let open = byLicense(tasks);
  try {
    for (let round = 0; round < FREE_ROUNDS && open.length > 0; round++) open = await freeRound(world, shelf, open, answers);
  } catch (error) {
    failRest(tasks, error, answers);
    open = [];
  }
  await Promise.all(open.map((group) => inTurns(world, shelf, group, answers)));
  return tasks.map((task) => answers.get(task) ?? new Fault('busy-record', 'Others kept changing the seats of this license', BUSY));
}

/** What an earlier round has committed is answered as it was; of the rest nobody knows. */
function failRest(tasks: readonly SeatTask<unknown>[], error: unknown, answers: Map<SeatTask<unknown>, Answered>): void {
  const cause = error instanceof Error ? error : new Error(String(error));
  for (const task of tasks) if (!answers.has(task)) answers.set(task, cause);
}

const BUSY = { retryable: true } as const;

function byLicense(tasks: readonly SeatTask<unknown>[]): readonly LicenseTasks[] {
  return [...Map.groupBy(tasks, ({ license }) => license)].map(([license, own]) => ({ license, tasks: own }));
}

/** Judges all licenses and commits what they change together; gives back those that have to be judged again. */
async function freeRound(
  world: World,
  shelf: PolicyShelf,
  groups: readonly LicenseTasks[],
  answers: Map<SeatTask<unknown>, Answered>,
): Promise<readonly LicenseTasks[]> {
  const now = world.clock.now();
  const grounds = await gatherGrounds(gathering(world, shelf, world.store, now), groups);
  const judged = groups.map((group, at) => judgedOn(grounds[at] ?? 'again', group, answers));
  const written = judged.flatMap((each) => (each === null || each === 'again' || each.batch.change === null ? [] : [each.batch.change]));
  const results = written.length === 0 ? [] : await world.store.commitAll(written);
  const resultOf = new Map(written.map((change, at) => [change, results[at]]));
  const again: LicenseTasks[] = [];
  for (const [at, each] of judged.entries()) {
    const group = groups[at];
    if (group === undefined || each === null) continue;
    const rest = each === 'again' ? group : await settle(world, shelf, each, resultOf, answers);
    if (rest !== null) again.push(rest);
  }
  return again;
}

interface JudgedGroup {
  readonly group: LicenseTasks;
  readonly batch: JudgedBatch;
}

/** Null: there is no such license, and all of its tasks are answered. */
function judgedOn(
  ground: BatchGround | 'again' | 'gone' | Error,
  group: LicenseTasks,
  answers: Map<SeatTask<unknown>, Answered>,
): JudgedGroup | 'again' | null {
  if (ground === 'again') return 'again';
  if (ground === 'gone' || ground instanceof Error) {
    for (const task of group.tasks) answers.set(task, ground === 'gone' ? { answer: null } : ground);
    return null;
  }
  return { group, batch: judgeBatch(ground, group.tasks) };
}

/** What became of a license's change set: null where its tasks are answered, else what is to be judged again. */
async function settle(
  world: World,
  shelf: PolicyShelf,
  { group, batch }: JudgedGroup,
  results: ReadonlyMap<ChangeSet, GroupedResult | undefined>,
  answers: Map<SeatTask<unknown>, Answered>,
): Promise<LicenseTasks | null> {
  const result = batch.change === null ? ({ ok: true } as const) : results.get(batch.change);
  if (result === undefined) return group;
  if (result.ok) {
    for (const { happening, environment } of batch.told)
      world.bus.publish({ type: happening.action, environment, subject: happening.subject });
    for (const [at, task] of group.tasks.entries()) answers.set(task, batch.outcomes[at] ?? new Error('a task is answered'));
    return null;
  }
  if (result.reason !== 'failed') {
    world.log.debug('seats-stale', { license: group.license, ...result });
    return group;
  }
  await carryOutHalves(world, shelf, group, result.error, answers);
  return null;
}

/** One of a license's tasks cannot be written: found by halves, so that the others are answered and it alone fails. */
async function carryOutHalves(
  world: World,
  shelf: PolicyShelf,
  { tasks }: LicenseTasks,
  error: Error,
  answers: Map<SeatTask<unknown>, Answered>,
): Promise<void> {
  const [only] = tasks;
  if (only === undefined) return;
  if (tasks.length === 1) return void answers.set(only, error);
  const middle = Math.ceil(tasks.length / 2);
  for (const half of [tasks.slice(0, middle), tasks.slice(middle)]) {
    const outcomes = await carryOut(world, shelf, half);
    for (const [at, task] of half.entries()) answers.set(task, outcomes[at] ?? new Error('a task is answered'));
  }
}

/** A license that others keep changing: judged while no other turn on it runs on any node. */
async function inTurns(world: World, shelf: PolicyShelf, group: LicenseTasks, answers: Map<SeatTask<unknown>, Answered>): Promise<void> {
  let open: LicenseTasks | null = group;
  try {
    for (let round = 0; round < TURN_ROUNDS && open !== null; round++) open = await oneTurn(world, shelf, open, answers);
  } catch (error) {
    failRest(group.tasks, error, answers);
  }
}

async function oneTurn(
  world: World,
  shelf: PolicyShelf,
  group: LicenseTasks,
  answers: Map<SeatTask<unknown>, Answered>,
): Promise<LicenseTasks | null> {
  const { judged, result } = await world.store.inTurn(group.license, async (store) => {
    const [ground = 'again'] = await gatherGrounds(gathering(world, shelf, store, world.clock.now()), [group]);
    const own = judgedOn(ground, group, answers);
    const change = own === null || own === 'again' ? null : own.batch.change;
    return { judged: own, result: change === null ? null : await store.commit(change) };
  });
  if (judged === null) return null;
  if (judged === 'again') return group;
  const { change } = judged.batch;
  return settle(world, shelf, judged, new Map(change === null || result === null ? [] : [[change, result]]), answers);
}

function gathering(world: World, shelf: PolicyShelf, turn: Pick<TurnStore, 'leaseSituations'>, now: Instant): Gathering {
  const freshId: Gathering['newId'] = (prefix) => newId(prefix, now, world.entropy);
  return {
    store: world.store,
    turn,
    now,
    policy: (digest) => shelf.take(digest),
    wholePolicy: (digest) => shelf.takeWhole(digest),
    newId: freshId,
    mayReap: !world.vitals.isSkewed(),
  };
}
