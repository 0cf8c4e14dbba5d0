/**
 * The dead-man's heartbeat: somebody else's switch hears from us every minute, and pages when it does not.
 *
 * A beat says that the jobs of this node run and that notices arrive. So it is withheld as soon as either is doubtful,
 * and a beat that failed is not repeated later: it would speak of a moment that is over. One record per channel keeps when
 * the last one arrived; of several nodes, the one that writes it first beats.
 */
import { after, type Channel, type Delivery, type Instant, MINUTE, SECOND, type Store, type Write } from '@glidepath/core';
import type { Job, JobContext, JobStatus } from '../../command.ts';
import { everyRecord } from '../lists.ts';
import { deliveryHealth } from '../notices/delivery-health.ts';
import { sendBeat, type Way } from './send-message.ts';

const NAME = 'channel.heartbeat';
export const BEAT_MS = MINUTE;
/** Nodes do not tick at the same instant. */
const EARLY_MS = 5 * SECOND;
/** A job may miss one turn, and a little more. */
const TURNS = 2;
const MARGIN_MS = 2 * MINUTE;

export const sendHeartbeats: Job = {
  name: NAME,
  everyMs: BEAT_MS,
  async run(context) {
    const { egress, seal, log } = context.world;
    if (egress === undefined) return;
    const channels = [];
    for await (const channel of everyRecord(context.store, 'channel', {})) if (channel.kind === 'heartbeat') channels.push(channel);
    if (channels.length === 0) return;
    const why = await doubts(context);
    if (why.length > 0) {
      log.error('heartbeat.withheld', { why });
      return;
    }
    for (const channel of channels) context.handOff(`beat:${channel.id}`, () => beat(context, { egress, seal }, channel));
  },
};

async function doubts({ store, now, jobs }: JobContext): Promise<readonly string[]> {
  const late = jobs()
    .filter((job) => job.name !== NAME && isLate(job, now))
    .map(({ name }) => `the job ${name} has not succeeded lately`);
  const { dead, stuck } = await deliveryHealth(store, now);
  return [
    ...late,
    ...(dead.length === 0 ? [] : [`${dead.length} messages were given up`]),
    ...(stuck.length === 0 ? [] : [`${stuck.length} messages have waited too long`]),
  ];
}

export function isLate({ okAt, everyMs }: JobStatus, now: Instant): boolean {
  return okAt === null || after(okAt, TURNS * everyMs + MARGIN_MS) < now;
}

/** In state `sent`, so that the queue leaves it alone; `sentAt` null: none has arrived yet. */
export async function lastBeatOf(store: Store, { id }: Channel): Promise<Delivery | null> {
  return store.get('delivery', beatId(id));
}

function beatId(channel: string): string {
  return `dlv_beat/${channel}`;
}

async function beat(context: JobContext, way: Way, channel: Channel): Promise<void> {
  const { store, now, world } = context;
  const last = await lastBeatOf(store, channel);
  if (last !== null && now < after(last.nextAt, -EARLY_MS)) return;
  const claimed = last === null ? firstBeat(channel, now) : { ...last, attempts: last.attempts + 1, nextAt: after(now, BEAT_MS) };
  const claim: Write =
    last === null
      ? { op: 'insert', table: 'delivery', row: claimed }
      : {
          op: 'update',
          table: 'delivery',
          id: last.id,
          revision: last.revision,
          set: { attempts: claimed.attempts, nextAt: claimed.nextAt },
        };
  if (!(await store.commit({ writes: [claim], audit: [], events: [] })).ok) return;
  const sent = await sendBeat(way, channel);
  if (!sent.ok) world.log.warn('heartbeat.failed', { channel: channel.name, error: sent.error });
  const set = sent.ok ? { sentAt: world.clock.now(), lastError: null } : { lastError: sent.error };
  const revision = last === null ? 0 : last.revision + 1;
  await store.commit({ writes: [{ op: 'update', table: 'delivery', id: claimed.id, revision, set }], audit: [], events: [] });
}

function firstBeat({ id, environment }: Channel, now: Instant): Delivery {
  const fresh = { state: 'sent', attempts: 1, nextAt: after(now, BEAT_MS), lastError: null, createdAt: now, sentAt: null } as const;
  return { id: beatId(id), environment, channel: id, notices: [], payload: null, ...fresh, revision: 0 };
}
