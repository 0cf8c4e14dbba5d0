/**
 * The store as a port: reads by noun, and one commit per command that holds its records, audit entries and events.
 *
 * A command gathers with reads, decides in core, and commits a change set. The change set is data, so that a decorator
 * can delay, tear or refuse it, and so that many commands can be one commit later. A commit is all or nothing, durable
 * when it resolves, and refuses (`stale`, `duplicate`) when what was gathered has changed: the command gathers again.
 */

import type { Aggregate } from '../policy/policy.ts';
import type { PolicyRollout } from '../rollout/rollout.ts';
import type { Instant } from '../time.ts';
import type {
  AgentState,
  Channel,
  Delivery,
  HeldLicense,
  LicenseWatch,
  Notice,
  OwnerConfirmation,
  Probe,
  ProbeReading,
  RunwayRecord,
  UsageSample,
} from './held-records.ts';
import type {
  Approval,
  EnvironmentSetting,
  LogBatch,
  LogTile,
  ObservationState,
  ObservedChunk,
  PolicyBreaker,
  RolloutCount,
  RolloutDifference,
  StatusWindow,
} from './policy-records.ts';
import type {
  ApiToken,
  AuditEntry,
  Customer,
  Environment,
  GrantRecord,
  HolderName,
  IdempotencyRecord,
  KeySetRecord,
  Lease,
  License,
  LicenseKey,
  LicenseTerms,
  MeterRecord,
  OnlineKey,
  OutboxEvent,
  PolicyPointer,
  PolicyVersion,
  Principal,
  Product,
  RoleGrant,
  RootRecord,
  SeatState,
  ServiceState,
  SignInCode,
  StoreIdentity,
  Team,
  TeamMember,
  UsageEvent,
  UsageReservation,
} from './records.ts';

export interface Tables {
  environment: Environment;
  customer: Customer;
  product: Product;
  principal: Principal;
  team: Team;
  teamMember: TeamMember;
  roleGrant: RoleGrant;
  apiToken: ApiToken;
  signInCode: SignInCode;
  policyVersion: PolicyVersion;
  policyPointer: PolicyPointer;
  license: License;
  licenseTerms: LicenseTerms;
  licenseKey: LicenseKey;
  seatState: SeatState;
  lease: Lease;
  holderName: HolderName;
  meterRecord: MeterRecord;
  usageReservation: UsageReservation;
  serviceState: ServiceState;
  onlineKey: OnlineKey;
  keySet: KeySetRecord;
  root: RootRecord;
  grant: GrantRecord;
  audit: AuditEntry;
  outbox: OutboxEvent;
  idempotency: IdempotencyRecord;
  storeIdentity: StoreIdentity;
  logBatch: LogBatch;
  logTile: LogTile;
  heldLicense: HeldLicense;
  licenseWatch: LicenseWatch;
  probe: Probe;
  probeReading: ProbeReading;
  agentState: AgentState;
  usageSample: UsageSample;
  runway: RunwayRecord;
  notice: Notice;
  channel: Channel;
  delivery: Delivery;
  ownerConfirmation: OwnerConfirmation;
  policyRollout: PolicyRollout;
  rolloutCount: RolloutCount;
  rolloutDifference: RolloutDifference;
  observedChunk: ObservedChunk;
  observationState: ObservationState;
  policyBreaker: PolicyBreaker;
  environmentSetting: EnvironmentSetting;
  approval: Approval;
  statusWindow: StatusWindow;
}
export type TableName = keyof Tables;

/** Equality on any of a record's plain (string, number, null) fields. */
export type Where<T extends TableName> = { readonly [F in keyof Tables[T]]?: Tables[T][F] & (string | number | null) };

export interface Page {
  /** Records with an id greater than this one (ids ascend in time). */
  readonly after?: string;
  readonly limit: number;
  /** Default ascending by id. */
  readonly newestFirst?: boolean;
}

export type Write = {
  [T in TableName]:
    | { readonly op: 'insert'; readonly table: T; readonly row: Tables[T] }
    /** Sets fields where the record still has `revision`; its revision is raised by one. */
    | { readonly op: 'update'; readonly table: T; readonly id: string; readonly revision: number; readonly set: Partial<Tables[T]> }
    | { readonly op: 'delete'; readonly table: T; readonly id: string };
}[TableName];

export interface ChangeSet {
  readonly writes: readonly Write[];
  readonly audit: readonly AuditEntry[];
  readonly events: readonly OutboxEvent[];
}

export type CommitResult =
  | { readonly ok: true }
  /** `stale`: a record has another revision or is gone; `duplicate`: a unique constraint; `missing`: a reference to nothing. */
  | {
      readonly ok: false;
      readonly reason: 'stale' | 'duplicate' | 'missing';
      readonly table: TableName;
      readonly id: string;
      readonly constraint: string | null;
    };

/** A license and the holders that a batch of requests speaks for. */
export interface SituationAsk {
  readonly license: string;
  readonly holders: readonly string[];
}

/** A version on its way, as the environment's pointer says. */
export interface PolicyCandidate {
  readonly rollout: string;
  readonly digest: string;
  /** In force for the licenses whose place lies below it; 0 in shadow. */
  readonly shareBasisPoints: number;
}

/** What the acquires, renews and releases of one license need to know, read at one instant of the store. */
export interface LicenseSituation {
  readonly license: License;
  /** All rows of terms, oldest first. */
  readonly terms: readonly LicenseTerms[];
  readonly seats: SeatState;
  /** Leases of the holders that were asked for, in whatever state; a holder without one is not in it. */
  readonly leases: readonly Lease[];
  /** Leases in state `granted` or `overage` whose hold ended at or before `reapBefore`, oldest hold first, at most 200. */
  readonly lapsed: readonly Lease[];
  /**
   * Who is next for a freed seat, in order: overage holders by acquiredAt, then queued ones, then when-full holders, these
   * two by waitingSince; of several alike by id; at most 200.
   */
  readonly waiting: readonly Lease[];
  /** How many reaped leases there are whose `promisedUntil` lies after the instant of the question. */
  readonly silent: number;
  /** Digest that the license is pinned to, or that its environment's pointer names; null when the pointer is gone. */
  readonly policy: string | null;
  /** What a rollout brings to the licenses that follow as this one does; null: nothing, or the license is pinned. */
  readonly candidate: PolicyCandidate | null;
  /** Whether any event of its use is kept: where none is, every balance is nothing, without asking for one. */
  readonly isMetered: boolean;
  /** Snapshots of windows that contain the instant of the question. */
  readonly meters: readonly MeterRecord[];
  /** Null before any node has served. */
  readonly service: ServiceState | null;
  /** Of the store (`storeIdentity`): prefixes every epoch and `seq` that is given from here. */
  readonly incarnation: number;
}

/** The same as one request sees it. */
export interface LeaseSituation extends Omit<LicenseSituation, 'leases'> {
  /** This holder's lease on the license, in whatever state. */
  readonly lease: Lease | null;
  /** More of them wait than `waiting` lists: a seat that is free is theirs. Absent: as the length of the list says. */
  readonly othersWait?: boolean;
}

/** Of a group of change sets, how one fared: `failed` is a poisoned one, which the store could not even judge. */
export type GroupedResult = CommitResult | { readonly ok: false; readonly reason: 'failed'; readonly error: Error };

/** Which balance is meant: all of it comes from the policy in force and the window that was asked about. */
export interface BalanceKey {
  readonly license: string;
  readonly meter: string;
  readonly aggregate: Aggregate;
  readonly windowStart: Instant;
  readonly windowEnd: Instant;
}

/** `duplicate`: an event of this source and id was accepted before; it counts once. */
export type UsageOutcome = 'counted' | 'duplicate';

export interface UnsealedAudit {
  readonly entries: readonly AuditEntry[];
  /** For the batch that holds these. */
  readonly cursor: string;
  /** When the oldest entry happened that is in no batch, also of those that still wait; null: there is none. */
  readonly waitingSince: Instant | null;
}

/** What a turn may do; its commit is durable when the turn has ended. */
export type TurnStore = Pick<Store, 'leaseSituations' | 'commit'>;

export interface Store {
  get<T extends TableName>(table: T, id: string): Promise<Tables[T] | null>;
  /** Records that match, by id. */
  find<T extends TableName>(table: T, where: Where<T>, page: Page): Promise<readonly Tables[T][]>;
  count<T extends TableName>(table: T, where: Where<T>): Promise<number>;
  /** In the order of the asks, each as of one instant; null: no such license. Asks for one license twice are two answers. */
  leaseSituations(
    asks: readonly SituationAsk[],
    at: { readonly now: Instant; readonly reapBefore: Instant },
  ): Promise<readonly (LicenseSituation | null)[]>;
  /** Licenses with a `granted` or `overage` lease whose hold ended at or before the instant, for the reaper; at most `limit`. */
  licensesWithLapsedHolds(reapBefore: Instant, limit: number): Promise<readonly string[]>;
  /**
   * Runways of an environment and of Glidepath itself, worst first: latent and then dated ones by `endsAt` (null last), then
   * unknown, then open ones; of several alike by id. At most `limit`.
   */
  worstRunways(environment: string, limit: number): Promise<readonly RunwayRecord[]>;
  commit(change: ChangeSet): Promise<CommitResult>;
  /**
   * Many change sets in one durable commit, results in their order. Each is all or nothing by itself: one that is refused,
   * or poisoned, keeps none of the others from being committed. Throws a Fault when nothing is known of any.
   */
  commitAll(changes: readonly ChangeSet[]): Promise<readonly GroupedResult[]>;
  /**
   * Gathers, decides and commits while no other turn on this license runs on any node: for a license whose seats others
   * keep changing. Commits of others outside of a turn may still come between; then the commit is stale. Nobody waits for
   * long: what is not done within 2 s is taken back, as a Fault.
   */
  inTurn<R>(license: string, work: (store: TurnStore) => Promise<R>): Promise<R>;
  /**
   * Accepts events of use and counts each once, in one durable commit, outcomes in their order; an event twice in the same
   * call counts once too. Every snapshot whose window contains an event takes part in the same commit. Events of a license
   * that does not exist fail the call (`missing` is checked by whoever asks).
   */
  countUsage(events: readonly UsageEvent[]): Promise<readonly UsageOutcome[]>;
  /**
   * Balances in the order of the keys, each the fold of all accepted events in its window: from the snapshot where there is
   * one, else from the events, and then the snapshot is kept.
   */
  balances(keys: readonly BalanceKey[], now: Instant): Promise<readonly MeterRecord[]>;
  /** Open reservations: not released, `expiresAt` after `now`, and not spent by their event. At most 10,000, by id. */
  openReservations(license: string, now: Instant): Promise<readonly UsageReservation[]>;
  /** Accepted events of a license's meter in [from, to), by (at, source, eventId), after a place in that order. */
  usageEvents(
    license: string,
    meter: string,
    span: { readonly from: Instant; readonly to: Instant },
    page: { readonly after?: Pick<UsageEvent, 'at' | 'source' | 'eventId'>; readonly limit: number },
  ): Promise<readonly UsageEvent[]>;
  /**
   * Deletes what nobody can ask for any more, at most `limit` records of each kind: events before `events` that lie before the
   * license's current term, reservations that expired before it, snapshots whose window ended before `snapshots`, leases that
   * ended (reaped, released) and whose promises did before `leases`. How many went; 0 when all is done.
   */
  forgetOld(
    before: { readonly events: Instant; readonly snapshots: Instant; readonly leases: Instant; readonly now: Instant },
    limit: number,
  ): Promise<number>;
  /**
   * Audit entries that no batch of the log holds, each exactly once over all calls that go on where the last batch ended
   * (`after`: its `cursor`; null: there is no batch), at most `limit`. An entry whose commit could still be overtaken by one
   * that began before it waits. Of a cursor that another database has given, every entry is looked for again.
   */
  unsealedAudit(after: string | null, limit: number): Promise<UnsealedAudit>;
  /** Audit entries by id, in the order asked for; null: there is none. */
  auditEntries(ids: readonly string[]): Promise<readonly (AuditEntry | null)[]>;
  /** The store's own wall time, to anchor a node's clock to. */
  now(): Promise<Instant>;
  close(): Promise<void>;
}
