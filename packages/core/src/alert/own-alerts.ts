/** The alerts about owners, and about what Glidepath itself stands on: the watcher is watched. */
import { dateOf, durationWords } from '../format-instant.ts';
import { oneLine } from '../one-line.ts';
import type { Severity } from '../policy/policy.ts';
import { after, DAY, type Instant, type Milliseconds } from '../time.ts';
import type { AlertConditionName } from './alert-conditions.ts';
import type { Alert, OwnAlertFacts, OwnPartFacts, TeamAlertFacts } from './alert-facts.ts';
import { changeAlerts } from './change-alerts.ts';
import { SILENT_INTERVALS } from './probe-alerts.ts';
import { alertFrom, listed, sentences, when } from './sentences.ts';

export function teamAlerts({ standing, licenses }: TeamAlertFacts, now: Instant): readonly Alert[] {
  if (licenses.length === 0) return [];
  const { team, teamName, members, reachable, enoughUntil } = standing;
  const about = { subject: team, name: teamName, license: null, ownerTeam: team, words: { team: teamName } };
  const owns = `It owns ${listed(licenses)}.`;
  if (standing.state !== 'enough') {
    const lacks = members.flatMap(({ name, lack }) => (lack === null ? [] : [`${oneLine(name)} (${LACKS[lack]})`]));
    const silentSince = members.filter(({ lack }) => lack === 'silent').map(({ confirmedUntil }) => confirmedUntil);
    const says = `${reachable === 0 ? 'Nobody' : 'Only one person'} in ${oneLine(teamName)} can be reached as an owner; two are needed.`;
    return [
      alertFrom({
        ...about,
        ...{ condition: 'LicenseOwnersMissing', severity: reachable === 0 ? 'critical' : 'warning' },
        since: silentSince.length === 0 ? now : (Math.max(...silentSince) as Instant),
        message: sentences(says, lacks.length === 0 ? '' : `Not counted: ${listed(lacks)}.`, owns),
        facts: { reachable, licenses: licenses.length },
      }),
    ];
  }
  const asked = members.filter(({ lack, isAsked }) => lack === null && isAsked);
  const [first] = asked.toSorted((a, b) => a.confirmedUntil - b.confirmedUntil);
  if (!first || enoughUntil === null) return [];
  const runsOut = `Without an answer fewer than two are left ${when(enoughUntil, now)}.`;
  return [
    alertFrom({
      ...about,
      ...{ condition: 'LicenseOwnersUnconfirmed', severity: enoughUntil <= now + 7 * DAY ? 'warning' : 'info' },
      since: after(first.confirmedUntil, -14 * DAY),
      message: sentences(`Are these still owners in ${oneLine(teamName)}: ${listed(asked.map(({ name }) => name))}?`, runsOut, owns),
      facts: { asked: asked.length, enoughUntil },
    }),
  ];
}

const LACKS = {
  'no-person': 'not a person',
  disabled: 'disabled',
  'no-email': 'no e-mail address',
  silent: 'has not confirmed for 90 days',
  'same-email': 'another one has the same address',
} as const;

export function ownAlerts(own: OwnAlertFacts, now: Instant): readonly Alert[] {
  return [
    ...own.parts.flatMap((part) => partAlert(part, now)),
    ...diskAlert(own.disk, now),
    ...nextStartAlert(own.nextStart),
    ...own.jobs.flatMap((job) => jobAlert(job, now)),
    ...restoredAlert(own.restored, now),
    ...changeAlerts(own.changes, now),
    ...own.dead.map((dead) => deadAlert(dead, now)),
    ...own.heartbeats.flatMap((heartbeat) => heartbeatAlert(heartbeat, now)),
  ];
}

/** A part of Glidepath has no license, and no team: every channel hears of it. */
const NOBODYS = { license: null, ownerTeam: null } as const;

interface Bounds {
  readonly condition: AlertConditionName;
  /** This long before the end, or at this share of its life, whichever is later. */
  readonly stages: readonly { readonly severity: Severity; readonly beforeMs: Milliseconds; readonly share: number }[];
}

/**
 * Relative to its own life: a certificate of six days is not "short" on the day it is made, and a key that rotates by itself
 * at two thirds of its life is late at three quarters.
 */
const BOUNDS: Readonly<Record<OwnPartFacts['kind'], Bounds>> = {
  certificate: { condition: 'GlidepathCertificateShort', stages: stages(['warning', 30, 0.25], ['critical', 7, 0.1]) },
  token: { condition: 'GlidepathTokenShort', stages: stages(['warning', 30, 0.25], ['critical', 7, 0.1]) },
  key: { condition: 'GlidepathKeyShort', stages: stages(['warning', 30, 0.25], ['critical', 7, 0.1]) },
  root: { condition: 'GlidepathRootShort', stages: stages(['info', 365, 0.5], ['warning', 180, 0.25], ['critical', 60, 0.1]) },
};

function stages(...rows: readonly (readonly [Severity, number, number])[]): Bounds['stages'] {
  return rows.map(([severity, days, share]) => ({ severity, beforeMs: days * DAY, share }));
}

function partAlert({ id, kind, name, madeAt, endsAt }: OwnPartFacts, now: Instant): readonly Alert[] {
  const bounds = BOUNDS[kind];
  const life = madeAt === null ? Number.POSITIVE_INFINITY : endsAt - madeAt;
  const reached = bounds.stages
    .map(({ severity, beforeMs, share }) => ({ severity, since: after(endsAt, -Math.round(Math.min(beforeMs, life * share))) }))
    .filter(({ since }) => since <= now)
    .at(-1);
  if (!reached) return [];
  const verb = endsAt <= now ? 'ended' : 'ends';
  return [
    alertFrom({
      ...NOBODYS,
      ...{ condition: bounds.condition, ...reached, subject: id, name, facts: { endsAt } },
      message: `${sentenceCase(oneLine(name))} of Glidepath ${verb} ${when(endsAt, now)}.`,
      words: { name },
    }),
  ];
}

function diskAlert(disk: OwnAlertFacts['disk'], now: Instant): readonly Alert[] {
  if (disk === null || disk.totalBytes <= 0) return [];
  const percent = Math.floor((disk.freeBytes / disk.totalBytes) * 100);
  const within = (ms: Milliseconds): boolean => disk.fullAt !== null && disk.fullAt <= now + ms;
  const severity = percent < 5 || within(3 * DAY) ? 'critical' : percent < 15 || within(14 * DAY) ? 'warning' : null;
  if (severity === null) return [];
  const full = disk.fullAt === null ? '' : `At this rate it is full ${when(disk.fullAt, now)}.`;
  return [
    alertFrom({
      ...NOBODYS,
      ...{ condition: 'GlidepathDiskShort', severity, subject: 'glidepath/disk', name: 'disk', since: now, words: {} },
      message: sentences(`The disk of the database has ${percent} % left.`, full),
      facts: { freePercent: percent, fullAt: disk.fullAt },
    }),
  ];
}

function nextStartAlert(nextStart: OwnAlertFacts['nextStart']): readonly Alert[] {
  if (nextStart === null) return [];
  return [
    alertFrom({
      ...NOBODYS,
      ...{ condition: 'GlidepathNextStartFails', severity: 'critical', subject: 'glidepath/next-start', name: 'next start', words: {} },
      ...{ since: nextStart.since, facts: {} },
      message: `Glidepath runs, and its next start would fail: ${oneLine(nextStart.problem, 400)}`,
    }),
  ];
}

function jobAlert(job: OwnAlertFacts['jobs'][number], now: Instant): readonly Alert[] {
  const seen = job.okAt ?? job.startedAt;
  const since = after(seen, SILENT_INTERVALS * job.everyMs);
  if (now < since) return [];
  return [
    alertFrom({
      ...NOBODYS,
      ...{ condition: 'GlidepathJobStale', subject: `glidepath/job/${job.name}`, name: job.name, since, words: {} },
      severity: now >= seen + 10 * job.everyMs ? 'critical' : 'warning',
      message: `The job ${oneLine(job.name)} ${job.okAt === null ? 'has never ended well' : `last ended well ${when(job.okAt, now)}`}; it should every ${durationWords(job.everyMs)}.`,
      facts: { okAt: job.okAt, everyMs: job.everyMs },
    }),
  ];
}

/** How long a restore is news: by then holders of every usual hold have renewed. */
const RESTORED_NEWS_MS = DAY;

function restoredAlert(restored: OwnAlertFacts['restored'], now: Instant): readonly Alert[] {
  if (restored === null || now >= restored.at + RESTORED_NEWS_MS) return [];
  const { at, takenAt, incarnation } = restored;
  const of = takenAt === null ? 'a backup' : `the backup of ${dateOf(takenAt)}`;
  return [
    alertFrom({
      ...NOBODYS,
      ...{ condition: 'StoreRestored', severity: 'critical', subject: 'glidepath/store', name: 'store', since: at, words: {} },
      message: `The database was restored from ${of} ${when(at, now)}. What was done in between is forgotten; holders are learned again as they renew, and licenses that were changed are quarantined.`,
      facts: { restoredAt: at, takenAt, incarnation },
    }),
  ];
}

function deadAlert({ channel, name, count, oldestAt, error }: OwnAlertFacts['dead'][number], now: Instant): Alert {
  const messages = count === 1 ? 'One message' : `${count} messages`;
  return alertFrom({
    ...NOBODYS,
    ...{ condition: 'GlidepathDeliveryDead', severity: 'critical', subject: channel, name, since: oldestAt, words: { channel: name } },
    message: sentences(
      `${messages} to ${oneLine(name)} did not arrive and were given up, the first ${when(oldestAt, now)}.`,
      error === null ? '' : `The last error: ${oneLine(error, 200)}`,
    ),
    facts: { count },
  });
}

function heartbeatAlert(
  { channel, name, everyMs, createdAt, sentAt }: OwnAlertFacts['heartbeats'][number],
  now: Instant,
): readonly Alert[] {
  const seen = sentAt ?? createdAt;
  const since = after(seen, SILENT_INTERVALS * everyMs);
  if (now < since) return [];
  return [
    alertFrom({
      ...NOBODYS,
      ...{ condition: 'GlidepathHeartbeat', severity: 'critical', subject: channel, name, since, words: { channel: name } },
      message: `The heartbeat to ${oneLine(name)} ${sentAt === null ? 'has never gone out' : `last went out ${when(sentAt, now)}`}; whoever waits for it is alarmed.`,
      facts: { sentAt, everyMs },
    }),
  ];
}

function sentenceCase(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
}
