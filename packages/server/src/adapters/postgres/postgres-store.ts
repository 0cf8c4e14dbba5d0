/**
 * The store on PostgreSQL, for one node or many.
 *
 * Why READ COMMITTED is enough: a commit is judged by what was gathered before, and every record it was judged by and
 * changes is guarded by its revision. Under READ COMMITTED an update that waits for another's lock looks at the row
 * again when it gets it, finds the other revision, and is stale. So of two commits on one revision one wins, at any
 * isolation. What a commit only read and did not guard may change in between, at any isolation short of SERIALIZABLE,
 * which would refuse more commits and tell less of why: a command that depends on it guards it by an update of no field.
 * Uniqueness and references are constraints, which hold at every isolation.
 */
import {
  Bug,
  type ChangeSet,
  type CommitResult,
  Fault,
  type GroupedResult,
  type Instant,
  instant,
  invariant,
  type LeaseSituation,
  type LicenseSituation,
  type Page,
  type RunwayRecord,
  type SituationAsk,
  type Store,
  type TableName,
  type Tables,
  type Where,
} from '@glidepath/core';
import { type PlannedWrite, planWrites } from '../records/planned-write.ts';
import { checkLimit, filterOf } from '../records/query.ts';
import { onlySituation } from '../records/situation.ts';
import { isStorableText } from '../records/storable.ts';
import { recordFrom } from './columns.ts';
import { commitStatement } from './commit-statement.ts';
import { type ConnectionOptions, Connections, type Session, type SqlRow } from './connections.ts';
import { isOfTheData, isRolledBackByChance, isServerError } from './faults.ts';
import { commitGroup, type Together } from './grouped-commit.ts';
import { SELECT_LICENSES_WITH_LAPSED_HOLDS, selectSituations, situationFrom } from './lease-situation.ts';
import { commitInOrder, isConstraintBroken } from './ordered-commit.ts';
import { type Statement, selectById, selectCount, selectPage } from './statements.ts';
import { SELECT_WORST_RUNWAYS } from './worst-runways.ts';

/** How often a commit that was taken back by a deadlock is tried before its caller hears of it. */
const ATTEMPTS_MAX = 4;

export class PostgresStore implements Store {
  readonly #connections: Connections;

  constructor(options: ConnectionOptions) {
    this.#connections = new Connections(options);
  }

  async get<T extends TableName>(table: T, id: string): Promise<Tables[T] | null> {
    if (!isStorableText(id)) return null;
    const [row] = await this.#select(selectById(table, id));
    return row === undefined ? null : recordFrom(table, row);
  }

  async find<T extends TableName>(table: T, where: Where<T>, page: Page): Promise<readonly Tables[T][]> {
    const filter = filterOf(table, where);
    const limit = checkLimit(page.limit);
    if (filter === null || (page.after !== undefined && !isStorableText(page.after))) return [];
    const rows = await this.#select(selectPage(table, filter, { ...page, limit, newestFirst: page.newestFirst === true }));
    return rows.map((row) => recordFrom(table, row));
  }

  async count<T extends TableName>(table: T, where: Where<T>): Promise<number> {
    const filter = filterOf(table, where);
    if (filter === null) return 0;
    const [row] = await this.#select(selectCount(table, filter));
    return row?.[0] as number;
  }

  async leaseSituation(license: string, holder: string, reapBefore: Instant): Promise<LeaseSituation | null> {
    return onlySituation(await this.leaseSituations([{ license, holders: [holder] }], { now: reapBefore, reapBefore }));
  }

  async leaseSituations(
    asks: readonly SituationAsk[],
    at: { readonly now: Instant; readonly reapBefore: Instant },
  ): Promise<readonly (LicenseSituation | null)[]> {
    if (asks.length === 0) return [];
    return (await this.#select(selectSituations(asks, at))).map(situationFrom);
  }

  async licensesWithLapsedHolds(reapBefore: Instant, limit: number): Promise<readonly string[]> {
    const rows = await this.#select({ text: SELECT_LICENSES_WITH_LAPSED_HOLDS, values: [reapBefore, checkLimit(limit)] });
    return rows.map(([license]) => license as string);
  }

  async worstRunways(environment: string, limit: number): Promise<readonly RunwayRecord[]> {
    const values = [isStorableText(environment) ? environment : null, checkLimit(limit)];
    const rows = await this.#select({ text: SELECT_WORST_RUNWAYS, values });
    return rows.map((row) => recordFrom('runway', row));
  }

  async commit(change: ChangeSet): Promise<CommitResult> {
    const writes = planWrites(change);
    if (writes.length === 0) return await this.#connections.use('read', async () => ({ ok: true }));
    return await this.#trying(async (session) => await commitAtOnce(session, writes));
  }

  async commitAll(changes: readonly ChangeSet[]): Promise<readonly GroupedResult[]> {
    return await commitGroup(changes, {
      together: async (writes) => await this.#trying(async (session) => await commitTogether(session, writes)),
      alone: async (writes) => await this.#trying(async (session) => await commitAtOnce(session, writes)),
    });
  }

  async inTurn(): Promise<never> {
    throw new Bug('not built yet');
  }

  async countUsage(): Promise<never> {
    throw new Bug('not built yet');
  }

  async balances(): Promise<never> {
    throw new Bug('not built yet');
  }

  async openReservations(): Promise<never> {
    throw new Bug('not built yet');
  }

  async usageEvents(): Promise<never> {
    throw new Bug('not built yet');
  }

  async forgetOld(): Promise<never> {
    throw new Bug('not built yet');
  }

  async now(): Promise<Instant> {
    const [row] = await this.#select({ text: 'select floor(extract(epoch from clock_timestamp()) * 1000)::bigint', values: [] });
    return instant(row?.[0] as number);
  }

  async close(): Promise<void> {
    await this.#connections.close();
  }

  /** Again when a deadlock took it back. */
  async #trying<R>(work: (session: Session) => Promise<R>): Promise<R> {
    for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt++) {
      const result = await this.#connections.use('commit', async (session) => await unlessByChance(async () => await work(session)));
      if (result !== null) return result;
    }
    throw new Fault('store-busy', 'Other commits stood in the way again and again; nothing was written.', { retryable: true });
  }

  async #select({ text, values }: Statement): Promise<readonly SqlRow[]> {
    return await this.#connections.read(text, values);
  }
}

/** Null: a deadlock took it back, and it may be tried again. */
async function unlessByChance<R>(work: () => Promise<R>): Promise<R | null> {
  try {
    return await work();
  } catch (error) {
    if (isRolledBackByChance(error)) return null;
    throw error;
  }
}

async function commitAtOnce(session: Session, writes: readonly PlannedWrite[]): Promise<CommitResult> {
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

async function commitTogether(session: Session, writes: readonly PlannedWrite[]): Promise<Together> {
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
function stalePlacesOf(error: unknown): readonly number[] {
  if (!isServerError(error) || error.code !== 'GP001') return [];
  return (error.detail ?? '').split(',').map(Number);
}

function staleOf(write: PlannedWrite | undefined): CommitResult {
  invariant(write !== undefined, 'a stale write has a place');
  return { ok: false, reason: 'stale', table: write.table, id: write.id, constraint: null };
}
