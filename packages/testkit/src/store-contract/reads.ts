/** Promises about reading: by id, by fields, page by page. */
import type { TableName, Write } from '@glidepath/core';
import { expect } from 'vitest';
import { type Clause, idsOf, put, putFoundation } from './clause.ts';
import { at, changeOf, EVERY_TABLE, insert, sample, update } from './sample-records.ts';

const customers = (...ids: readonly string[]): Write[] => ids.map((id) => insert('customer', { id, name: `named ${id}` }));
const EVERYTHING = changeOf(...EVERY_TABLE.map((table: TableName) => insert(table)));

export const READS: readonly Clause[] = [
  {
    noun: 'get',
    promise: 'gives back a record of every kind as it was put',
    async check({ store }) {
      await put(store, EVERYTHING);
      for (const table of EVERY_TABLE) {
        const record = sample[table]();
        expect(await store.get(table, record.id), table).toEqual(record);
      }
    },
  },
  {
    noun: 'get',
    promise: 'knows nothing by an id that nobody has, whatever the id',
    async check({ store }) {
      await putFoundation(store);
      for (const id of ['lic_2', '', 'LIC_1', 'lic_1 ', '\0', 'lic_1\0', '\ud800', '__proto__', "' or true --", 'x'.repeat(100_000)])
        expect(await store.get('license', id), JSON.stringify(id).slice(0, 40)).toBeNull();
    },
  },
  {
    noun: 'get',
    promise: 'gives a record that cannot change what is stored',
    async check({ store }) {
      await putFoundation(store);
      const tree = (await store.get('policyVersion', 'pol_1'))?.tree as { kind: string };
      const license = (await store.get('license', 'lic_1')) as { status: string };
      attempt(() => {
        tree.kind = 'Mutant';
      });
      attempt(() => {
        license.status = 'revoked';
      });
      expect(await store.get('policyVersion', 'pol_1')).toEqual(sample.policyVersion());
      expect(await store.get('license', 'lic_1')).toEqual(sample.license());
    },
  },
  {
    noun: 'find',
    promise: 'gives the records that equal every field asked for, by id',
    async check({ store }) {
      await putFoundation(store);
      await put(
        store,
        changeOf(
          insert('lease', { id: 'lea_c', holder: 'c', state: 'granted' }),
          insert('lease', { id: 'lea_a', holder: 'a', state: 'granted' }),
          insert('lease', { id: 'lea_b', holder: 'b', state: 'reaped' }),
          insert('lease', { id: 'lea_d', holder: 'd', state: 'granted', renewals: 7 }),
        ),
      );
      expect(await idsOf(store.find('lease', {}, { limit: 9 }))).toEqual(['lea_a', 'lea_b', 'lea_c', 'lea_d']);
      expect(await idsOf(store.find('lease', { license: 'lic_1', state: 'granted' }, { limit: 9 }))).toEqual(['lea_a', 'lea_c', 'lea_d']);
      expect(await idsOf(store.find('lease', { state: 'granted', renewals: 7 }, { limit: 9 }))).toEqual(['lea_d']);
      expect(await idsOf(store.find('lease', { state: 'reaped', renewals: 0 }, { limit: 9 }))).toEqual(['lea_b']);
      expect(await idsOf(store.find('lease', { renewals: 0, state: 'reaped' }, { limit: 9 }))).toEqual(['lea_b']);
      expect(await idsOf(store.find('lease', { holder: 'A' }, { limit: 9 }))).toEqual([]);
      expect(await idsOf(store.find('lease', { id: 'lea_b' }, { limit: 9 }))).toEqual(['lea_b']);
      expect(await idsOf(store.find('lease', { license: 'lic_none' }, { limit: 9 }))).toEqual([]);
      expect(await store.find('lease', { holder: 'a' }, { limit: 9 })).toEqual([sample.lease({ id: 'lea_a', holder: 'a' })]);
    },
  },
  {
    noun: 'find',
    promise: 'takes null for a value: the records that have none',
    async check({ store }) {
      await putFoundation(store);
      await put(store, changeOf(insert('outbox', { id: 'evt_1' }), insert('outbox', { id: 'evt_2', sentAt: at(1) })));
      expect(await idsOf(store.find('outbox', { sentAt: null }, { limit: 9 }))).toEqual(['evt_1']);
      expect(await idsOf(store.find('outbox', { sentAt: at(1) }, { limit: 9 }))).toEqual(['evt_2']);
    },
  },
  {
    noun: 'find',
    promise: 'follows a change of the field asked for',
    async check({ store }) {
      await putFoundation(store);
      await put(store, changeOf(insert('outbox', { id: 'evt_1' }), insert('outbox', { id: 'evt_2' })));
      expect(await idsOf(store.find('outbox', { sentAt: null }, { limit: 9 }))).toEqual(['evt_1', 'evt_2']);
      await put(store, changeOf(update('outbox', 'evt_1', 0, { sentAt: at(1) })));
      expect(await idsOf(store.find('outbox', { sentAt: null }, { limit: 9 }))).toEqual(['evt_2']);
    },
  },
  {
    noun: 'find',
    promise: 'finds nothing by a value that no record can have',
    async check({ store }) {
      await putFoundation(store);
      for (const name of ['\0', 'build\0', '\ud800', 'x'.repeat(100_000), '%', "build' or '1'='1"])
        expect(await store.find('product', { name }, { limit: 9 })).toEqual([]);
    },
  },
  {
    noun: 'page',
    promise: 'goes on after an id, which need not exist, and ends',
    async check({ store }) {
      await putFoundation(store);
      await put(store, changeOf(...customers('cus_2', 'cus_3', 'cus_4', 'cus_6')));
      const page = (after: string) => idsOf(store.find('customer', { environment: 'env_1' }, { after, limit: 2 }));
      expect(await idsOf(store.find('customer', {}, { limit: 2 }))).toEqual(['cus_1', 'cus_2']);
      expect(await page('cus_2')).toEqual(['cus_3', 'cus_4']);
      expect(await page('cus_4')).toEqual(['cus_6']);
      expect(await page('cus_5')).toEqual(['cus_6']);
      expect(await page('cus_6')).toEqual([]);
      expect(await page('')).toEqual(['cus_1', 'cus_2']);
      expect(await page('\0')).toEqual([]);
    },
  },
  {
    noun: 'page',
    promise: 'goes backwards when the newest come first',
    async check({ store }) {
      await putFoundation(store);
      await put(store, changeOf(...customers('cus_2', 'cus_3', 'cus_4')));
      const page = (after?: string) =>
        idsOf(store.find('customer', {}, { limit: 2, newestFirst: true, ...(after === undefined ? {} : { after }) }));
      expect(await page()).toEqual(['cus_4', 'cus_3']);
      expect(await page('cus_3')).toEqual(['cus_2', 'cus_1']);
      expect(await page('cus_1')).toEqual([]);
    },
  },
  {
    noun: 'page',
    promise: 'holds at most its limit, and nothing at a limit of 0',
    async check({ store }) {
      await putFoundation(store);
      await put(store, changeOf(...customers('cus_2', 'cus_3')));
      expect(await idsOf(store.find('customer', {}, { limit: 1 }))).toEqual(['cus_1']);
      expect(await idsOf(store.find('customer', {}, { limit: 0 }))).toEqual([]);
    },
  },
  {
    noun: 'page',
    promise: 'orders ids by code point, whatever language the machine speaks',
    async check({ store }) {
      await putFoundation(store);
      const ids = ['cus_B', 'cus_a', 'cus_b', 'cus_é', 'cus_～', 'cus_🛬'];
      await put(store, changeOf(...customers(...[...ids].reverse())));
      expect(await idsOf(store.find('customer', {}, { after: 'cus_1', limit: 9 }))).toEqual(ids);
      expect(await idsOf(store.find('customer', {}, { after: 'cus_～', limit: 9 }))).toEqual(['cus_🛬']);
    },
  },
  {
    noun: 'count',
    promise: 'counts what find would find without a limit',
    async check({ store }) {
      await putFoundation(store);
      await put(store, changeOf(...customers('cus_2', 'cus_3'), insert('outbox'), insert('outbox', { id: 'evt_2', sentAt: at(1) })));
      expect(await store.count('customer', {})).toBe(3);
      expect(await store.count('customer', { name: 'named cus_2' })).toBe(1);
      expect(await store.count('customer', { environment: 'env_none' })).toBe(0);
      expect(await store.count('outbox', { sentAt: null })).toBe(1);
      expect(await store.count('customer', { name: '\0' })).toBe(0);
    },
  },
];

function attempt(change: () => void): void {
  try {
    change();
  } catch {
    // A store may hand out frozen records.
  }
}
