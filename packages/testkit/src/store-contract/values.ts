/** Promises about values: what comes back is what was put, and what cannot be kept is refused by name. */
import { expect } from 'vitest';
import { type Clause, contentOf, put, putFoundation, rejectionOf } from './clause.ts';
import { at, changeOf, insert, sample, update } from './sample-records.ts';

const HOSTILE = [
  '',
  ' ',
  "Robert'); drop table license; --",
  '"quoted" \\ back\\slash \\u0041 $1 {{x}} %s',
  '{a,b}',
  '{"a":null}',
  'null',
  'NULL',
  'line\nbreak\ttab\r\n\u0001\u001f\u007f',
  'e\u0301 é ß İ 漢字 🛬👩‍🚒 \u202egnirts\u202c \ufeff\uffff',
  '<script>alert(1)</script>',
  '__proto__',
] as const;

const LARGEST = Number.MAX_SAFE_INTEGER;

export const VALUES: readonly Clause[] = [
  {
    noun: 'text',
    promise: 'comes back as it was, hostile or not, and is found by it',
    async check({ store }) {
      await putFoundation(store);
      for (const [index, name] of HOSTILE.entries()) {
        const id = `prd_text_${index}`;
        await put(store, changeOf(insert('product', { id, name, title: name })));
        expect(await store.find('product', { name }, { limit: 9 })).toEqual([sample.product({ id, name, title: name })]);
      }
    },
  },
  {
    noun: 'text',
    promise: 'may be long where it is no name, and 256 characters where it is one',
    async check({ store }) {
      await putFoundation(store);
      const source = 'key: "ü"\n'.repeat(200_000);
      await put(store, changeOf(insert('policyVersion', { id: 'pol_2', digest: 'sha256:2', source })));
      expect((await store.get('policyVersion', 'pol_2'))?.source).toBe(source);
      const name = '～'.repeat(256);
      await put(store, changeOf(insert('product', { id: 'prd_2', name })));
      expect((await store.get('product', 'prd_2'))?.name).toBe(name);
      const tooLong = store.commit(changeOf(insert('product', { id: 'prd_3', name: `${name}x` })));
      expect(await rejectionOf(tooLong)).toMatchObject({ name: 'Fault', code: 'unstorable-value', retryable: false });
    },
  },
  {
    noun: 'text',
    promise: 'with a NUL or half a surrogate pair is refused wherever it stands, and nothing is written',
    async check({ store }) {
      await putFoundation(store);
      await put(store, changeOf(insert('lease')));
      const before = await contentOf(store, 'team', 'customer', 'audit', 'lease');
      for (const bad of ['\0', 'a\0b', '\ud800', 'x\udc00y']) {
        for (const write of [
          insert('customer', { id: 'cus_2', name: bad }),
          insert('customer', { id: bad, name: 'x' }),
          insert('audit', { facts: { deep: [{ bad }] } }),
          insert('audit', { facts: { [bad]: 1 } }),
          update('lease', 'lea_1', 0, { installations: [bad] }),
          update('lease', 'lea_1', 0, { client: bad }),
        ]) {
          const refused = await rejectionOf(store.commit(changeOf(insert('team', { id: 'tea_2', name: 'x' }), write)));
          expect(refused).toMatchObject({ name: 'Fault', code: 'unstorable-value', retryable: false });
        }
      }
      expect(await contentOf(store, 'team', 'customer', 'audit', 'lease')).toEqual(before);
    },
  },
  {
    noun: 'lists of text',
    promise: 'come back in order, empty or not, hostile or not',
    async check({ store }) {
      await putFoundation(store);
      const installations = [...HOSTILE].reverse();
      await put(store, changeOf(insert('lease', { installations }), insert('grant')));
      expect((await store.get('lease', 'lea_1'))?.installations).toEqual(installations);
      expect((await store.get('grant', 'gra_1'))?.usedBy).toEqual([]);
      await put(store, changeOf(update('lease', 'lea_1', 0, { installations: [] })));
      expect((await store.get('lease', 'lea_1'))?.installations).toEqual([]);
    },
  },
  {
    noun: 'numbers',
    promise: 'come back exact: large, negative, fractional, zero',
    async check({ store }) {
      await putFoundation(store);
      const instants = { effectiveFrom: at(-100_000_000), startsAt: LARGEST as never, expiresAt: -LARGEST as never };
      await put(store, changeOf(insert('licenseTerms', { id: 'trm_2', ...instants })));
      expect(await store.get('licenseTerms', 'trm_2')).toEqual(sample.licenseTerms({ id: 'trm_2', ...instants }));
      const epoch = { incarnation: LARGEST, count: LARGEST };
      await put(store, changeOf(insert('lease', { epoch, renewals: LARGEST })));
      expect(await store.get('lease', 'lea_1')).toEqual(sample.lease({ epoch, renewals: LARGEST }));
      const asks = [{ license: 'lic_1', holders: ['holder-1'] }];
      const [situation] = await store.leaseSituations(asks, { now: at(0), reapBefore: at(0) });
      expect(situation?.leases[0]?.epoch).toEqual(epoch);
      for (const [index, used] of [0, 0.1, 0.000001, 12_345_678.123457, 1e15, 0.3].entries()) {
        const id = `met_${index}`;
        await put(store, changeOf(insert('meterRecord', { id, meter: id, used })));
        expect((await store.get('meterRecord', id))?.used).toBe(used);
      }
    },
  },
  {
    noun: 'null',
    promise: 'comes back as null, not as absent and not as text',
    async check({ store }) {
      await putFoundation(store);
      const nothing = { person: null, kind: null, tier: null, waitingSince: null, client: null };
      await put(store, changeOf(insert('lease', nothing)));
      expect(await store.get('lease', 'lea_1')).toStrictEqual(sample.lease(nothing));
      await put(store, changeOf(update('lease', 'lea_1', 0, { tier: 'full' })));
      await put(store, changeOf(update('lease', 'lea_1', 1, { tier: null })));
      expect((await store.get('lease', 'lea_1'))?.tier).toBeNull();
      await put(store, changeOf(insert('idempotency', { answer: null })));
      expect((await store.get('idempotency', 'idm_1'))?.answer).toBeNull();
    },
  },
  {
    noun: 'JSON',
    promise: 'comes back with its keys in their order, whatever they are called',
    async check({ store }) {
      await putFoundation(store);
      const tree: unknown = JSON.parse(
        '{"zeta":1,"a":{"long name":[],"b":{}},"__proto__":{"polluted":true},"constructor":"x","":null,"toString":2}',
      );
      await put(store, changeOf(insert('policyVersion', { id: 'pol_2', digest: 'sha256:2', tree })));
      const kept = (await store.get('policyVersion', 'pol_2'))?.tree;
      expect(JSON.stringify(kept)).toBe(JSON.stringify(tree));
      expect((kept as { polluted?: unknown }).polluted).toBeUndefined();
      expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
    },
  },
  {
    noun: 'JSON',
    promise: 'may be any JSON value, nested, with hostile text in keys and values',
    async check({ store }) {
      await putFoundation(store);
      const texts = Object.fromEntries(HOSTILE.map((text) => [text, text]));
      const trees = [texts, [texts, [[[]]]], 'text', 0, -1.5e300, LARGEST, true, false, [null], '', {}, []];
      for (const [index, tree] of trees.entries()) {
        const id = `pol_tree_${index}`;
        await put(store, changeOf(insert('policyVersion', { id, digest: id, tree })));
        expect(JSON.stringify((await store.get('policyVersion', id))?.tree)).toBe(JSON.stringify(tree));
      }
    },
  },
  {
    noun: 'JSON',
    promise: 'drops members that are undefined and the sign of zero, as JSON does',
    async check({ store }) {
      await putFoundation(store);
      await put(store, changeOf(insert('audit', { facts: { gone: undefined, zero: -0, kept: { gone: undefined } } })));
      expect((await store.get('audit', 'aud_1'))?.facts).toStrictEqual({ zero: 0, kept: {} });
    },
  },
  {
    noun: 'JSON',
    promise: 'nested beyond 64 levels is refused, and nothing is written',
    async check({ store }) {
      await putFoundation(store);
      let deep: unknown = 'bottom';
      for (let level = 0; level < 5_000; level++) deep = [deep];
      const change = changeOf(insert('team', { id: 'tea_2', name: 'x' }), insert('audit', { facts: { deep } }));
      expect(await rejectionOf(store.commit(change))).toMatchObject({ name: 'Fault', code: 'unstorable-value', retryable: false });
      expect(await store.get('team', 'tea_2')).toBeNull();
    },
  },
  {
    noun: 'what is handed in',
    promise: 'is copied: changing it later changes nothing that is stored',
    async check({ store }) {
      await putFoundation(store);
      const facts = { list: [1], plan: 'team' };
      const installations = ['a'];
      await put(store, changeOf(insert('audit', { facts }), insert('lease', { installations })));
      facts.list.push(2);
      facts.plan = 'mutant';
      installations.push('b');
      expect((await store.get('audit', 'aud_1'))?.facts).toEqual({ list: [1], plan: 'team' });
      expect((await store.get('lease', 'lea_1'))?.installations).toEqual(['a']);
    },
  },
];
