/**
 * The dead-man's heartbeat: somebody else's switch hears from us every minute, and pages when it does not.
 *
 * A beat says that the jobs of this node run and that notices arrive. So it is withheld as soon as either is doubtful,
 * and a beat that failed is not repeated later: it would speak of a moment that is over.
 */
import { after, type Instant, MINUTE } from '@glidepath/core';
import type { Job, JobContext } from '../../command.ts';
import type { JobStatus } from '../../jobs.ts';
import { everyRecord } from '../lists.ts';
import { deliveryHealth } from '../notices/delivery-health.ts';
import { sendBeat } from './send-message.ts';

const NAME = 'channel.heartbeat';
export const BEAT_MS = MINUTE;
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
    for (const channel of channels) {
      context.handOff(`beat:${channel.id}`, async () => {
        const sent = await sendBeat({ egress, seal }, channel);
        if (!sent.ok) log.warn('heartbeat.failed', { channel: channel.name, error: sent.error });
      });
    }
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
