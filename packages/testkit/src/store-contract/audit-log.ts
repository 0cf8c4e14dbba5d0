/** Promises about which audit entries the log does not hold yet: each is found once, and none is forgotten. */
import type { Store } from '@glidepath/core';
import { expect } from 'vitest';
import { type Clause, put } from './clause.ts';
import { at, insert, sample } from './sample-records.ts';

async function tell(store: Store, ...ids: readonly string[]): Promise<void> {
  await put(store, { writes: [], audit: ids.map((id, place) => sample.audit({ id, at: at(place) })), events: [] });
}

/** Everything that is to be sealed, in batches of `limit`; `seal` puts each down as a batch. */
async function drain(store: Store, limit: number, seal: boolean): Promise<readonly string[]> {
  const drained: string[] = [];
  for (;;) {
    const [last] = await store.find('logBatch', {}, { limit: 1, newestFirst: true });
    const { entries, cursor } = await store.unsealedAudit(last?.cursor ?? null, limit);
    drained.push(...entries.map(({ id }) => id));
    if (entries.length === 0 || !seal) return drained;
    const first = last?.size ?? 0;
    const id = `lgb_${String(first).padStart(15, '0')}`;
    const ids = entries.map((entry) => entry.id);
    const row = sample.logBatch({ id, first, size: first + ids.length, entries: ids, cursor });
    await put(store, { writes: [insert('logBatch', row)], audit: [], events: [] });
  }
}

export const AUDIT_LOG: readonly Clause[] = [
  {
    noun: 'unsealed audit entries',
    promise: 'are those that no batch holds, each once, whatever the order of their ids',
    async check({ store, other }) {
      await tell(store, 'aud_5', 'aud_1');
      await tell(store, 'aud_3');
      expect((await drain(store, 2, true)).toSorted()).toEqual(['aud_1', 'aud_3', 'aud_5']);
      expect(await drain(other, 2, true)).toEqual([]);
      await tell(store, 'aud_2');
      await tell(store, 'aud_4', 'aud_0');
      expect((await drain(other, 1, true)).toSorted()).toEqual(['aud_0', 'aud_2', 'aud_4']);
      expect(await drain(store, 9, true)).toEqual([]);
    },
  },
  {
    noun: 'unsealed audit entries',
    promise: 'come whole, up to the limit, with the instant since which the oldest waits',
    async check({ store }) {
      expect(await store.unsealedAudit(null, 9)).toMatchObject({ entries: [], waitingSince: null });
      await tell(store, 'aud_1', 'aud_2', 'aud_3');
      expect(await store.unsealedAudit(null, 9)).toMatchObject({ entries: [{ id: 'aud_1' }, { id: 'aud_2' }, { id: 'aud_3' }] });
      const { entries, waitingSince } = await store.unsealedAudit(null, 2);
      expect(entries).toEqual([sample.audit({ id: 'aud_1', at: at(0) }), sample.audit({ id: 'aud_2', at: at(1) })]);
      expect(waitingSince).toBe(at(0));
    },
  },
  {
    noun: 'unsealed audit entries',
    promise: 'are found by a cursor of another database, too, and those that a batch holds are not',
    async check({ store }) {
      await tell(store, 'aud_1', 'aud_2');
      const row = sample.logBatch({ entries: ['aud_1'], cursor: 'elsewhere/7/aud_1' });
      await put(store, { writes: [insert('logBatch', row)], audit: [], events: [] });
      await tell(store, 'aud_3');
      const { entries, cursor } = await store.unsealedAudit(row.cursor, 9);
      expect(entries.map(({ id }) => id)).toEqual(['aud_2', 'aud_3']);
      const next = sample.logBatch({ id: 'lgb_000000000000001', first: 1, size: 3, entries: ['aud_2', 'aud_3'], cursor });
      await put(store, { writes: [insert('logBatch', next)], audit: [], events: [] });
      await tell(store, 'aud_4');
      expect((await store.unsealedAudit(cursor, 9)).entries.map(({ id }) => id)).toEqual(['aud_4']);
    },
  },
  {
    noun: 'audit entries',
    promise: 'are read by their ids, in the order asked for, null where there is none',
    async check({ store }) {
      await tell(store, 'aud_1', 'aud_2');
      const found = await store.auditEntries(['aud_2', 'aud_none', 'aud_1', 'aud_2']);
      expect(found.map((entry) => entry?.id ?? null)).toEqual(['aud_2', null, 'aud_1', 'aud_2']);
      expect(found[0]).toEqual(sample.audit({ id: 'aud_2', at: at(1) }));
      expect(await store.auditEntries([])).toEqual([]);
    },
  },
];
