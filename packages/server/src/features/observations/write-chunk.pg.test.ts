/** Nodes write down what they have decided at the same time, and forget meanwhile: the totals stay those of what is there. */
import { DAY, encodeObserved, HOUR, instant, type ObservedDecision, type Store } from '@glidepath/core';
import { foundation } from '@glidepath/testkit/store-contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PostgresStore } from '../../adapters/postgres/postgres-store.ts';
import { useTestDatabase } from '../../adapters/postgres/test-database.ts';
import { everyRecord } from '../lists.ts';
import { forgetChunks } from './forget-chunks.ts';
import { writeChunk } from './write-chunk.ts';

const database = useTestDatabase();
const NOW = instant(Date.UTC(2026, 0, 31));
const ENVIRONMENT = 'env_1';
const NODES = 4;
const CHUNKS = 8;

const DECISION: ObservedDecision = {
  ...{ license: 'lic_1', at: NOW, policy: 'sha256:a', plan: 'team', startsAt: NOW, expiresAt: null },
  ...{ lastSignedWordAt: NOW, suspendedAt: null, revokedAt: null, usage: [], lowered: [] },
  seats: { used: 1, limit: 3, isAgreed: false, overageOpenedAt: null },
  ...{ asked: 'check', tier: 'full', isDenied: false },
};

describe('chunks of several nodes', () => {
  let stores: Store[];
  beforeAll(async () => {
    stores = Array.from({ length: NODES }, () => new PostgresStore({ connectionString: database.connectionString, connections: 2 }));
    const result = await stores[0]?.commit(foundation());
    expect(result).toMatchObject({ ok: true });
  });
  afterAll(async () => {
    for (const store of stores) await store.close();
  });

  it('are all there once, and their totals are those of what is there', async () => {
    await Promise.all(stores.map((store, node) => writeSome(store, node)));
    const before = await totals(stores[0]);
    expect(before.counted).toEqual({ chunks: NODES * CHUNKS, decisions: NODES * CHUNKS * 3, bytes: before.state?.bytes, unrecorded: 32 });
    expect(before.state).toMatchObject({ chunks: NODES * CHUNKS, recorded: NODES * CHUNKS * 3, unrecorded: 32, forgotten: 0 });
  });

  it('are forgotten while others are written, each once', async () => {
    const [first, ...others] = stores;
    if (first === undefined) throw new Error('no store');
    const bounds = { keptMs: DAY, bytesMax: 0 };
    const forgetting = (async () => {
      let gone = 0;
      for (let round = 0; round < 20; round++) gone += await forgetChunks(first, ENVIRONMENT, NOW, bounds);
      return gone;
    })();
    await Promise.all(others.map((store, node) => writeSome(store, 100 + node)));
    let gone = await forgetting;
    for (let last = 1; last > 0; gone += last) last = await forgetChunks(first, ENVIRONMENT, NOW, bounds);
    const written = NODES * CHUNKS + (NODES - 1) * CHUNKS;
    expect(gone).toBe(written);
    expect((await totals(first)).state).toMatchObject({ chunks: 0, bytes: 0, recorded: written * 3, forgotten: written * 3 });
  });
});

async function writeSome(store: Store, node: number): Promise<void> {
  const decisions = [DECISION, { ...DECISION, at: instant(NOW + HOUR) }, DECISION];
  for (let chunk = 0; chunk < CHUNKS; chunk++) {
    const id = `obs_${String(chunk).padStart(3, '0')}-${String(node).padStart(3, '0')}`;
    const toWrite = { id, environment: ENVIRONMENT, now: NOW, decisions, missed: 1, body: encodeObserved(decisions) };
    // What others kept from being written is written a second later.
    while (!(await writeChunk(store, toWrite)));
  }
}

async function totals(store: Store | undefined) {
  if (store === undefined) throw new Error('no store');
  const counted = { chunks: 0, decisions: 0, bytes: 0, unrecorded: 0 };
  for await (const chunk of everyRecord(store, 'observedChunk', { environment: ENVIRONMENT })) {
    counted.chunks++;
    counted.decisions += chunk.decisions;
    counted.bytes += chunk.bytes;
    counted.unrecorded += chunk.unrecorded;
  }
  return { counted, state: await store.get('observationState', ENVIRONMENT) };
}
