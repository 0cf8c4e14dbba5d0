/**
 * Sends what waits, each channel by itself: a receiver that is dead or slow makes neither another channel nor a job late.
 *
 * At least once. An attempt is claimed before it is made, so that of several nodes one makes it; a crash between the
 * receiver's yes and our note of it sends the same message, under the same id, again. A message is given up after about
 * three days of attempts; it stays in the list as dead, and somebody is told by another way.
 */
import { after, type Channel, type Delivery, HOUR, type Instant, MINUTE, SECOND } from '@glidepath/core';
import type { Job, JobContext } from '../../command.ts';
import { type Sent, sendMessage, type Way } from '../channels/send-message.ts';
import { everyRecord } from '../lists.ts';

/** Of one channel in one run: so many messages, so many at a time. */
const ROUND_MAX = 20;
const AT_ONCE_MAX = 4;
/** Of one channel; the newest are looked at as well, so that old ones which never arrive keep nothing new back. */
const LOOK_MAX = 100;
/** Longer than an attempt may take. */
const CLAIM_MS = MINUTE;
const BACKOFF_FIRST_MS = 15 * SECOND;
const BACKOFF_MAX_MS = HOUR;
const BACKOFF_MIN_MS = SECOND;
/** With full jitter the mean wait is half an hour: three days. */
export const ATTEMPTS_MAX = 150;

export const deliverNotices: Job = {
  name: 'notice.deliver',
  everyMs: 2 * SECOND,
  async run(context) {
    const { egress, seal } = context.world;
    if (egress === undefined || (await context.store.count('delivery', { state: 'waiting' })) === 0) return;
    for await (const channel of everyRecord(context.store, 'channel', {})) {
      const due = await dueFor(context, channel);
      if (due.length > 0) context.handOff(`deliver:${channel.id}`, () => sendRound(context, { egress, seal }, channel, due));
    }
  },
};

async function dueFor({ store, now }: JobContext, { id: channel }: Channel): Promise<readonly Delivery[]> {
  const where = { channel, state: 'waiting' } as const;
  const oldest = await store.find('delivery', where, { limit: LOOK_MAX });
  const newest = oldest.length < LOOK_MAX ? [] : await store.find('delivery', where, { limit: LOOK_MAX, newestFirst: true });
  const found = new Map([...oldest, ...newest].map((delivery) => [delivery.id, delivery]));
  return [...found.values()].filter(({ nextAt }) => nextAt <= now).slice(0, ROUND_MAX);
}

/** A failure ends the round: what is wrong with the receiver is most likely wrong for the rest too. */
async function sendRound(context: JobContext, way: Way, channel: Channel, due: readonly Delivery[]): Promise<void> {
  for (let at = 0; at < due.length; at += AT_ONCE_MAX) {
    const batch = due.slice(at, at + AT_ONCE_MAX);
    const sent = await Promise.all(batch.map((delivery) => attempt(context, way, channel, delivery)));
    if (sent.includes(false)) return;
  }
}

/** False: it did not arrive. */
async function attempt(context: JobContext, way: Way, channel: Channel, delivery: Delivery): Promise<boolean> {
  const { world, store } = context;
  // This runs on after its tick, so that the tick's own time would be too old for what follows.
  const claimed = { attempts: delivery.attempts + 1, nextAt: after(world.clock.now(), CLAIM_MS) };
  const claim = { op: 'update' as const, table: 'delivery' as const, id: delivery.id, revision: delivery.revision, set: claimed };
  const result = await store.commit({ writes: [claim], audit: [], events: [] });
  if (!result.ok) return true;
  const now = world.clock.now();
  const sent = await sendMessage(way, channel, delivery, now);
  await record(context, channel, { ...delivery, ...claimed, revision: delivery.revision + 1 }, sent);
  return sent.ok;
}

async function record(context: JobContext, channel: Channel, delivery: Delivery, sent: Sent): Promise<void> {
  const { world, store } = context;
  const { id, revision, attempts } = delivery;
  const set = outcome(delivery, sent, world.clock.now(), world.random.next());
  const write = { op: 'update' as const, table: 'delivery' as const, id, revision, set };
  // A test that failed is an answer, not news that was lost.
  if (set.state !== 'dead' || delivery.notices.length === 0) {
    // Retried or removed by a person meanwhile: their word counts.
    await store.commit({ writes: [write], audit: [], events: [] });
    return;
  }
  const facts = { channel: channel.name, attempts, error: set.lastError };
  world.log.error('delivery.dead', { delivery: id, ...facts });
  await context.commit(delivery.environment, { writes: [write], happened: [{ action: 'delivery.dead', subject: id, facts }] });
}

function outcome(delivery: Delivery, sent: Sent, now: Instant, chance: number): Partial<Delivery> {
  if (sent.ok) return { state: 'sent', sentAt: now, lastError: null };
  if (sent.isFinal || delivery.attempts >= attemptsMax(delivery)) return { state: 'dead', lastError: sent.error };
  return { lastError: sent.error, nextAt: after(now, Math.max(backoffMs(delivery.attempts, chance), sent.retryAfterMs)) };
}

/** A test is tried once: who asked for it is waiting for the answer. */
function attemptsMax({ notices }: Delivery): number {
  return notices.length === 0 ? 1 : ATTEMPTS_MAX;
}

/** Full jitter, so that messages which failed together do not come back together. */
export function backoffMs(attempts: number, chance: number): number {
  const ceiling = Math.min(BACKOFF_MAX_MS, BACKOFF_FIRST_MS * 2 ** Math.min(attempts - 1, 20));
  return Math.max(BACKOFF_MIN_MS, Math.floor(chance * ceiling));
}
