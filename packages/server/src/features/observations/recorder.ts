/**
 * Writes down decisions in chunks, and how many were not written down.
 *
 * Which decisions are taken is chance, by the share that the environment says: not every so-manieth, which a client that
 * asks every so-manieth time would slip through. What cannot be written is kept for a while and then counted as missed.
 */
import { encodeObserved, type Instant, type ObservedDecision, SECOND, type Settings, settingsOf } from '@glidepath/core';
import { newId } from '@glidepath/protocol';
import type { World } from '../../world.ts';
import { writeChunk } from './write-chunk.ts';

export interface Recorder {
  /** Whether this decision is to be recorded; if not, it is counted. */
  takes(environment: string, settings: Recording | undefined): boolean;
  /** Counts one that was to be recorded and is not. */
  miss(environment: string, why: Unrecorded, count?: number): void;
  add(environment: string, observed: ObservedDecision): void;
  flush(now: Instant, isAll: boolean): Promise<void>;
  recorded(): Recorded;
}

/**
 * Why a decision is not on record. `off`: nothing is recorded here; `sampled-out`: chance; `overrun`: more at once than this node
 * keeps in mind; `unwritten`: the store refused for too long.
 */
export type Unrecorded = 'off' | 'sampled-out' | 'overrun' | 'unwritten';

export interface Recorded {
  readonly recorded: number;
  readonly unrecorded: Readonly<Record<Unrecorded, number>>;
}

export type Recording = Pick<Settings, 'recording' | 'sampleBasisPoints'>;

/** Decisions of one row. */
export const CHUNK_MAX = 2_000;
/** A chunk that is not full waits so long for more. */
const CHUNK_AFTER_MS = 10 * SECOND;
/** What was not recorded is told at least so often, where anything was. */
const MISSED_AFTER_MS = 60 * SECOND;
/** Kept while the store refuses. */
const KEPT_MAX = 20_000;

interface Buffer {
  readonly decisions: ObservedDecision[];
  /** Not recorded since the last chunk. */
  missed: number;
  /** When something first waited in it; null: nothing does. */
  since: Instant | null;
}

export function createRecorder(world: World): Recorder {
  const buffers = new Map<string, Buffer>();
  const unrecorded: Record<Unrecorded, number> = { off: 0, 'sampled-out': 0, overrun: 0, unwritten: 0 };
  const byDefault = settingsOf(null);
  let written = 0;

  function bufferOf(environment: string): Buffer {
    const known = buffers.get(environment);
    if (known !== undefined) return known;
    const fresh: Buffer = { decisions: [], missed: 0, since: null };
    buffers.set(environment, fresh);
    return fresh;
  }

  function miss(environment: string, why: Unrecorded, count = 1): void {
    unrecorded[why] += count;
    bufferOf(environment).missed += count;
  }

  /** True: there may be more to write at once. */
  async function writeOne(environment: string, buffer: Buffer, now: Instant): Promise<boolean> {
    const decisions = buffer.decisions.slice(0, CHUNK_MAX);
    const { missed } = buffer;
    const body = encodeObserved(decisions);
    const isWritten = await writeChunk(world.store, { id: newId('obs', now, world.entropy), environment, now, decisions, missed, body });
    if (!isWritten) return false;
    buffer.decisions.splice(0, decisions.length);
    buffer.missed -= missed;
    buffer.since = buffer.decisions.length > 0 ? now : null;
    written += decisions.length;
    return buffer.decisions.length >= CHUNK_MAX;
  }

  async function flushOne(environment: string, buffer: Buffer, now: Instant, isAll: boolean): Promise<void> {
    if (buffer.decisions.length === 0 && buffer.missed === 0) return;
    buffer.since ??= now;
    const waitsMs = now - buffer.since;
    const isDue = buffer.decisions.length > 0 ? waitsMs >= CHUNK_AFTER_MS : waitsMs >= MISSED_AFTER_MS;
    if (!isAll && !isDue && buffer.decisions.length < CHUNK_MAX) return;
    try {
      while (await writeOne(environment, buffer, now));
    } finally {
      const over = buffer.decisions.length - KEPT_MAX;
      if (over > 0) {
        buffer.decisions.splice(0, over);
        miss(environment, 'unwritten', over);
      }
    }
  }

  return {
    takes(environment, settings = byDefault) {
      if (settings.recording === 'full') return true;
      if (settings.recording === 'sampled' && world.random.next() * 10_000 < settings.sampleBasisPoints) return true;
      miss(environment, settings.recording === 'off' ? 'off' : 'sampled-out');
      return false;
    },
    miss,
    add: (environment, observed) => void bufferOf(environment).decisions.push(observed),
    async flush(now, isAll) {
      for (const [environment, buffer] of buffers) await flushOne(environment, buffer, now, isAll);
    },
    recorded: () => ({ recorded: written, unrecorded: { ...unrecorded } }),
  };
}
