/** Promises about which runways are the worst. */
import type { RunwayRecord, Store, Write } from '@glidepath/core';
import { expect } from 'vitest';
import { type Clause, idsOf, put } from './clause.ts';
import { at, changeOf, insert, remove, sample, update } from './sample-records.ts';

function runway(id: string, state: RunwayRecord['state'], minutes: number | null, over: Partial<RunwayRecord> = {}): Write {
  return insert('runway', { id, state, endsAt: minutes === null ? null : at(minutes), ...over });
}

async function worst(store: Store, environment = 'env_1', limit = 99): Promise<readonly string[]> {
  return await idsOf(store.worstRunways(environment, limit));
}

export const RUNWAYS: readonly Clause[] = [
  {
    noun: 'worst runways',
    promise: 'are latent and then dated ones by their end, without one last, then unknown, then open ones; of several alike by id',
    async check({ store }) {
      await put(
        store,
        changeOf(
          runway('a-open', 'open', null),
          runway('b-unknown', 'unknown', null),
          runway('c-unknown', 'unknown', null),
          runway('d-late', 'dated', 9),
          runway('e-soon', 'dated', -9),
          runway('f-soon', 'dated', -9),
          runway('～', 'dated', -9),
          runway('🛬', 'dated', -9),
          runway('g-never', 'dated', null),
          runway('h-latent', 'latent', 99),
          runway('i-latent', 'latent', 5),
        ),
      );
      const order = ['i-latent', 'h-latent', 'e-soon', 'f-soon', '～', '🛬', 'd-late', 'g-never', 'b-unknown', 'c-unknown', 'a-open'];
      expect(await worst(store)).toEqual(order);
      expect((await store.worstRunways('env_1', 3))[2]).toEqual(sample.runway({ id: 'e-soon', endsAt: at(-9) }));
    },
  },
  {
    noun: 'worst runways',
    promise: 'are of the environment and of Glidepath itself, up to the limit, whatever the environment is called',
    async check({ store }) {
      await put(
        store,
        changeOf(
          runway('lic_1', 'dated', 2),
          runway('lic_2', 'dated', 1, { environment: 'env_2' }),
          runway('lic_3', 'dated', 6),
          runway('glidepath/disk', 'dated', 4, { environment: null, ownerTeam: null }),
          runway('glidepath/root', 'dated', 3, { environment: null, ownerTeam: null }),
        ),
      );
      expect(await worst(store)).toEqual(['lic_1', 'glidepath/root', 'glidepath/disk', 'lic_3']);
      expect(await worst(store, 'env_2')).toEqual(['lic_2', 'glidepath/root', 'glidepath/disk']);
      expect(await worst(store, 'env_1', 2)).toEqual(['lic_1', 'glidepath/root']);
      expect(await worst(store, 'env_1', 0)).toEqual([]);
      for (const environment of ['', '\0', '\ud800', 'null'])
        expect(await worst(store, environment)).toEqual(['glidepath/root', 'glidepath/disk']);
    },
  },
  {
    noun: 'worst runways',
    promise: 'follow what is computed anew, and what is gone',
    async check({ store, other }) {
      await put(store, changeOf(runway('lic_1', 'dated', 1), runway('lic_2', 'dated', 2), runway('lic_3', 'dated', 3)));
      expect(await worst(other)).toEqual(['lic_1', 'lic_2', 'lic_3']);
      await put(store, changeOf(update('runway', 'lic_1', 0, { endsAt: at(9) }), update('runway', 'lic_3', 0, { state: 'latent' })));
      expect(await worst(other)).toEqual(['lic_3', 'lic_2', 'lic_1']);
      await put(store, changeOf(remove('runway', 'lic_2')));
      expect(await worst(other)).toEqual(['lic_3', 'lic_1']);
    },
  },
];
