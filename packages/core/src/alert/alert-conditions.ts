/**
 * Every condition that raises an alert, as named data: what it means, how bad it can be, and what to do about it.
 *
 * Names are stable: drills expect them, rules for Prometheus and the reference are written from this table. A later feature
 * adds rows; none is renamed. When a condition holds is decided in the files beside this one.
 */
import type { Severity } from '../policy/policy.ts';

/** What an alert is about: `subject` of an alert is the id of one of these. */
export type AlertSubject = 'license' | 'probe' | 'team' | 'agent' | 'channel' | 'glidepath';

export interface AlertCondition {
  /** A short heading, to be followed by the subject's name. */
  readonly title: string;
  /** All that it can be, mildest first. */
  readonly severities: readonly Severity[];
  readonly subject: AlertSubject;
  /** A sentence: when it holds, and what that means for users. */
  readonly meaning: string;
  /** The next command, with words in angle brackets for what it is about. */
  readonly next: string;
  /** Nobody gathers its facts yet, so that it is never raised; the reference says so. */
  readonly isAwaitingFacts?: true;
}

const license = (title: string, severities: readonly Severity[], meaning: string, next = 'glidepath where <license>'): AlertCondition => ({
  ...{ title, severities, subject: 'license', meaning, next },
});
const probe = (title: string, severities: readonly Severity[], meaning: string, next = 'glidepath where <probe>'): AlertCondition => ({
  ...{ title, severities, subject: 'probe', meaning, next },
});
const own = (title: string, severities: readonly Severity[], meaning: string, next: string): AlertCondition => ({
  ...{ title, severities, subject: 'glidepath', meaning, next },
});

const awaitingFacts = (condition: AlertCondition): AlertCondition => ({ ...condition, isAwaitingFacts: true });

const ANY: readonly Severity[] = ['info', 'warning', 'critical'];
const BAD: readonly Severity[] = ['warning', 'critical'];

export const ALERT_CONDITIONS = {
  LicenseRunwayShort: license(
    'License ends soon',
    ANY,
    "The end comes near enough for a stage of the policy's expiry path: for held licenses in multiples of the lead time, so that there is still time to renew.",
  ),
  LicenseEnded: license('License has ended', ['critical'], 'The end is past, and so is the grace: users lose something now.'),
  LicenseNoticeDeadlineNear: license(
    'Notice deadline near',
    ['info', 'warning'],
    'A contract that renews itself, or that may, can be ended or renegotiated only until a deadline that is near.',
  ),
  LicenseLatent: license(
    'Would not survive a restart',
    BAD,
    'It runs now; the next restart, upgrade or scale-out fails, or will within the lead time. Do not restart before this is solved.',
  ),
  LicenseSeatsShort: license(
    'Seats run short',
    ANY,
    "Seats are used up, are forecast to be within the lead time, or have reached a stage of the policy's seats path: the next person is refused.",
  ),
  LicenseQuotaShort: license('Quota runs short', ANY, 'The same for a quota: what is metered stops or is lowered when it is used up.'),
  LicenseOverage: license(
    'Overage in use',
    BAD,
    'More is in use than is licensed. It costs money, breaks the contract, or closes at a time.',
  ),
  LicenseDenials: license('Requests denied', ['warning'], 'The license server refused requests in the last day: somebody could not work.'),
  LicenseOwnersMissing: {
    title: 'Owners missing',
    severities: BAD,
    subject: 'team',
    meaning:
      'Fewer than two people own this who can be reached and confirmed it within 90 days; with nobody left it is critical, because every other notice reaches nobody.',
    next: 'glidepath owner list <team>',
  },
  LicenseOwnersUnconfirmed: {
    title: 'Owners to confirm',
    severities: ['info', 'warning'],
    subject: 'team',
    meaning: 'Owners are asked whether they still are; silence for 90 days counts as gone, and then fewer than two would be left.',
    next: 'glidepath owner confirm <team>',
  },
  LicenseIssuerUnreachable: awaitingFacts(
    license(
      'Issuer unreachable',
      ANY,
      "Nobody has had a signed word for as long as a stage of the policy's unreachable path says. What runs keeps running until the path takes a tier.",
      'glidepath doctor',
    ),
  ),
  LicenseQuarantined: license(
    'License in quarantine',
    ['critical'],
    'The control plane was restored from a backup, and a client has shown a later change of this license than the backup has. Its holders go on; nobody new is let in until somebody has looked and done again what was forgotten.',
    'glidepath license release-quarantine <id> --reason TEXT',
  ),
  LicenseServerDown: probe(
    'License server down',
    ['critical'],
    'A quorum of probers finds every server of this probe down, and nobody finds one up.',
  ),
  LicenseServerPartlyDown: probe(
    'License server partly down',
    ['warning'],
    'Some servers are down and others are up, or probers disagree about one: what is redundant has lost its reserve.',
  ),
  LicenseFeatureVanished: probe(
    'Feature vanished',
    BAD,
    'A feature that was served is no longer listed: a license file was replaced, a part of the contract ended, or a daemon is gone.',
  ),
  LicenseProbeBlind: probe(
    'Probe is blind',
    BAD,
    'No good reading within three intervals: what is shown is old, and what changed since is unknown.',
  ),
  LicenseProbeUnparsed: probe(
    'Lines not understood',
    ['warning'],
    'Lines of the source should have meant something and were not understood: numbers may lack a part.',
    'glidepath probe <kind> --input <file>',
  ),
  LicenseArtefactStale: awaitingFacts(
    license(
      'Old license file in use',
      BAD,
      'A node still holds a word or file that ends long before the license does: the renewal was not installed there.',
    ),
  ),
  AgentSilent: {
    title: 'Agent silent',
    severities: BAD,
    subject: 'agent',
    meaning: 'An agent has not called for three intervals: what only it sees is unseen.',
    next: 'glidepath agent --config <file>',
  },
  GlidepathCertificateShort: own(
    'Own certificate ends soon',
    BAD,
    "Glidepath's own TLS certificate ends soon, by its lifetime.",
    'glidepath doctor',
  ),
  GlidepathTokenShort: own(
    'Token ends soon',
    BAD,
    'A token that a program uses ends soon: the program is refused afterwards.',
    'glidepath token create <name>',
  ),
  GlidepathKeyShort: own(
    'Signing key ends soon',
    BAD,
    'A signing key, or the key that signs the key set, was not replaced in time: new leases could not be signed.',
    'glidepath key rotate',
  ),
  GlidepathRootShort: awaitingFacts(
    own('Root ends soon', ANY, 'A root of trust ends, and clients pin it: its successor must be with them first.', 'glidepath root export'),
  ),
  GlidepathDiskShort: own('Disk fills up', BAD, 'The disk of the database is nearly full, or will be soon.', 'glidepath doctor'),
  GlidepathNextStartFails: own('Next start would fail', ['critical'], 'Glidepath runs; its next start would not.', 'glidepath doctor'),
  GlidepathJobStale: own(
    'Job has not run',
    BAD,
    'A job has not ended well for three of its intervals: what it looks after is unattended.',
    'glidepath doctor',
  ),
  StoreRestored: own(
    'Restored from a backup',
    ['critical'],
    'The database was restored from a backup within the last day: what was done after the backup is forgotten. Holders are learned again as they renew.',
    'glidepath doctor',
  ),
  PolicyRolledBack: own(
    'Policy rolled back',
    ['critical'],
    'A new version of a policy took or denied more than it may, and the system took it back: who had it uses the version before again. The evidence is kept with the rollout.',
    'glidepath policy differences <rollout>',
  ),
  PolicyTampered: own(
    'Policy changed in the database',
    ['critical'],
    'A stored policy is not what its digest names any more: it is refused, and the last good version stays in force.',
    'glidepath policy audit',
  ),
  AuditUnsealed: own(
    'Audit log not sealed',
    ['critical'],
    'Entries of the audit log are older than ten seconds and in no signed head: until they are, they could be changed unseen.',
    'glidepath doctor',
  ),
  ApprovalWaiting: own(
    'Waits for a second person',
    ['warning'],
    'Somebody asked for what two persons have to want: a promotion, or a change of the status of many licenses. Nothing has happened yet.',
    'glidepath approval show <approval>',
  ),
  GlidepathDeliveryDead: {
    title: 'Notices not delivered',
    severities: ['critical'],
    subject: 'channel',
    meaning: 'Notices to a channel were given up: nobody there has read them.',
    next: 'glidepath channel test <channel>',
  },
  GlidepathHeartbeat: {
    title: 'Heartbeat not sent',
    severities: ['critical'],
    subject: 'channel',
    meaning:
      "The dead-man's switch: a heartbeat goes out at every interval, and whoever waits for it raises the alarm when it stays away. This one has not gone out for three intervals.",
    next: 'glidepath channel test <channel>',
  },
} as const satisfies Readonly<Record<string, AlertCondition>>;

export type AlertConditionName = keyof typeof ALERT_CONDITIONS;

export const ALERT_CONDITION_NAMES = Object.keys(ALERT_CONDITIONS) as readonly AlertConditionName[];

/** The row of a name that was kept in a record; null for one that this version does not have. */
export function alertCondition(name: string): AlertCondition | null {
  return Object.hasOwn(ALERT_CONDITIONS, name) ? ALERT_CONDITIONS[name as AlertConditionName] : null;
}
