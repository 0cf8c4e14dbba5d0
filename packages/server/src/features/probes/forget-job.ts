/** Forgets what has had its time: daily peaks after 400 days, and readings of probes that are gone. */
import { after, DAY, HOUR, type Instant, type Store, type Write } from '@glidepath/core';
import type { Job, JobContext } from '../../command.ts';
import type { World } from '../../world.ts';
import { dayOf } from './usage-samples.ts';

export const SAMPLES_FOR_DAYS = 400;
/** Days before that which are looked at: a control plane may have stood still. */
const DAYS_BACK = 60;
const BATCH = 500;
/** Days of samples are taken away whole; a day of a million samples takes several runs. */
const BATCHES_PER_RUN = 20;

/** Where the walk over readings is, per world. */
const places = new WeakMap<World, string>();

export const forgetSeen: Job = {
  name: 'forget-seen',
  everyMs: HOUR,
  needsTrueTime: true,
  async run(context) {
    await forgetSamples(context.store, context.now);
    await forgetReadings(context);
  },
};

async function forgetSamples(store: Store, now: Instant): Promise<void> {
  let batches = 0;
  for (let back = SAMPLES_FOR_DAYS + DAYS_BACK; back > SAMPLES_FOR_DAYS && batches < BATCHES_PER_RUN; back--) {
    const day = dayOf(after(now, -back * DAY));
    for (let rows = await store.find('usageSample', { day }, { limit: BATCH }); rows.length > 0; batches++) {
      await store.commit({ writes: rows.map(({ id }): Write => ({ op: 'delete', table: 'usageSample', id })), audit: [], events: [] });
      if (batches >= BATCHES_PER_RUN) return;
      rows = rows.length < BATCH ? [] : await store.find('usageSample', { day }, { limit: BATCH });
    }
  }
}

/** A page of readings each time, from where the last page ended. */
async function forgetReadings({ store, world }: Pick<JobContext, 'store' | 'world'>): Promise<void> {
  const from = places.get(world);
  const readings = await store.find('probeReading', {}, { limit: BATCH, ...(from === undefined ? {} : { after: from }) });
  const last = readings.at(-1);
  if (readings.length === BATCH && last !== undefined) places.set(world, last.id);
  else places.delete(world);
  const probes = new Map<string, boolean>();
  for (const { probe } of readings) if (!probes.has(probe)) probes.set(probe, (await store.get('probe', probe)) !== null);
  const writes = readings
    .filter(({ probe }) => probes.get(probe) === false)
    .map(({ id }): Write => ({ op: 'delete', table: 'probeReading', id }));
  if (writes.length > 0) await store.commit({ writes, audit: [], events: [] });
}
