/** What alerts are made from, gathered at one instant, and what an alert is. Ids are of records; names are for people. */
import type { OwnersStanding } from '../owners/owners-standing.ts';
import type { Policy, Severity } from '../policy/policy.ts';
import type { ProbeFailureReason } from '../ports/connector.ts';
import type { FeatureKey } from '../probe/compare-snapshots.ts';
import type { ServerVerdict } from '../probe/server-verdict.ts';
import type { FeatureKind } from '../probe/snapshot.ts';
import type { Runway } from '../runway/runway.ts';
import type { Instant, Milliseconds } from '../time.ts';
import type { AlertConditionName } from './alert-conditions.ts';

export interface Alert {
  /** Condition and subject: one open notice each. */
  readonly key: string;
  readonly condition: AlertConditionName;
  readonly severity: Severity;
  readonly subject: string;
  /** Id of the license, where it is about one. */
  readonly license: string | null;
  /** Id of the team. */
  readonly ownerTeam: string | null;
  /** Sentences: what stops, when, whom it hits, who owns it. */
  readonly message: string;
  /** Among others `name` (of the subject) and `next`. */
  readonly facts: Readonly<Record<string, unknown>>;
  /** The next command. */
  readonly next: string;
  /** Since when it has held, as far as that can be told. */
  readonly since: Instant;
}

export interface TeamName {
  readonly id: string;
  readonly name: string;
}

export interface LeadTime {
  readonly name: string;
  readonly ms: Milliseconds;
}

export interface LicenseAlertFacts {
  readonly id: string;
  readonly name: string;
  readonly product: string;
  /** Null for our own. */
  readonly vendor: string | null;
  readonly kind: 'self' | 'held';
  readonly ownerTeam: TeamName | null;
  readonly policy: Pick<Policy, 'name' | 'glidePath' | 'renewal'>;
  /** Its own; empty: the policy's. */
  readonly leadTime: readonly LeadTime[];
  readonly runway: Runway;
  readonly runsOn: readonly string[];
  readonly dependents: readonly string[];
  /** Of a held license. */
  readonly contract: {
    readonly noticeDeadlineAt: Instant | null;
    readonly autoRenew: 'yes' | 'no' | 'unknown';
    readonly expiresAt: Instant | null;
  } | null;
  /** Since when no signed word of its issuer has reached anybody; null: it is reached, or nobody asks. */
  readonly unreachableSince: Instant | null;
  /** Since when nobody new is let in, because a restored store has forgotten something of it. */
  readonly quarantinedAt: Instant | null;
  readonly uses: readonly UseAlertFacts[];
  readonly artefacts: readonly ArtefactFacts[];
}

/** How seats, or a quota, are used. The forecast is in the runway's items. */
export interface UseAlertFacts {
  readonly of: 'seats' | 'quota';
  /** Feature or meter. */
  readonly name: string;
  readonly kind: FeatureKind | null;
  /** Null: uncounted. */
  readonly limit: number | null;
  readonly used: number | null;
  readonly asOf: Instant;
  /** Now above the limit; null: not known. */
  readonly overage: number | null;
  readonly overageClosesAt: Instant | null;
  /** In the last 24 h; null: not known. */
  readonly deniedLately: number | null;
}

/** A signed word or file that an enforcing node holds. */
export interface ArtefactFacts {
  readonly node: string;
  /** `lease`, `license file`. */
  readonly what: string;
  readonly madeAt: Instant | null;
  readonly endsAt: Instant;
}

export interface ProbeAlertFacts {
  readonly id: string;
  readonly name: string;
  readonly kind: string;
  readonly everyMs: Milliseconds;
  /** When it was first asked for: it cannot have been blind before. */
  readonly appliedAt: Instant;
  readonly ownerTeam: TeamName | null;
  /** Names of the licenses that are watched by it. */
  readonly licenses: readonly string[];
  /** One per agent. */
  readonly readings: readonly ReadingAlertFacts[];
  readonly servers: readonly { readonly name: string; readonly verdict: ServerVerdict }[];
  /** What a good reading listed before and the latest does not. */
  readonly vanished: readonly { readonly feature: FeatureKey; readonly lastSeenAt: Instant; readonly isNameLeft: boolean }[];
}

export interface ReadingAlertFacts {
  /** Name of the agent. */
  readonly agent: string;
  readonly at: Instant;
  readonly failure: ProbeFailureReason | null;
  readonly message: string | null;
  readonly okAt: Instant | null;
  /** Lines of the last good reading. */
  readonly unparsed: number;
}

export interface TeamAlertFacts {
  readonly standing: OwnersStanding;
  /** Names of what it owns; a team that owns nothing alerts nobody. */
  readonly licenses: readonly string[];
}

export interface AgentAlertFacts {
  readonly id: string;
  readonly name: string;
  readonly createdAt: Instant;
  /** Null: never. */
  readonly seenAt: Instant | null;
  /** How often it is to call. */
  readonly everyMs: Milliseconds;
  /** Names of the probes that only it runs. */
  readonly probes: readonly string[];
}

/** A part of Glidepath with an end. */
export interface OwnPartFacts {
  /** `glidepath/certificate`, `glidepath/key/7f3a`. */
  readonly id: string;
  readonly kind: 'certificate' | 'token' | 'key' | 'root';
  readonly name: string;
  readonly madeAt: Instant | null;
  readonly endsAt: Instant;
}

export interface OwnAlertFacts {
  readonly parts: readonly OwnPartFacts[];
  readonly disk: { readonly freeBytes: number; readonly totalBytes: number; readonly fullAt: Instant | null } | null;
  /** Null: it would start, or nobody asked yet. */
  readonly nextStart: { readonly problem: string; readonly since: Instant } | null;
  readonly jobs: readonly {
    readonly name: string;
    readonly everyMs: Milliseconds;
    readonly startedAt: Instant;
    readonly okAt: Instant | null;
  }[];
  readonly changes: ChangeAlertFacts;
  /** The last restore from a backup; null: there was none. */
  readonly restored: { readonly at: Instant; readonly takenAt: Instant | null; readonly incarnation: number | null } | null;
  readonly dead: readonly {
    readonly channel: string;
    readonly name: string;
    readonly count: number;
    readonly oldestAt: Instant;
    readonly error: string | null;
  }[];
  readonly heartbeats: readonly {
    readonly channel: string;
    readonly name: string;
    readonly everyMs: Milliseconds;
    readonly createdAt: Instant;
    readonly sentAt: Instant | null;
  }[];
}

/** What has become of changes, over all environments. */
export interface ChangeAlertFacts {
  /** By the system, and nobody has taken it up since. */
  readonly rolledBack: readonly {
    readonly rollout: string;
    readonly name: string;
    readonly candidate: string;
    readonly baseline: string;
    readonly at: Instant;
    readonly sentence: string;
    readonly trips: number;
    readonly retryAt: Instant | null;
  }[];
  /** Policies whose stored content is not what their digest names. `found`: the digest that it has; null: it cannot be read. */
  readonly tampered: readonly { readonly digest: string; readonly name: string; readonly found: string | null; readonly since: Instant }[];
  /** The oldest entry of the audit log that is in no signed head; null: there is none. */
  readonly unsealed: { readonly since: Instant } | null;
  readonly approvals: readonly {
    readonly approval: string;
    readonly summary: string;
    readonly askedAt: Instant;
    readonly expiresAt: Instant;
  }[];
}

export interface AlertFacts {
  readonly licenses: readonly LicenseAlertFacts[];
  readonly probes: readonly ProbeAlertFacts[];
  readonly teams: readonly TeamAlertFacts[];
  readonly agents: readonly AgentAlertFacts[];
  readonly own: OwnAlertFacts | null;
}
