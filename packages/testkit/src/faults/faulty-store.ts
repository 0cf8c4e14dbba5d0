/**
 * A store that fails as databases fail: late, not at all, or after the commit was done. Around any store, by seeded chance.
 *
 * All of it but `torn` is allowed to a store, so whatever stands on one must get through it. `torn` is what no store may
 * do: it is there to see that a check of what stands on the store would notice.
 */
import {
  type ChangeSet,
  type CommitResult,
  Fault,
  type GroupedResult,
  invariant,
  type Milliseconds,
  type Random,
  type Scheduler,
  type Store,
  type TurnStore,
  type UsageEvent,
  type UsageOutcome,
} from '@glidepath/core';

/** Chances between 0 and 1, drawn anew for each call; absent: never. */
export interface StoreFaults {
  /** Nothing happens, and it is said so: `store-unavailable`. */
  readonly unavailable?: number;
  /** A commit happens, and its answer is lost: `commit-unknown`. */
  readonly answerLost?: number;
  /** A commit does not happen, and nobody knows: `commit-unknown`. */
  readonly commitLost?: number;
  /** A commit is refused as stale, as if another had come first. */
  readonly conflict?: number;
  /** Only some of the writes happen, and its answer is lost. */
  readonly torn?: number;
  /** How long each call takes, evenly between the two; half of it before it happens. Needs a scheduler. */
  readonly latencyMs?: readonly [atLeast: Milliseconds, atMost: Milliseconds];
}

export interface FaultyWorld {
  readonly random: Random;
  readonly scheduler?: Scheduler;
}

type Happening = keyof StoreFaults;

export interface FaultyStore extends Store {
  /** Changes what may happen from now on; `{}` heals the store. */
  become(faults: StoreFaults): void;
  /** How often each fault has happened. */
  readonly happened: Readonly<Record<Happening, number>>;
}

export function faultyStore(store: Store, world: FaultyWorld, first: StoreFaults = {}): FaultyStore {
  let faults = first;
  const happened: Record<Happening, number> = { unavailable: 0, answerLost: 0, commitLost: 0, conflict: 0, torn: 0, latencyMs: 0 };

  function strikes(fault: Exclude<Happening, 'latencyMs'>): boolean {
    const chance = faults[fault] ?? 0;
    if (chance === 0 || world.random.next() >= chance) return false;
    happened[fault] += 1;
    return true;
  }

  async function slowly<R>(work: () => Promise<R>): Promise<R> {
    const { latencyMs } = faults;
    if (latencyMs === undefined) return await work();
    const { scheduler } = world;
    invariant(scheduler !== undefined, 'latency needs a scheduler');
    happened.latencyMs += 1;
    const [atLeast, atMost] = latencyMs;
    const half = (atLeast + world.random.next() * (atMost - atLeast)) / 2;
    const pass = () => new Promise<void>((passed) => void scheduler.after(half, passed));
    await pass();
    try {
      return await work();
    } finally {
      await pass();
    }
  }

  function reading<R>(read: () => Promise<R>): Promise<R> {
    return slowly(async () => {
      if (strikes('unavailable')) throw unavailable();
      return await read();
    });
  }

  async function commit(change: ChangeSet): Promise<CommitResult> {
    if (strikes('unavailable')) throw unavailable();
    const refusal = strikes('conflict') ? staleFor(change) : null;
    if (refusal !== null) return refusal;
    return await durably(
      async () => await store.commit(change),
      async () => await store.commit(tornFrom(change, world.random)),
    );
  }

  /** What is done durably, and may be done and not known. */
  async function durably<R>(done: () => Promise<R>, torn: () => Promise<unknown>): Promise<R> {
    if (strikes('commitLost')) throw unknown();
    if (strikes('torn')) {
      await torn();
      throw unknown();
    }
    const result = await done();
    if (strikes('answerLost')) throw unknown();
    return result;
  }

  /** A conflict is one change set's own; what is lost is lost for all of them. */
  async function commitAll(changes: readonly ChangeSet[]): Promise<readonly GroupedResult[]> {
    if (strikes('unavailable')) throw unavailable();
    const refusals = changes.map((change) => (strikes('conflict') ? staleFor(change) : null));
    const others = changes.filter((_, at) => refusals[at] === null);
    const torn = async () => await store.commitAll(others.map((change) => tornFrom(change, world.random)));
    const results = [...(await durably(async () => await store.commitAll(others), torn))];
    return refusals.map((refusal) => refusal ?? results.shift() ?? { ok: true });
  }

  async function countUsage(events: readonly UsageEvent[]): Promise<readonly UsageOutcome[]> {
    if (strikes('unavailable')) throw unavailable();
    const some = () => events.slice(0, Math.floor(world.random.next() * events.length));
    return await durably(
      async () => await store.countUsage(events),
      async () => await store.countUsage(some()),
    );
  }

  /** What is lost of a turn is lost with its commits: whoever takes it cannot tell. */
  async function inTurn<R>(license: string, work: (turn: TurnStore) => Promise<R>): Promise<R> {
    if (strikes('unavailable')) throw unavailable();
    const isLost = strikes('commitLost');
    const result = await store.inTurn(license, async (turn) => {
      const done = await work({
        leaseSituations: (asks, at) => turn.leaseSituations(asks, at),
        commit: async (change) => (strikes('conflict') ? staleFor(change) : null) ?? (await turn.commit(change)),
      });
      if (isLost) throw unknown();
      return done;
    });
    if (strikes('answerLost')) throw unknown();
    return result;
  }

  return {
    happened,
    become(next) {
      faults = next;
    },
    get: (table, id) => reading(() => store.get(table, id)),
    find: (table, where, page) => reading(() => store.find(table, where, page)),
    count: (table, where) => reading(() => store.count(table, where)),
    leaseSituations: (asks, at) => reading(() => store.leaseSituations(asks, at)),
    commitAll: (changes) => slowly(() => commitAll(changes)),
    inTurn: (license, work) => slowly(() => inTurn(license, work)),
    countUsage: (events) => slowly(() => countUsage(events)),
    balances: (keys, now) => reading(() => store.balances(keys, now)),
    openReservations: (license, now) => reading(() => store.openReservations(license, now)),
    usageEvents: (license, meter, span, page) => reading(() => store.usageEvents(license, meter, span, page)),
    forgetOld: (before, limit) => reading(() => store.forgetOld(before, limit)),
    licensesWithLapsedHolds: (reapBefore, limit) => reading(() => store.licensesWithLapsedHolds(reapBefore, limit)),
    worstRunways: (environment, limit) => reading(() => store.worstRunways(environment, limit)),
    unsealedAudit: (after, limit) => reading(() => store.unsealedAudit(after, limit)),
    auditEntries: (ids) => reading(() => store.auditEntries(ids)),
    commit: (change) => slowly(() => commit(change)),
    now: () => reading(() => store.now()),
    close: () => store.close(),
  };
}

/** The first write is named, as a real conflict would name one; a change of nothing cannot be stale. */
function staleFor({ writes: [write] }: ChangeSet): CommitResult | null {
  if (write === undefined) return null;
  const id = write.op === 'insert' ? write.row.id : write.id;
  return { ok: false, reason: 'stale', table: write.table, id, constraint: null };
}

/** Some of the writes from the first on, never all, without what tells of them. */
function tornFrom(change: ChangeSet, random: Random): ChangeSet {
  return { writes: change.writes.slice(0, Math.floor(random.next() * change.writes.length)), audit: [], events: [] };
}

function unavailable(): Fault {
  return new Fault('store-unavailable', 'The database cannot be reached.', { retryable: true });
}

function unknown(): Fault {
  return new Fault('commit-unknown', 'The connection to the database was lost during a commit; whether it happened is not known.', {
    retryable: true,
  });
}
