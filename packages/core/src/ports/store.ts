/**
 * The store as a port: reads by noun, and one commit per command that holds its records, audit entries and events.
 *
 * A command gathers with reads, decides in core, and commits a change set. The change set is data, so that a decorator
 * can delay, tear or refuse it, and so that many commands can be one commit later. A commit is all or nothing, durable
 * when it resolves, and refuses (`stale`, `duplicate`) when what was gathered has changed: the command gathers again.
 */
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
  SignInCode,
  StoreIdentity,
  Team,
  TeamMember,
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
  onlineKey: OnlineKey;
  keySet: KeySetRecord;
  root: RootRecord;
  grant: GrantRecord;
  audit: AuditEntry;
  outbox: OutboxEvent;
  idempotency: IdempotencyRecord;
  storeIdentity: StoreIdentity;
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

/** What an acquire, renew or release needs to know, read at one instant of the store. */
export interface LeaseSituation {
  readonly license: License;
  /** All rows of terms, oldest first. */
  readonly terms: readonly LicenseTerms[];
  readonly seats: SeatState;
  /** This holder's lease on the license, in whatever state. */
  readonly lease: Lease | null;
  /** Leases in state `granted` or `overage` whose hold ended at or before `reapBefore`, oldest hold first, at most 200. */
  readonly lapsed: readonly Lease[];
  /** Who is next for a freed seat, in order: overage holders by acquiredAt, then when-full holders by waitingSince; at most 200. */
  readonly waiting: readonly Lease[];
  /** Digest that the license uses now: pinned, or its environment's pointer; null when the pointer is gone. */
  readonly policy: string | null;
  readonly meters: readonly MeterRecord[];
  /** Of the store (`storeIdentity`): prefixes every epoch and `seq` that is given from here. */
  readonly incarnation: number;
}

export interface Store {
  get<T extends TableName>(table: T, id: string): Promise<Tables[T] | null>;
  /** Records that match, by id. */
  find<T extends TableName>(table: T, where: Where<T>, page: Page): Promise<readonly Tables[T][]>;
  count<T extends TableName>(table: T, where: Where<T>): Promise<number>;
  leaseSituation(license: string, holder: string, reapBefore: Instant): Promise<LeaseSituation | null>;
  /** Licenses with a `granted` or `overage` lease whose hold ended at or before the instant, for the reaper; at most `limit`. */
  licensesWithLapsedHolds(reapBefore: Instant, limit: number): Promise<readonly string[]>;
  /**
   * Runways of an environment and of Glidepath itself, worst first: latent and then dated ones by `endsAt` (null last), then
   * unknown, then open ones; of several alike by id. At most `limit`.
   */
  worstRunways(environment: string, limit: number): Promise<readonly RunwayRecord[]>;
  commit(change: ChangeSet): Promise<CommitResult>;
  /** The store's own wall time, to anchor a node's clock to. */
  now(): Promise<Instant>;
  close(): Promise<void>;
}
