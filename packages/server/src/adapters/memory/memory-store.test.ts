import { instant } from '@glidepath/core';
import { changeOf, foundation, insert, START, sample, storeContract, update } from '@glidepath/testkit/store-contract';
import { describe, expect, it } from 'vitest';
import { MemoryStore, type StoreSnapshot } from './memory-store.ts';

const clock = { now: () => instant(START), monotonic: () => 0 };

storeContract('memory', async () => new MemoryStore(clock));

describe('a snapshot', () => {
  it('is the store at its instant, as plain data, and makes a store that goes on from there', async () => {
    const store = new MemoryStore(clock);
    await store.commit(foundation());
    await store.commit(changeOf(insert('lease', { holdUntil: instant(START - 1) })));
    const snapshot = JSON.parse(JSON.stringify(store.snapshot())) as StoreSnapshot;
    await store.commit(changeOf(update('license', 'lic_1', 0, { status: 'revoked' })));

    const restored = new MemoryStore(clock, snapshot);
    expect(await restored.get('license', 'lic_1')).toEqual(sample.license());
    expect(await restored.licensesWithLapsedHolds(instant(START), 9)).toEqual(['lic_1']);
    expect(await restored.commit(changeOf(insert('lease', { id: 'lea_2' })))).toMatchObject({ reason: 'duplicate' });
    expect(await restored.commit(changeOf(update('license', 'lic_1', 0, { status: 'suspended' })))).toEqual({ ok: true });
    expect((await store.get('license', 'lic_1'))?.status).toBe('revoked');
  });

  it('of a store from a snapshot is that snapshot', async () => {
    const store = new MemoryStore(clock);
    await store.commit({ ...foundation(), audit: [sample.audit()], events: [sample.outbox()] });
    expect(new MemoryStore(clock, store.snapshot()).snapshot()).toEqual(store.snapshot());
  });
});
