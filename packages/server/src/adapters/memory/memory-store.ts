/**
 * The store in memory: for drills, tests and trials, never for production, as nothing outlives the process.
 *
 * It keeps the same contract as PostgreSQL, with the same order of refusals. A commit runs to its end within one call, so
 * commits are serial; what refuses it is undone from a journal. Fast enough for drills of a hundred thousand events.
 */
import {
  type AuditEntry,
  type BalanceKey,
  type ChangeSet,
  type Clock,
  type CommitResult,
  Fault,
  type GroupedResult,
  type Instant,
  invariant,
  type Lease,
  type License,
  type LicenseSituation,
  type LicenseTerms,
  type LogBatch,
  type MeterRecord,
  type Page,
  type PolicyPointer,
  type RunwayRecord,
  type SeatState,
  type ServiceState,
  type SituationAsk,
  type Store,
  type StoreIdentity,
  type TableName,
  type Tables,
  type TurnStore,
  type UnsealedAudit,
  type UsageEvent,
  type UsageOutcome,
  type UsageReservation,
  type Where,
} from '@glidepath/core';
import { compareIds } from '../records/order.ts';
import { type PlannedWrite, planWrites } from '../records/planned-write.ts';
import { checkLimit, filterOf, LISTED_MAX } from '../records/query.ts';
import { isStorableText } from '../records/storable.ts';
import { TABLE_NAMES, tableOf } from '../records/tables.ts';
import { RESERVATION_SOURCE, RESERVATIONS_MAX, storedEvents, storedKeys, type UsagePlace } from '../records/usage.ts';
import { LeaseIndex } from './lease-index.ts';
import { MemoryTable, type Row } from './memory-table.ts';
import { MemoryUsage } from './memory-usage.ts';
import { brokenReference } from './references.ts';
import { RunwayIndex } from './runway-index.ts';
import { Turns } from './turns.ts';
import { UnsealedEntries } from './unsealed-entries.ts';

/** Everything in a store at one instant: plain data, in the order of ids. */
export type StoreSnapshot = { readonly [T in TableName]?: readonly Tables[T][] } & { readonly usageEvent?: readonly UsageEvent[] };

interface Undo {
  readonly table: TableName;
  readonly before: Row | null;
  readonly after: Row | null;
}

export class MemoryStore implements Store {
  readonly #clock: Clock;
  readonly #tables: ReadonlyMap<TableName, MemoryTable>;
  readonly #leases = new LeaseIndex();
  readonly #runways = new RunwayIndex();
  readonly #usage: MemoryUsage;
  readonly #turns = new Turns();
  readonly #unsealed = new UnsealedEntries();
  #isClosed = false;

  /** With a snapshot: as it was then, as after the restore of a backup. */
  constructor(clock: Clock, snapshot: StoreSnapshot = {}) {
    this.#clock = clock;
    this.#tables = new Map(TABLE_NAMES.map((name) => [name, new MemoryTable(tableOf(name))]));
    this.#usage = new MemoryUsage(this.#table('meterRecord'), (before, after) => {
      this.#swap('meterRecord', before as Row | null, after as Row | null);
    });
    for (const event of snapshot.usageEvent ?? []) this.#usage.events.add(event);
    for (const name of TABLE_NAMES) for (const row of snapshot[name] ?? []) this.#swap(name, null, row as unknown as Row);
  }

  snapshot(): StoreSnapshot {
    const records = Object.fromEntries(TABLE_NAMES.map((name) => [name, [...this.#table(name).rows()]]));
    return { ...records, usageEvent: [...this.#usage.events.all()] };
  }

  async get<T extends TableName>(table: T, id: string): Promise<Tables[T] | null> {
    this.#refuseWhenClosed();
    return this.#table(table).get(id) as Tables[T] | null;
  }

  async find<T extends TableName>(table: T, where: Where<T>, page: Page): Promise<readonly Tables[T][]> {
    this.#refuseWhenClosed();
    const filter = filterOf(table, where);
    const limit = checkLimit(page.limit);
    if (filter === null || (page.after !== undefined && !isStorableText(page.after)) || limit === 0) return [];
    const found: Tables[T][] = [];
    for (const row of this.#table(table).matching(filter, page.after, page.newestFirst === true)) {
      found.push(row as unknown as Tables[T]);
      if (found.length === limit) break;
    }
    return found;
  }

  async count<T extends TableName>(table: T, where: Where<T>): Promise<number> {
    this.#refuseWhenClosed();
    const filter = filterOf(table, where);
    return filter === null ? 0 : this.#table(table).count(filter);
  }

  async leaseSituations(
    asks: readonly SituationAsk[],
    at: { readonly now: Instant; readonly reapBefore: Instant },
  ): Promise<readonly (LicenseSituation | null)[]> {
    this.#refuseWhenClosed();
    return asks.map((ask) => this.#situationOf(ask, at));
  }

  async licensesWithLapsedHolds(reapBefore: Instant, limit: number): Promise<readonly string[]> {
    this.#refuseWhenClosed();
    return this.#leases.licensesWithLapsed(reapBefore).slice(0, checkLimit(limit));
  }

  async worstRunways(environment: string, limit: number): Promise<readonly RunwayRecord[]> {
    this.#refuseWhenClosed();
    return this.#runways.worst(environment, checkLimit(limit));
  }

  async unsealedAudit(_after: string | null, limit: number): Promise<UnsealedAudit> {
    this.#refuseWhenClosed();
    return this.#unsealed.first(checkLimit(limit));
  }

  async auditEntries(ids: readonly string[]): Promise<readonly (AuditEntry | null)[]> {
    this.#refuseWhenClosed();
    return ids.map((id) => this.#table('audit').get(id) as AuditEntry | null);
  }

  async commit(change: ChangeSet): Promise<CommitResult> {
    this.#refuseWhenClosed();
    return this.#commit(change);
  }

  async commitAll(changes: readonly ChangeSet[]): Promise<readonly GroupedResult[]> {
    this.#refuseWhenClosed();
    const results: GroupedResult[] = [];
    for (const change of changes) results.push(this.#commitOrFail(change));
    return results;
  }

  async inTurn<R>(license: string, work: (store: TurnStore) => Promise<R>): Promise<R> {
    this.#refuseWhenClosed();
    return await this.#turns.take(license, async () => {
      const journal: Undo[] = [];
      try {
        return await work({
          leaseSituations: (asks, at) => this.leaseSituations(asks, at),
          commit: async (change) => this.#commit(change, journal),
        });
      } catch (error) {
        this.#undo(journal);
        throw error;
      }
    });
  }

  async countUsage(events: readonly UsageEvent[]): Promise<readonly UsageOutcome[]> {
    this.#refuseWhenClosed();
    const kept = storedEvents(events);
    for (const { license } of kept) invariant(this.#table('license').get(license) !== null, 'usage of a license that does not exist');
    return this.#usage.count(kept);
  }

  async balances(keys: readonly BalanceKey[], now: Instant): Promise<readonly MeterRecord[]> {
    this.#refuseWhenClosed();
    return storedKeys(keys).map((key) => this.#usage.balance(key, now));
  }

  async openReservations(license: string, now: Instant): Promise<readonly UsageReservation[]> {
    this.#refuseWhenClosed();
    const all = [...this.#table('usageReservation').matching([['license', license]])] as unknown as UsageReservation[];
    const isSpent = ({ id }: UsageReservation) => this.#usage.events.has({ license, source: RESERVATION_SOURCE, eventId: id });
    return all.filter((one) => one.releasedAt === null && one.expiresAt > now && !isSpent(one)).slice(0, RESERVATIONS_MAX);
  }

  async usageEvents(
    license: string,
    meter: string,
    { from, to }: { readonly from: Instant; readonly to: Instant },
    { after, limit }: { readonly after?: UsagePlace; readonly limit: number },
  ): Promise<readonly UsageEvent[]> {
    this.#refuseWhenClosed();
    return firstOf(this.#usage.events.within(license, meter, from, to, after), checkLimit(limit));
  }

  async forgetOld(
    before: { readonly events: Instant; readonly snapshots: Instant; readonly leases: Instant; readonly now: Instant },
    limit: number,
  ): Promise<number> {
    this.#refuseWhenClosed();
    const most = checkLimit(limit);
    const oldEvents = firstOf(this.#usage.events.all(), most, ({ license, at }) => at < this.#keptSince(license, before));
    for (const event of oldEvents) this.#usage.events.remove(event);
    const isEnded = ({ state, promisedUntil }: Lease) => (state === 'reaped' || state === 'released') && promisedUntil < before.leases;
    return (
      oldEvents.length +
      this.#forget('usageReservation', ({ expiresAt }) => expiresAt < before.events, most) +
      this.#forget('meterRecord', ({ windowEnd }) => windowEnd < before.snapshots, most) +
      this.#forget('lease', isEnded, most)
    );
  }

  async now(): Promise<Instant> {
    this.#refuseWhenClosed();
    return this.#clock.now();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
  }

  #commit(change: ChangeSet, done: Undo[] = []): CommitResult {
    const writes = planWrites(change);
    const journal: Undo[] = [];
    const refusal = this.#carryOut(writes, journal) ?? brokenReference(writes, (name) => this.#table(name));
    if (refusal === null) done.push(...journal);
    else this.#undo(journal);
    return refusal ?? { ok: true };
  }

  #undo(journal: readonly Undo[]): void {
    for (const { table, before, after } of [...journal].reverse()) this.#swap(table, after, before);
  }

  #forget<T extends TableName>(name: T, isOld: (record: Tables[T]) => boolean, limit: number): number {
    const old = firstOf(this.#table(name).rows() as unknown as Iterable<Tables[T]>, limit, isOld);
    for (const record of old) this.#swap(name, record as unknown as Row, null);
    return old.length;
  }

  /** Events of the current term are kept, however old. */
  #keptSince(license: string, before: { readonly events: Instant; readonly now: Instant }): Instant {
    const terms = [...this.#table('licenseTerms').matching([['license', license]])] as unknown as LicenseTerms[];
    const inForce = terms.sort(byEffect).findLast(({ effectiveFrom }) => effectiveFrom <= before.now);
    return inForce === undefined || inForce.startsAt > before.events ? before.events : inForce.startsAt;
  }

  #commitOrFail(change: ChangeSet): GroupedResult {
    try {
      return this.#commit(change);
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      return { ok: false, reason: 'failed', error };
    }
  }

  #situationOf({ license, holders }: SituationAsk, at: { readonly now: Instant; readonly reapBefore: Instant }): LicenseSituation | null {
    const found = this.#table('license').get(license) as License | null;
    if (found === null) return null;
    const seats = this.#table('seatState').get(license) as SeatState | null;
    invariant(seats !== null, `license ${license} has no seat state`);
    const terms = [...this.#table('licenseTerms').matching([['license', license]])] as unknown as LicenseTerms[];
    const leases = [...new Set(holders)].map((holder) => this.#table('lease').lookUp(['license', 'holder'], [license, holder]));
    const meters = [...this.#table('meterRecord').matching([['license', license]])] as unknown as MeterRecord[];
    return {
      license: found,
      terms: terms.sort(byEffect),
      seats,
      leases: (leases.filter((lease) => lease !== null) as unknown as Lease[]).sort((a, b) => compareIds(a.id, b.id)),
      lapsed: this.#leases.lapsed(license, at.reapBefore, LISTED_MAX),
      waiting: this.#leases.waiting(license, LISTED_MAX),
      isMetered: this.#usage.events.isMetered(license),
      silent: this.#leases.silent(license, at.now),
      ...this.#policyOf(found),
      meters: meters.filter(({ windowStart, windowEnd }) => windowStart <= at.now && at.now < windowEnd),
      service: this.#table('serviceState').get('service') as ServiceState | null,
      incarnation: (this.#table('storeIdentity').get('store') as StoreIdentity | null)?.incarnation ?? 0,
    };
  }

  #carryOut(writes: readonly PlannedWrite[], journal: Undo[]): CommitResult | null {
    for (const write of writes) {
      const table = this.#table(write.table);
      const before = write.op === 'insert' ? null : table.get(write.id);
      if (write.op !== 'insert' && !isAsGathered(write, before)) return refusalOf(write, 'stale', null);
      const after = rowAfter(write, before);
      const constraint = after === null ? null : table.conflict(after, before);
      if (constraint !== null) return refusalOf(write, 'duplicate', constraint);
      this.#swap(write.table, before, after);
      journal.push({ table: write.table, before, after });
    }
    return null;
  }

  #policyOf(license: License): Pick<LicenseSituation, 'policy' | 'candidate'> {
    if (license.policyMode === 'pin') return { policy: license.pinnedDigest, candidate: null };
    const found = this.#table('policyPointer').lookUp(['environment', 'name'], [license.environment, license.policyName]);
    const pointer = found as PolicyPointer | null;
    if (pointer === null) return { policy: null, candidate: null };
    const { digest, candidate, rollout, shareBasisPoints } = pointer;
    return { policy: digest, candidate: candidate === null ? null : { rollout: rollout ?? '', digest: candidate, shareBasisPoints } };
  }

  #swap(name: TableName, before: Row | null, after: Row | null): void {
    this.#table(name).swap(before, after);
    if (name === 'lease') this.#leases.swap(before as Lease | null, after as Lease | null);
    if (name === 'audit') this.#unsealed.swapEntry(before as AuditEntry | null, after as AuditEntry | null);
    if (name === 'logBatch') this.#unsealed.swapBatch(before as LogBatch | null, after as LogBatch | null);
    if (name === 'runway') this.#runways.swap(before as RunwayRecord | null, after as RunwayRecord | null);
  }

  #table(name: TableName): MemoryTable {
    const table = this.#tables.get(name);
    invariant(table !== undefined, `no table ${String(name)}`);
    return table;
  }

  #refuseWhenClosed(): void {
    if (this.#isClosed) throw new Fault('store-closed', 'The store is closed.', { retryable: false });
  }
}

function firstOf<V>(all: Iterable<V>, limit: number, isWanted: (value: V) => boolean = () => true): readonly V[] {
  const found: V[] = [];
  for (const value of all) {
    if (found.length >= limit) break;
    if (isWanted(value)) found.push(value);
  }
  return found;
}

function byEffect(a: LicenseTerms, b: LicenseTerms): number {
  return a.effectiveFrom - b.effectiveFrom || compareIds(a.id, b.id);
}

function isAsGathered(write: PlannedWrite, before: Row | null): boolean {
  return before !== null && (write.op === 'delete' || before.revision === write.revision);
}

function rowAfter(write: PlannedWrite, before: Row | null): Row | null {
  if (write.op === 'delete') return null;
  if (write.op === 'insert') return write.values;
  return Object.freeze({ ...before, ...write.values, revision: write.revision + 1 });
}

function refusalOf(write: PlannedWrite, reason: 'stale' | 'duplicate', constraint: string | null): CommitResult {
  return { ok: false, reason, table: write.table, id: write.id, constraint };
}
