/**
 * Keeps notices in step with what is so: opens, raises, eases and resolves them, and puts what is new into deliveries.
 *
 * Level-triggered: each round looks at everything again and remembers only what was told, so that nothing depends on
 * having seen an event. Notices are written first, in pages; then one commit puts their news into deliveries and marks
 * them told. A crash in between leaves them untold, and the next round tells them.
 */
import { type Alert, alertsOf, type Notice, type NoticeChanges, noticeChanges, SECOND, type Store, type Write } from '@glidepath/core';
import type { Happening, Job, JobContext } from '../../command.ts';
import { DEFAULT_ENVIRONMENT } from '../../identity.ts';
import { environmentsOf } from '../keys/key-commands.ts';
import { everyRecord } from '../lists.ts';
import { gatherAlertFacts } from './gather.ts';
import { tell } from './tell.ts';

const PAGE = 200;

export const watchNotices: Job = {
  name: 'notice.watch',
  everyMs: 30 * SECOND,
  async run(context) {
    const environments = await environmentsOf(context.store);
    const home = environments.find(({ name }) => name === DEFAULT_ENVIRONMENT) ?? environments[0];
    for (const environment of environments) {
      const facts = await gatherAlertFacts(context, environment.id, environment.id === home?.id);
      const open = await openNotices(context.store, environment.id);
      const changes = noticeChanges(open, alertsOf(facts, context.now), context.now);
      const kept = await keep(context, environment.id, changes);
      // Another node was first: it tells, and the next round sees what is left.
      if (kept !== null) await tell(context, environment, changes, kept);
    }
  },
};

export async function openNotices(store: Store, environment: string): Promise<readonly Notice[]> {
  const open: Notice[] = [];
  for await (const notice of everyRecord(store, 'notice', { environment, resolvedAt: null })) open.push(notice);
  return open;
}

interface Step {
  readonly notice: Notice;
  readonly write: Write;
  readonly happened: readonly Happening[];
}

/** Writes what is so; gives the notices that are to be told as they are now, by key. Null: somebody else wrote meanwhile. */
async function keep(
  context: JobContext,
  environment: string,
  { opened, risen, unchanged, untold }: NoticeChanges,
): Promise<ReadonlyMap<string, Notice> | null> {
  const steps = [
    ...opened.map((alert) => open(context, environment, alert)),
    ...risen.map(({ notice, alert }) => raise(context, notice, alert)),
    ...unchanged.flatMap((one) => refresh(one)),
  ];
  for (let at = 0; at < steps.length; at += PAGE) {
    const page = steps.slice(at, at + PAGE);
    const change = { writes: page.map(({ write }) => write), happened: page.flatMap(({ happened }) => happened) };
    if (!(await context.commit(environment, change)).ok) return null;
  }
  const written = new Map(steps.map(({ notice }) => [notice.id, notice]));
  const toTell = [...untold.map((notice) => written.get(notice.id) ?? notice), ...steps.map(({ notice }) => notice)];
  return new Map(toTell.filter(({ toldAt }) => toldAt === null).map((notice) => [notice.key, notice]));
}

function open({ now, newId }: JobContext, environment: string, alert: Alert): Step {
  const { key, condition, severity, subject, ownerTeam, message, facts } = alert;
  const notice: Notice = {
    ...{ id: newId('ntc'), environment, key, condition, severity, subject, ownerTeam, message, facts },
    ...{ openedAt: now, risenAt: now, toldAt: null, acknowledgedAt: null, acknowledgedBy: null, easedSince: null, resolvedAt: null },
    revision: 0,
  };
  return { notice, write: { op: 'insert', table: 'notice', row: notice }, happened: [happening('notice.opened', notice)] };
}

/** Untold again, so that a crash before the telling loses nothing; and whoever acknowledged the milder one is asked again. */
function raise({ now }: JobContext, notice: Notice, { severity, message, facts, ownerTeam }: Alert): Step {
  const set = {
    severity,
    message,
    facts,
    ownerTeam,
    risenAt: now,
    toldAt: null,
    acknowledgedAt: null,
    acknowledgedBy: null,
    easedSince: null,
  };
  const next = { ...notice, ...set, revision: notice.revision + 1 };
  return { notice: next, write: update(notice, set), happened: [happening('notice.raised', next)] };
}

function refresh({ notice, alert, severity, easedSince }: NoticeChanges['unchanged'][number]): readonly Step[] {
  const set = {
    severity,
    easedSince,
    ...(alert === null ? {} : { message: alert.message, facts: alert.facts, ownerTeam: alert.ownerTeam }),
  };
  const next = { ...notice, ...set };
  if (JSON.stringify(next) === JSON.stringify(notice)) return [];
  return [{ notice: { ...next, revision: notice.revision + 1 }, write: update(notice, set), happened: [] }];
}

function update({ id, revision }: Notice, set: Partial<Notice>): Write {
  return { op: 'update', table: 'notice', id, revision, set };
}

function happening(action: string, { id, condition, severity, subject }: Notice): Happening {
  return { action, subject: id, facts: { condition, severity, subject }, only: 'event' };
}
