/**
 * Puts news into deliveries: for each channel and owner team one message, however much there is to say.
 *
 * A notice counts as told once one channel hears of it; one that no channel wants stays untold, and is told as soon as
 * there is one. Deliveries and the marks of what is in them are one commit, so that of two nodes one tells.
 */
import {
  type Channel,
  type Environment,
  groupNotices,
  type Notice,
  type NoticeChanges,
  type NoticeGroup,
  type NoticeNews,
  type Severity,
  type Write,
} from '@glidepath/core';
import type { JobContext } from '../../command.ts';
import { newDelivery } from '../channels/channel-commands.ts';
import { everyRecord } from '../lists.ts';
import { messageOf } from './message.ts';

/** One channel gets at most so many messages in a round; what more teams there are share one. */
export const GROUPS_MAX = 5;
/** The first page has the deliveries; of later ones a crash may tell a part again. */
const PAGE = 500;
const SEVERITIES: readonly Severity[] = ['info', 'warning', 'critical'];

export async function tell(
  context: JobContext,
  environment: Environment,
  changes: NoticeChanges,
  untold: ReadonlyMap<string, Notice>,
): Promise<void> {
  const groups = groupNotices(changes);
  const channels: Channel[] = [];
  if (groups.length > 0) for await (const one of everyRecord(context.store, 'channel', { environment: environment.id })) channels.push(one);
  const told = new Set<string>();
  const deliveries = await Promise.all(channels.map((channel) => deliveriesTo(context, environment, channel, groups, untold, told)));
  const writes = [...deliveries.flat(), ...markTold(context, untold, told), ...resolve(context, changes)];
  const resolved = changes.resolved.map(({ id, condition, severity, subject }) => {
    return { action: 'notice.resolved', subject: id, facts: { condition, severity, subject }, only: 'event' as const };
  });
  for (let at = 0; at < writes.length; at += PAGE) {
    const happened = at === 0 ? resolved : [];
    if (!(await context.commit(environment.id, { writes: writes.slice(at, at + PAGE), happened })).ok) return;
  }
}

async function deliveriesTo(
  context: JobContext,
  environment: Environment,
  channel: Channel,
  groups: readonly NoticeGroup[],
  untold: ReadonlyMap<string, Notice>,
  told: Set<string>,
): Promise<readonly Write[]> {
  const wanted = groups.flatMap((group) => {
    const news = group.news.filter((one) => wants(channel, one));
    return news.length === 0 ? [] : [{ ...group, severity: worst(news), news }];
  });
  const messages = wanted.length > GROUPS_MAX ? [merged(wanted)] : wanted;
  for (const { news } of messages) for (const { key } of news) told.add(key);
  return Promise.all(
    messages.map(async (group): Promise<Write> => {
      const team = group.ownerTeam === null ? null : ((await context.store.get('team', group.ownerTeam))?.name ?? null);
      const notices = group.news.flatMap(({ key }) => untold.get(key)?.id ?? []);
      const message = messageOf(group, team, environment.name, context.now);
      // A message of resolutions alone names no open notice, and is news all the same.
      return {
        op: 'insert',
        table: 'delivery',
        row: newDelivery(context, channel, notices.length === 0 ? ['resolved'] : notices, message),
      };
    }),
  );
}

/** A channel is not told by itself that it does not answer. */
function wants({ kind, teams, least, id }: Channel, { ownerTeam, severity, subject }: NoticeNews): boolean {
  if (kind === 'heartbeat' || subject === id) return false;
  const isTheirs = teams.length === 0 || (ownerTeam !== null && teams.includes(ownerTeam));
  return isTheirs && SEVERITIES.indexOf(severity) >= SEVERITIES.indexOf(least);
}

function merged(groups: readonly NoticeGroup[]): NoticeGroup {
  const news = groups.flatMap((group) => group.news).toSorted(byWeight);
  return { ownerTeam: null, severity: worst(news), news };
}

function byWeight(a: NoticeNews, b: NoticeNews): number {
  const byKind = Number(a.kind === 'resolved') - Number(b.kind === 'resolved');
  return byKind || SEVERITIES.indexOf(b.severity) - SEVERITIES.indexOf(a.severity);
}

function worst(news: readonly NoticeNews[]): Severity {
  const open = news.filter(({ kind }) => kind !== 'resolved').map(({ severity }) => SEVERITIES.indexOf(severity));
  return SEVERITIES[Math.max(0, ...open)] ?? 'info';
}

function markTold({ now }: JobContext, untold: ReadonlyMap<string, Notice>, told: ReadonlySet<string>): readonly Write[] {
  return [...untold.values()]
    .filter(({ key }) => told.has(key))
    .map(({ id, revision }): Write => ({ op: 'update', table: 'notice', id, revision, set: { toldAt: now } }));
}

/** Its key becomes its own, so that the condition may open another notice. */
function resolve({ now }: JobContext, { resolved }: NoticeChanges): readonly Write[] {
  return resolved.map(
    ({ id, key, revision }): Write => ({ op: 'update', table: 'notice', id, revision, set: { resolvedAt: now, key: `${key}/${id}` } }),
  );
}
