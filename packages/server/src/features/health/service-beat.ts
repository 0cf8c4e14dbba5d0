/**
 * Remembers, for all nodes together, until when the control plane served: a gap in that is no silence of the holders.
 *
 * Each node writes the instant every second and once before it listens. After a gap nobody is reaped until holders had their
 * time to come back (core: `mayReapAt`), and what marks its end is the first beat after it, on whichever node.
 */
import { after, type Instant, SECOND, type ServiceState, type Store, type Write } from '@glidepath/core';
import type { Job } from '../../command.ts';

export const SERVICE_ID = 'service';
/** A longer time without a beat of any node is one in which holders could not renew. */
export const SERVICE_GAP_MS = 5 * SECOND;
const BEAT_MS = SECOND;

/** A beat that others were faster with is no loss, nor one that a newer instant stands against already. */
export async function beatService(store: Pick<Store, 'get' | 'commit'>, now: Instant): Promise<void> {
  const write = beatOf(await store.get('serviceState', SERVICE_ID), now);
  if (write !== null) await store.commit({ writes: [write], audit: [], events: [] });
}

/** Null: nothing to say. */
export function beatOf(state: ServiceState | null, now: Instant): Write | null {
  if (state === null) {
    return { op: 'insert', table: 'serviceState', row: { id: SERVICE_ID, servedAt: now, resumedAt: now, revision: 0 } };
  }
  // Another node's clock is a little ahead: time never goes back here.
  if (now <= state.servedAt) return null;
  const set = now > after(state.servedAt, SERVICE_GAP_MS) ? { servedAt: now, resumedAt: now } : { servedAt: now };
  return { op: 'update', table: 'serviceState', id: SERVICE_ID, revision: state.revision, set };
}

/** Not while the clock is doubted: an instant that lies ahead would hide a gap. */
export const keepServiceBeat: Job = {
  name: 'service-beat',
  scope: 'node',
  everyMs: BEAT_MS,
  needsTrueTime: true,
  run: ({ store, now }) => beatService(store, now),
};
