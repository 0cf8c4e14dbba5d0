/** One commit per chunk: the chunk, and the totals of its environment that say how much is kept and what was not recorded. */
import {
  type Instant,
  instant,
  type ObservationState,
  type ObservedChunk,
  type ObservedChunkBody,
  type ObservedDecision,
  type Store,
  type Write,
} from '@glidepath/core';

/** Other nodes write down theirs at the same time. */
const ATTEMPTS = 5;

export interface ChunkToWrite {
  readonly id: string;
  readonly environment: string;
  readonly now: Instant;
  readonly decisions: readonly ObservedDecision[];
  readonly missed: number;
  readonly body: ObservedChunkBody;
}

/** False: others kept changing the totals; nothing was written. */
export async function writeChunk(store: Pick<Store, 'get' | 'commit'>, toWrite: ChunkToWrite): Promise<boolean> {
  const chunk = chunkOf(toWrite);
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const state = await store.get('observationState', toWrite.environment);
    const insert: Write = { op: 'insert', table: 'observedChunk', row: chunk };
    const result = await store.commit({ writes: [insert, totalsWith(state, chunk)], audit: [], events: [] });
    if (result.ok) return true;
  }
  return false;
}

function chunkOf({ id, environment, now, decisions, missed, body }: ChunkToWrite): ObservedChunk {
  const instants = decisions.length === 0 ? [now] : decisions.map(({ at }) => at);
  return {
    ...{ id, environment, decisions: decisions.length, unrecorded: missed },
    firstAt: instant(Math.min(...instants)),
    lastAt: instant(Math.max(...instants)),
    bytes: JSON.stringify(body).length,
    body,
  };
}

function totalsWith(state: ObservationState | null, { environment, bytes, decisions, unrecorded }: ObservedChunk): Write {
  if (state === null) {
    const row = { id: environment, chunks: 1, bytes, recorded: decisions, unrecorded, forgotten: 0, revision: 0 };
    return { op: 'insert', table: 'observationState', row };
  }
  const set = {
    chunks: state.chunks + 1,
    bytes: state.bytes + bytes,
    recorded: state.recorded + decisions,
    unrecorded: state.unrecorded + unrecorded,
  };
  return { op: 'update', table: 'observationState', id: environment, revision: state.revision, set };
}
