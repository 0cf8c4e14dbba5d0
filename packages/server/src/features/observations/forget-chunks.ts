/** Keeps records of decisions, and of what candidates decided differently, within their bounds: the oldest go first, some at a time. */
import { after, DAY, type Instant, MINUTE, type ObservationState, type ObservedChunk, type Store, type Write } from '@glidepath/core';
import type { Job } from '../../command.ts';
import { everyRecord } from '../lists.ts';

/** As far back as `policy replay` can look. */
export const RECORDS_KEPT_MS = 35 * DAY;
/** Per environment, as they are written; the database compresses them to about a quarter. */
export const RECORDS_BYTES_MAX = 512 * 1024 * 1024;

const BATCH = 50;
/** A run ends; the next one goes on. */
const BATCHES_PER_RUN = 20;

export interface Bounds {
  readonly keptMs: number;
  readonly bytesMax: number;
}

/** How many chunks went. */
export async function forgetChunks(store: Store, environment: string, now: Instant, { keptMs, bytesMax }: Bounds): Promise<number> {
  const state = await store.get('observationState', environment);
  if (state === null) return 0;
  const oldest = await store.find('observedChunk', { environment }, { limit: BATCH });
  let bytes = state.bytes;
  const gone: ObservedChunk[] = [];
  for (const chunk of oldest) {
    if (chunk.lastAt > after(now, -keptMs) && bytes <= bytesMax) break;
    bytes -= chunk.bytes;
    gone.push(chunk);
  }
  if (gone.length === 0) return 0;
  const { ok } = await store.commit({ writes: [...gone.map(deletion), lessened(state, gone)], audit: [], events: [] });
  // Stale: a node has just written a chunk; the next run sees both.
  return ok ? gone.length : 0;
}

const deletion = ({ id }: ObservedChunk): Write => ({ op: 'delete', table: 'observedChunk', id });

function lessened({ id, revision, chunks, bytes, forgotten }: ObservationState, gone: readonly ObservedChunk[]): Write {
  const sum = (of: (chunk: ObservedChunk) => number) => gone.reduce((total, chunk) => total + of(chunk), 0);
  const set = {
    chunks: Math.max(0, chunks - gone.length),
    bytes: Math.max(0, bytes - sum((chunk) => chunk.bytes)),
    forgotten: forgotten + sum(({ decisions }) => decisions),
  };
  return { op: 'update', table: 'observationState', id, revision, set };
}

/** What candidates have decided differently is of interest for as long as anybody asks why a version did not come. */
export const DIFFERENCES_KEPT_MS = 90 * DAY;

/** Rows of rollouts that ended long ago; of the oldest rows, some at a time. */
export async function forgetDifferences(store: Store, now: Instant): Promise<number> {
  const oldest = await store.find('rolloutDifference', {}, { limit: BATCH });
  const aged = oldest.filter(({ until }) => until <= after(now, -DIFFERENCES_KEPT_MS));
  const rollouts = await Promise.all(aged.map(({ rollout }) => store.get('policyRollout', rollout)));
  const gone = aged.filter((_, at) => rollouts[at]?.state !== 'running');
  if (gone.length === 0) return 0;
  const writes = gone.map(({ id }): Write => ({ op: 'delete', table: 'rolloutDifference', id }));
  const { ok } = await store.commit({ writes, audit: [], events: [] });
  return ok ? gone.length : 0;
}

export const forgetObserved: Job = {
  name: 'forget-observed',
  everyMs: 5 * MINUTE,
  needsTrueTime: true,
  async run({ store, now }) {
    const bounds = { keptMs: RECORDS_KEPT_MS, bytesMax: RECORDS_BYTES_MAX };
    for await (const { id } of everyRecord(store, 'observationState', {})) {
      for (let batch = 0; batch < BATCHES_PER_RUN; batch++) if ((await forgetChunks(store, id, now, bounds)) === 0) break;
    }
    await forgetDifferences(store, now);
  },
};
