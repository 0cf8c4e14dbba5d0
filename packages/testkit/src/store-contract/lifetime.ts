/** Promises about what no command may do, about two nodes at once, about the store's time and its end. */
import type { ChangeSet, CommitResult, LicenseStatus, Store, Write } from '@glidepath/core';
import { expect } from 'vitest';
import { type Clause, contentOf, put, putFoundation, rejectionOf } from './clause.ts';
import { at, changeOf, insert, remove, sample, update } from './sample-records.ts';

/** A row per change that only a bug of ours can ask for. */
const BUGS: readonly (readonly [what: string, change: () => ChangeSet])[] = [
  ['an update of an append-only record: policyVersion', () => changeOf(update('policyVersion', 'pol_1', 0, { source: 'x' }))],
  ['an update of an append-only record: licenseTerms', () => changeOf(update('licenseTerms', 'trm_1', 0, { plan: 'x' }))],
  ['an update of an append-only record: audit', () => changeOf(update('audit', 'aud_1', 0, { actor: 'x' }))],
  ['an update of an append-only record: keySet', () => changeOf(update('keySet', 'kes_1', 0, { document: 'x' }))],
  ['an update of a record without a revision: environment', () => changeOf(update('environment', 'env_1', 0, { issuer: 'x' }))],
  ['a delete of an append-only record: policyVersion', () => changeOf(remove('policyVersion', 'pol_1'))],
  ['a delete of an append-only record: licenseTerms', () => changeOf(remove('licenseTerms', 'trm_1'))],
  ['a delete of an append-only record: audit', () => changeOf(remove('audit', 'aud_1'))],
  ['a delete of an append-only record: keySet', () => changeOf(remove('keySet', 'kes_1'))],
  ['an update of the id', () => changeOf(update('customer', 'cus_1', 0, { id: 'cus_2' }))],
  ['an update of the revision', () => changeOf(update('customer', 'cus_1', 0, { revision: 7 }))],
  ['an update of what others refer to', () => changeOf(update('license', 'lic_1', 0, { environment: 'env_2' }))],
  [
    'two changes of one record',
    () => changeOf(update('customer', 'cus_1', 0, { name: 'x' }), update('customer', 'cus_1', 1, { name: 'y' })),
  ],
  ['an update and a delete of one record', () => changeOf(update('customer', 'cus_1', 0, { name: 'x' }), remove('customer', 'cus_1'))],
  ['a field that the record does not have', () => changeOf(insert('team', { color: 'red' } as object))],
  ['a field that is not there', () => changeOf(insert('team', { name: undefined as never }))],
  ['an id that is empty', () => changeOf(insert('team', { id: '' }))],
  ['a word that is not of the list', () => changeOf(update('license', 'lic_1', 0, { status: 'asleep' as LicenseStatus }))],
  ['a role that is not of the list', () => changeOf(insert('apiToken', { roles: ['owner' as never] }))],
  ['a negative count', () => changeOf(update('seatState', 'lic_1', 0, { granted: -1 }))],
  ['a count with a fraction', () => changeOf(update('seatState', 'lic_1', 0, { granted: 0.5 }))],
  ['an amount that is no number', () => changeOf(insert('meterRecord', { used: Number.NaN }))],
  ['an amount with a seventh decimal', () => changeOf(insert('meterRecord', { used: 0.000_000_1 }))],
  ['an amount beyond exact decimals', () => changeOf(insert('meterRecord', { used: 1e15 + 1 }))],
  ['an instant beyond exact integers', () => changeOf(update('license', 'lic_1', 0, { statusAt: (2 ** 53) as never }))],
  ['null where there must be a value', () => changeOf(insert('team', { name: null as never }))],
  ['a value that JSON does not have', () => changeOf(insert('audit', { facts: { when: new Map() } }))],
];

export const LIFETIME: readonly Clause[] = [
  ...BUGS.map(
    ([what, change]): Clause => ({
      noun: 'bug',
      promise: `is thrown for ${what}, and nothing is written`,
      async check({ store }) {
        await putFoundation(store);
        await put(store, { writes: [insert('keySet')], audit: [sample.audit()], events: [] });
        const tables = [
          'policyVersion',
          'licenseTerms',
          'audit',
          'keySet',
          'environment',
          'customer',
          'team',
          'license',
          'seatState',
        ] as const;
        const before = await contentOf(store, ...tables);
        const asked = change();
        const spoilt: ChangeSet = { ...asked, writes: [insert('customer', { id: 'cus_good', name: 'good' }), ...asked.writes] };
        expect(await rejectionOf(store.commit(spoilt))).toMatchObject({ name: 'Bug' });
        expect(await contentOf(store, ...tables)).toEqual(before);
      },
    }),
  ),
  {
    noun: 'two nodes',
    promise: 'that commit on one revision at once: exactly one wins, the other is stale and writes nothing',
    async check({ store, other }) {
      await putFoundation(store);
      for (let round = 0; round < 10; round++) {
        const take = (node: Store, holder: string) =>
          node.commit({
            writes: [
              insert('lease', { id: `lea_${holder}${round}`, holder: `${holder}${round}` }),
              update('seatState', 'lic_1', round, { granted: round + 1 }),
            ],
            audit: [sample.audit({ id: `aud_${holder}${round}` })],
            events: [],
          });
        const results = await Promise.all([take(store, 'a'), take(other, 'b')]);
        expect(results.filter(({ ok }) => ok)).toHaveLength(1);
        expect(results.find(({ ok }) => !ok)).toEqual({ ok: false, reason: 'stale', table: 'seatState', id: 'lic_1', constraint: null });
        expect([await store.count('lease', {}), await store.count('audit', {})]).toEqual([round + 1, round + 1]);
      }
    },
  },
  {
    noun: 'two nodes',
    promise: 'that put the same unique value at once: exactly one wins, the other is a duplicate',
    async check({ store, other }) {
      await putFoundation(store);
      for (let round = 0; round < 5; round++) {
        const holder = `holder-${round}`;
        const put = (node: Store, id: string) => node.commit(changeOf(insert('lease', { id: `${id}${round}`, holder })));
        const results = await Promise.all([put(store, 'lea_a'), put(other, 'lea_b')]);
        expect(results.filter(({ ok }) => ok)).toHaveLength(1);
        expect(results.find(({ ok }) => !ok)).toMatchObject({ reason: 'duplicate', constraint: 'lease_license_holder_key' });
      }
    },
  },
  {
    noun: 'two nodes',
    promise: 'that change several records in opposite orders never block each other for good',
    async check({ store, other }) {
      await putFoundation(store);
      const ids = Array.from({ length: 8 }, (_, n) => `cus_${10 + n}`);
      await put(store, changeOf(...ids.map((id) => insert('customer', { id, name: id }))));
      for (let revision = 0; revision < 8; revision++) {
        const rename = (node: Store, order: readonly string[]): Promise<CommitResult> =>
          node.commit(changeOf(...order.map((id): Write => update('customer', id, revision, { name: `${id}.${revision}` }))));
        const results = await Promise.all([rename(store, ids), rename(other, [...ids].reverse())]);
        expect(results.filter(({ ok }) => ok)).toHaveLength(1);
        expect(results.filter((result) => !result.ok && result.reason === 'stale')).toHaveLength(1);
      }
    },
  },
  {
    noun: 'two nodes',
    promise: 'of which one removes what the other comes to refer to: one of them is refused',
    async check({ store, other }) {
      await putFoundation(store);
      for (let round = 0; round < 5; round++) {
        const team = `tea_${10 + round}`;
        await put(store, changeOf(insert('team', { id: team, name: team })));
        const results = await Promise.all([
          store.commit(changeOf(remove('team', team))),
          other.commit(changeOf(insert('teamMember', { id: `mem_${round}`, team }))),
        ]);
        expect(results.filter(({ ok }) => ok)).toHaveLength(1);
        expect(results.find(({ ok }) => !ok)).toMatchObject({ reason: 'missing', constraint: 'team_member_team_fkey' });
        expect(await store.count('teamMember', { team })).toBe((await store.get('team', team)) === null ? 0 : 1);
      }
    },
  },
  {
    noun: 'time',
    promise: 'is a whole number of milliseconds since 1970, of this age',
    async check({ store }) {
      const now = await store.now();
      expect(Number.isSafeInteger(now)).toBe(true);
      expect(now).toBeGreaterThan(at(-525_600 * 10));
      expect(now).toBeLessThan(at(525_600 * 1_000));
    },
  },
  {
    noun: 'close',
    promise: 'may be called again, and at once',
    async check({ store }) {
      await putFoundation(store);
      await Promise.all([store.close(), store.close()]);
      await store.close();
    },
  },
  {
    noun: 'close',
    promise: 'ends everything: what is asked afterwards is a Fault that trying again does not mend',
    async check({ store }) {
      await store.close();
      const asked = [
        () => store.get('license', 'lic_1'),
        () => store.find('license', {}, { limit: 1 }),
        () => store.count('license', {}),
        () => store.leaseSituations([{ license: 'lic_1', holders: [] }], { now: at(0), reapBefore: at(0) }),
        () => store.commitAll([changeOf(insert('team'))]),
        () => store.licensesWithLapsedHolds(at(0), 1),
        () => store.commit(changeOf(insert('team'))),
        () => store.now(),
      ];
      for (const ask of asked) expect(await rejectionOf(ask())).toMatchObject({ name: 'Fault', code: 'store-closed', retryable: false });
    },
  },
];
