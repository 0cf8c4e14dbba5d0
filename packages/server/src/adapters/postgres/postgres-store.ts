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
  type AuditEntry,
  type BalanceKey,
  type ChangeSet,
  type CommitResult,
  Fault,
  type GroupedResult,
  type Instant,
  instant,
  type LicenseSituation,
  type MeterRecord,
  type Page,
  type RunwayRecord,
  type SituationAsk,
  type Store,
  type TableName,
  type Tables,
  type TurnStore,
  type UnsealedAudit,
  type UsageEvent,
  type UsageOutcome,
  type UsageReservation,
  type Where,
} from '@glidepath/core';
import { planWrites } from '../records/planned-write.ts';
import { checkLimit, filterOf } from '../records/query.ts';
import { isStorableText } from '../records/storable.ts';
import { balanceFrom, type Fold, storedEvents, storedKeys, type UsagePlace } from '../records/usage.ts';
import { recordFrom } from './columns.ts';
import { commitAtOnce, commitTogether } from './commit-at-once.ts';
import { type ConnectionOptions, Connections, type Session, type SqlValue } from './connections.ts';
import { isRolledBackByChance } from './faults.ts';
import { commitGroup } from './grouped-commit.ts';
import { SELECT_LICENSES_WITH_LAPSED_HOLDS, selectSituations, situationFrom } from './lease-situation.ts';
import { type Statement, selectById, selectCount, selectPage } from './statements.ts';
import { takeTurn } from './turn.ts';
import { readAuditEntries, readUnsealed } from './unsealed-audit.ts';
import {
  balanceRow,
  countStatement,
  eventFrom,
  FORGET,
  foldFrom,
  keepBalances,
  SELECT_OPEN_RESERVATIONS,
  selectBalances,
  selectEvents,
} from './usage-statements.ts';
import { SELECT_WORST_RUNWAYS } from './worst-runways.ts';

/** How often a commit that was taken back by a deadlock is tried before its caller hears of it. */
const ATTEMPTS_MAX = 4;

const NOTHING_USED: Fold = { used: 0, asOf: null, lastAt: null, lastKey: null };

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

  async inTurn<R>(license: string, work: (store: TurnStore) => Promise<R>): Promise<R> {
    return await takeTurn(this.#connections, license, work);
  }

  async countUsage(events: readonly UsageEvent[]): Promise<readonly UsageOutcome[]> {
    const kept = storedEvents(events);
    const { text, values } = countStatement(kept);
    const [row] = await this.#trying(async (session) => await session.run(text, values));
    const counted = new Set(row?.[0] as readonly number[]);
    return kept.map((_, at) => (counted.has(at + 1) ? 'counted' : 'duplicate'));
  }

  async balances(keys: readonly BalanceKey[], now: Instant): Promise<readonly MeterRecord[]> {
    const asked = storedKeys(keys);
    if (asked.length === 0) return [];
    const held = (await this.#select(selectBalances(asked))).map(balanceRow);
    const unkept = asked.filter((_, at) => held[at]?.isToFold);
    const folds = unkept.length === 0 ? [] : await this.#foldAndKeep(unkept);
    const folded = new Map(unkept.map((key, at) => [key, folds[at]]));
    return asked.map((key, at) => held[at]?.record ?? balanceFrom(key, folded.get(key) ?? NOTHING_USED, now));
  }

  async openReservations(license: string, now: Instant): Promise<readonly UsageReservation[]> {
    if (!isStorableText(license)) return [];
    const rows = await this.#select({ text: SELECT_OPEN_RESERVATIONS, values: [license, now] });
    return rows.map((row) => recordFrom('usageReservation', row));
  }

  async usageEvents(
    license: string,
    meter: string,
    span: { readonly from: Instant; readonly to: Instant },
    page: { readonly after?: UsagePlace; readonly limit: number },
  ): Promise<readonly UsageEvent[]> {
    checkLimit(page.limit);
    const { source = '', eventId = '' } = page.after ?? {};
    if (![license, meter, source, eventId].every((text) => isStorableText(text))) return [];
    return (await this.#select(selectEvents(license, meter, span, page))).map(eventFrom);
  }

  async forgetOld(
    before: { readonly events: Instant; readonly snapshots: Instant; readonly leases: Instant; readonly now: Instant },
    limit: number,
  ): Promise<number> {
    const { events, snapshots, leases, now } = before;
    const most = checkLimit(limit);
    const statements: readonly (readonly [string, readonly SqlValue[]])[] = [
      [FORGET.events, [most, events, now]],
      [FORGET.reservations, [most, events]],
      [FORGET.snapshots, [most, snapshots]],
      [FORGET.leases, [most, leases]],
    ];
    let gone = 0;
    for (const [text, values] of statements) {
      const [row] = await this.#trying(async (session) => await session.run(text, values));
      gone += row?.[0] as number;
    }
    return gone;
  }

  async unsealedAudit(after: string | null, limit: number): Promise<UnsealedAudit> {
    return await readUnsealed((text, values) => this.#select({ text, values }), after, checkLimit(limit));
  }

  async auditEntries(ids: readonly string[]): Promise<readonly (AuditEntry | null)[]> {
    return await readAuditEntries((text, values) => this.#select({ text, values }), ids);
  }

  async now(): Promise<Instant> {
    const [row] = await this.#select({ text: 'select floor(extract(epoch from clock_timestamp()) * 1000)::bigint', values: [] });
    return instant(row?.[0] as number);
  }

  async close(): Promise<void> {
    await this.#connections.close();
  }

  async #foldAndKeep(keys: readonly BalanceKey[]): Promise<readonly Fold[]> {
    const { text, values } = keepBalances(keys);
    return (await this.#trying(async (session) => await session.run(text, values))).map(foldFrom);
  }

  /** Again when a deadlock took it back. */
  async #trying<R>(work: (session: Session) => Promise<R>): Promise<R> {
    for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt++) {
      const result = await this.#connections.use('commit', async (session) => await unlessByChance(async () => await work(session)));
      if (result !== null) return result;
    }
    throw new Fault('store-busy', 'Other commits stood in the way again and again; nothing was written.', { retryable: true });
  }

  async #select({ text, values }: Statement): Promise<readonly (readonly unknown[])[]> {
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
