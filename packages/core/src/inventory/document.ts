/**
 * What an inventory document says, as values: instants and milliseconds instead of dates and durations, defaults filled in.
 *
 * An inventory is what teams keep in git about licences that somebody else issues: the licences themselves, the probes that
 * watch them, the channels that hear of them. It never holds a key, only references to where keys are.
 */
import type { Cost, HeldLicense, Watch } from '../ports/held-records.ts';
import type { Instant, Milliseconds } from '../time.ts';

export const INVENTORY_KINDS = ['HeldLicense', 'Probe', 'Channel'] as const;
export type InventoryKind = (typeof INVENTORY_KINDS)[number];

/** The kinds of `spec.kind` of a probe: one per connector. */
export const PROBE_KINDS = [
  ...['flexlm', 'rlm', 'lmx', 'dsls', 'olicense', 'lsdyna'],
  ...['x509', 'jwt', 'keygen'],
  ...['vault', 'nomad', 'consul', 'elasticsearch', 'gitlab', 'github-enterprise', 'jetbrains', 'splunk'],
  ...['prometheus', 'json', 'command'],
] as const;

export const CHANNEL_KINDS = ['webhook', 'slack', 'heartbeat'] as const;
export type ChannelKind = (typeof CHANNEL_KINDS)[number];

/** What the contract says; null where the document is silent. */
export interface InventoryContract {
  readonly id: string | null;
  readonly expiresAt: Instant | null;
  readonly noticeDeadlineAt: Instant | null;
  readonly terminatesAt: Instant | null;
  readonly autoRenew: HeldLicense['autoRenew'];
  readonly cost: Cost | null;
  readonly graceMs: Milliseconds | null;
}

export interface HeldLicenseDocument {
  readonly kind: 'HeldLicense';
  readonly name: string;
  readonly product: string;
  readonly vendor: string;
  readonly contract: InventoryContract;
  /** IANA name: the contract's days end there. */
  readonly zone: string;
  /** None: the policy's own. */
  readonly leadTime: HeldLicense['leadTime'];
  /** Null: the policy's only plan. */
  readonly plan: string | null;
  readonly policy: string;
  readonly owners: { readonly team: string | null; readonly people: readonly string[] };
  /** A reference to where the key is kept, never the key. */
  readonly custody: string | null;
  readonly runsOn: readonly string[];
  readonly dependents: readonly string[];
  readonly foundIn: string | null;
  readonly watches: readonly Watch[];
}

export interface ProbeDocument {
  readonly kind: 'Probe';
  readonly name: string;
  readonly probeKind: string;
  readonly zone: string;
  readonly everyMs: Milliseconds;
  /** None: every agent. */
  readonly agents: readonly string[];
  readonly quorum: number;
  readonly settings: Readonly<Record<string, unknown>>;
}

export interface ChannelDocument {
  readonly kind: 'Channel';
  readonly name: string;
  readonly channelKind: ChannelKind;
  /** References (`env:…`, `file:…`) that whoever applies the document resolves; the address of a chat is a credential. */
  readonly url: string;
  readonly secret: string | null;
  readonly least: 'info' | 'warning' | 'critical';
  /** None: all teams. */
  readonly teams: readonly string[];
}

export type InventoryDocument = HeldLicenseDocument | ProbeDocument | ChannelDocument;

/** What is taken where a document says nothing. */
export const INVENTORY_DEFAULTS = { zone: 'UTC', policy: 'held', everyMs: 3_600_000, quorum: 1, least: 'warning' } as const;
