/** What the control plane remembers about licences that somebody else issues, about runways, and about whom it told. */
import type { Instant, Milliseconds } from '../time.ts';

/** A price as the contract says it. */
export interface Cost {
  readonly amount: number;
  /** ISO 4217. */
  readonly currency: string;
  readonly per: 'year' | 'month' | 'term';
}

/** Which feature of which probe shows how a held license stands. */
export interface Watch {
  /** A probe's name. */
  readonly probe: string;
  /** Null: all features of the probe. */
  readonly feature: string | null;
  readonly version: string | null;
  readonly pool: string | null;
}

/**
 * What a license has beside its terms when somebody else issues it: contract, watching, who depends on it. `id` is the
 * license; when the contract ends is `expiresAt` of the license's terms.
 */
export interface HeldLicense {
  readonly id: string;
  readonly environment: string;
  /** Unique in its environment; `metadata.name` of its inventory document. */
  readonly name: string;
  readonly vendor: string;
  readonly contractId: string | null;
  readonly noticeDeadlineAt: Instant | null;
  /** When running instances stop, where the contract tells that from its expiry. */
  readonly terminatesAt: Instant | null;
  readonly autoRenew: 'yes' | 'no' | 'unknown';
  readonly cost: Cost | null;
  /** The issuer's documented grace after the end. */
  readonly graceMs: Milliseconds | null;
  readonly leadTime: readonly { readonly name: string; readonly ms: Milliseconds }[];
  /** A reference to where the key is kept, never the key. */
  readonly custody: string | null;
  readonly runsOn: readonly string[];
  readonly dependents: readonly string[];
  /** Where discovery found it. */
  readonly foundIn: string | null;
  readonly watches: readonly Watch[];
  /** The document as applied, to say what a later one would change. */
  readonly document: unknown;
  readonly appliedAt: Instant;
  readonly revision: number;
}

/** The index of `watches`: which licenses look through a probe. `id` is `license/probe`. */
export interface LicenseWatch {
  readonly id: string;
  readonly environment: string;
  readonly license: string;
  /** Its name. */
  readonly probe: string;
}

/** What agents are asked to look at. */
export interface Probe {
  readonly id: string;
  readonly environment: string;
  readonly name: string;
  readonly kind: string;
  /** Of the license server: a day ends there. IANA name. */
  readonly zone: string;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly everyMs: Milliseconds;
  /** Names of the agents that run it; none: every agent. */
  readonly agents: readonly string[];
  /** How many must say so before a server counts as down. */
  readonly quorum: number;
  readonly document: unknown;
  readonly appliedAt: Instant;
  readonly revision: number;
}

/** What one agent (a principal) last saw through one probe (its id). `id` is `probe/agent`. */
export interface ProbeReading {
  readonly id: string;
  readonly environment: string;
  readonly probe: string;
  readonly agent: string;
  /** Of the last attempt. */
  readonly at: Instant;
  /** `ProbeFailureReason` of the last attempt; null: it was good. */
  readonly failure: string | null;
  readonly message: string | null;
  /** Attempts since the last good one. */
  readonly failures: number;
  /** When the last good one was taken. */
  readonly okAt: Instant | null;
  /** The last good `Snapshot`. */
  readonly snapshot: unknown;
  /** `VanishedFeature`s: what good ones listed before and the last one does not. */
  readonly vanished: unknown;
  readonly unparsed: number;
  readonly revision: number;
}

/** A feature that was seen once and is gone. Kept until it is there again, or long enough for everybody to have been told. */
export interface VanishedFeature {
  readonly feature: { readonly name: string; readonly version: string | null; readonly pool: string | null };
  readonly lastSeenAt: Instant;
  /** Another version or pool of that name is there. */
  readonly isNameLeft: boolean;
}

/** When an agent was last heard of. `id` is its principal. */
export interface AgentState {
  readonly id: string;
  readonly seenAt: Instant;
  readonly version: string;
  /** Reports that its buffer had to drop, ever. */
  readonly dropped: number;
  readonly revision: number;
}

/** The peak of one day. `id` is `license/feature/day`. */
export interface UsageSample {
  readonly id: string;
  readonly license: string;
  readonly feature: string;
  /** Midnight UTC. */
  readonly day: Instant;
  readonly peak: number;
  readonly issued: number | null;
  readonly denied: number | null;
  readonly revision: number;
}

/** The runway of a license (`id` is the license) or of a part of Glidepath itself (`glidepath/…`), as last computed. */
export interface RunwayRecord {
  readonly id: string;
  /** Null for parts of Glidepath itself. */
  readonly environment: string | null;
  readonly name: string;
  readonly product: string;
  readonly vendor: string;
  readonly ownerTeam: string | null;
  /** `latent`: the next restart, upgrade or scale-out fails. `open`: nothing ends. `unknown`: nothing is known. */
  readonly state: 'latent' | 'dated' | 'open' | 'unknown';
  /** First user-visible loss; the instant since when it is latent; null for `open` and `unknown`. */
  readonly endsAt: Instant | null;
  readonly cause: string | null;
  /** A sentence: what ends, and how that is known. */
  readonly evidence: string;
  /** All that ends, soonest first (`RunwayItem`). */
  readonly items: unknown;
  readonly computedAt: Instant;
  readonly revision: number;
}

/** An alert that is or was open: opened once, told again only when its severity rises. */
export interface Notice {
  readonly id: string;
  readonly environment: string;
  /** Condition and subject while it is open: one open notice per key. A resolved one has its own id behind it. */
  readonly key: string;
  readonly condition: string;
  readonly severity: 'info' | 'warning' | 'critical';
  /** Id of a license, probe, agent, team or part of Glidepath. */
  readonly subject: string;
  readonly ownerTeam: string | null;
  readonly message: string;
  readonly facts: Readonly<Record<string, unknown>>;
  readonly openedAt: Instant;
  /** When the severity last rose. */
  readonly risenAt: Instant;
  /** When it was last put into a delivery; null: not yet. */
  readonly toldAt: Instant | null;
  readonly acknowledgedAt: Instant | null;
  readonly acknowledgedBy: string | null;
  /** Since when the condition is gone or milder than `severity`; null: it holds. After a while it is resolved or lowered. */
  readonly easedSince: Instant | null;
  readonly resolvedAt: Instant | null;
  readonly revision: number;
}

/** Where notices go. Address and secret are sealed: the address of a chat is a credential. */
export interface Channel {
  readonly id: string;
  readonly environment: string;
  readonly name: string;
  readonly kind: 'webhook' | 'slack' | 'heartbeat';
  readonly sealedUrl: string;
  /** Host of the address, to show. */
  readonly host: string;
  readonly sealedSecret: string | null;
  /** Ids of the teams whose licenses it hears of; none: all. */
  readonly teams: readonly string[];
  readonly least: 'info' | 'warning' | 'critical';
  /** The inventory document as applied, without address and secret; null: made by hand, and an apply never prunes it. */
  readonly document: unknown;
  readonly createdAt: Instant;
  readonly revision: number;
}

/** One message to one channel, kept until it arrived or was given up. */
export interface Delivery {
  readonly id: string;
  readonly environment: string;
  readonly channel: string;
  /** Ids of notices. */
  readonly notices: readonly string[];
  readonly payload: unknown;
  readonly state: 'waiting' | 'sent' | 'dead';
  readonly attempts: number;
  readonly nextAt: Instant;
  readonly lastError: string | null;
  readonly createdAt: Instant;
  readonly sentAt: Instant | null;
  readonly revision: number;
}

/** An owner said "still me". `id` is `team/principal`. */
export interface OwnerConfirmation {
  readonly id: string;
  readonly team: string;
  readonly principal: string;
  readonly confirmedAt: Instant;
  readonly revision: number;
}
