/** Promises about many change sets in one commit, and about turns. */
import { type ChangeSet, Fault, type Store } from '@glidepath/core';
import { expect } from 'vitest';
import { type Clause, contentOf, put, putFoundation, rejectionOf } from './clause.ts';
import { at, changeOf, insert, OTHER_DIGEST, remove, sample, update } from './sample-records.ts';

/** A change of its own license's seats, with its lease, audit entry and event. */
function taking(n: number, over: Partial<ChangeSet> = {}): ChangeSet {
  return {
    writes: [insert('lease', { id: `lea_${n}`, license: `lic_${n}`, holder: `h${n}` }), update('seatState', `lic_${n}`, 0, { granted: n })],
    audit: [sample.audit({ id: `aud_${n}` })],
    events: [sample.outbox({ id: `evt_${n}` })],
    ...over,
  };
}

async function putLicenses(store: Store, ...numbers: readonly number[]): Promise<void> {
  await putFoundation(store);
  const others = numbers.filter((n) => n !== 1);
  await put(store, changeOf(...others.flatMap((n) => [insert('license', { id: `lic_${n}` }), insert('seatState', { id: `lic_${n}` })])));
}

const ok = { ok: true };

/** A row per way for one change set to be refused, with what it comes to; its neighbours are committed. */
const REFUSED: readonly (readonly [what: string, spoilt: ChangeSet, answer: object])[] = [
  [
    'stale',
    taking(2, {
      writes: [insert('lease', { id: 'lea_2', license: 'lic_2', holder: 'h2' }), update('seatState', 'lic_2', 7, { granted: 1 })],
    }),
    { ok: false, reason: 'stale', table: 'seatState', id: 'lic_2', constraint: null },
  ],
  [
    'a duplicate',
    taking(2, { audit: [sample.audit({ id: 'aud_there' })] }),
    { ok: false, reason: 'duplicate', table: 'audit', id: 'aud_there', constraint: 'audit_pkey' },
  ],
  [
    'a reference to nothing',
    taking(2, { writes: [update('seatState', 'lic_2', 0, { granted: 1 }), insert('lease', { id: 'lea_2', environment: 'env_none' })] }),
    { ok: false, reason: 'missing', table: 'lease', id: 'lea_2', constraint: 'lease_license_environment_fkey' },
  ],
  [
    'poisoned by text that cannot be kept',
    taking(2, { audit: [sample.audit({ id: 'aud_2', actor: '\0' })] }),
    { ok: false, reason: 'failed', error: expect.objectContaining({ name: 'Fault', code: 'unstorable-value' }) },
  ],
  [
    'poisoned by a bug of ours',
    taking(2, { writes: [update('seatState', 'lic_2', 0, { granted: -1 })] }),
    { ok: false, reason: 'failed', error: expect.objectContaining({ name: 'Bug' }) },
  ],
];

const TABLES = ['lease', 'seatState', 'audit', 'outbox'] as const;

export const GROUPS: readonly Clause[] = [
  {
    noun: 'group of commits',
    promise: 'of nothing answers nothing, and one of empty changes writes nothing',
    async check({ store }) {
      await putFoundation(store);
      const before = await contentOf(store, ...TABLES);
      expect(await store.commitAll([])).toEqual([]);
      expect(await store.commitAll([changeOf(), changeOf()])).toEqual([ok, ok]);
      expect(await contentOf(store, ...TABLES)).toEqual(before);
    },
  },
  {
    noun: 'group of commits',
    promise: 'writes what each would have written alone, seen at once by every node',
    async check({ store, other }) {
      await putLicenses(store, 1, 2, 3);
      expect(await store.commitAll([taking(3), taking(1), taking(2)])).toEqual([ok, ok, ok]);
      for (const n of [1, 2, 3]) {
        expect(await other.get('lease', `lea_${n}`)).toEqual(sample.lease({ id: `lea_${n}`, license: `lic_${n}`, holder: `h${n}` }));
        expect(await other.get('seatState', `lic_${n}`)).toEqual(sample.seatState({ id: `lic_${n}`, granted: n, revision: 1 }));
        expect(await other.get('audit', `aud_${n}`)).toEqual(sample.audit({ id: `aud_${n}` }));
        expect(await other.get('outbox', `evt_${n}`)).toEqual(sample.outbox({ id: `evt_${n}` }));
      }
    },
  },
  ...REFUSED.map(
    ([what, spoilt, answer]): Clause => ({
      noun: 'group of commits',
      promise: `of which one is ${what} commits the others, and of that one nothing`,
      async check({ store }) {
        await putLicenses(store, 1, 2, 3, 4, 5);
        await put(store, { writes: [], audit: [sample.audit({ id: 'aud_there' })], events: [] });
        expect(await store.commitAll([taking(1), taking(3), spoilt, taking(4), taking(5)])).toEqual([ok, ok, answer, ok, ok]);
        expect((await store.find('outbox', {}, { limit: 9 })).map(({ id }) => id)).toEqual(['evt_1', 'evt_3', 'evt_4', 'evt_5']);
        expect((await store.find('lease', {}, { limit: 9 })).map(({ id }) => id)).toEqual(['lea_1', 'lea_3', 'lea_4', 'lea_5']);
        expect(await store.get('seatState', 'lic_2')).toEqual(sample.seatState({ id: 'lic_2' }));
        expect(await store.get('audit', 'aud_2')).toBeNull();
      },
    }),
  ),
  {
    noun: 'group of commits',
    promise: 'of which many are refused says of each why',
    async check({ store }) {
      const numbers = Array.from({ length: 20 }, (_, n) => n + 1);
      await putLicenses(store, ...numbers);
      await put(store, changeOf(...numbers.filter((n) => n % 2 === 0).map((n) => update('seatState', `lic_${n}`, 0, {}))));
      const answers = await store.commitAll(numbers.map((n) => taking(n)));
      for (const n of numbers) {
        const stale = { ok: false, reason: 'stale', table: 'seatState', id: `lic_${n}`, constraint: null };
        expect(answers[n - 1]).toEqual(n % 2 === 0 ? stale : ok);
        expect((await store.get('lease', `lea_${n}`)) === null).toBe(n % 2 === 0);
      }
    },
  },
  {
    noun: 'group of commits',
    promise: 'comes to what its changes come to one after the other',
    async check({ store }) {
      await putFoundation(store);
      const granted = (revision: number, seats: number) => changeOf(update('seatState', 'lic_1', revision, { granted: seats }));
      const stale = { ok: false, reason: 'stale', table: 'seatState', id: 'lic_1', constraint: null };
      expect(await store.commitAll([granted(0, 1), granted(0, 2), granted(1, 3)])).toEqual([ok, stale, ok]);
      expect((await store.get('seatState', 'lic_1'))?.granted).toBe(3);
      const duplicate = { ok: false, reason: 'duplicate', table: 'team', id: 'tea_3', constraint: 'team_name_key' };
      const named = (id: string) => changeOf(insert('team', { id, name: 'same' }));
      expect(await store.commitAll([named('tea_2'), named('tea_3'), changeOf(remove('team', 'tea_2')), named('tea_4')])).toEqual([
        ok,
        duplicate,
        ok,
        ok,
      ]);
      const pointed = changeOf(update('policyPointer', 'env_1/acme-build', 0, { digest: OTHER_DIGEST }));
      const published = changeOf(insert('policyVersion', { id: 'pol_2', digest: OTHER_DIGEST }));
      expect(await store.commitAll([pointed, published, pointed])).toMatchObject([{ reason: 'missing' }, ok, ok]);
    },
  },
  {
    noun: 'group of situations',
    promise: 'answers in the order of the asks, each with the holders that it asked for',
    async check({ store }) {
      await putLicenses(store, 1, 2);
      await put(store, taking(1));
      await put(store, taking(2));
      await put(store, changeOf(insert('lease', { id: 'lea_9', holder: 'h9' })));
      const asked = await store.leaseSituations(
        [
          { license: 'lic_2', holders: ['h2', 'h9'] },
          { license: 'lic_none', holders: ['h1'] },
          { license: 'lic_1', holders: ['h9', 'h1', 'h9', 'nobody'] },
          { license: 'lic_1', holders: [] },
        ],
        { now: at(0), reapBefore: at(0) },
      );
      expect(asked.map((found) => found && [found.license.id, found.seats.granted, found.leases.map(({ id }) => id)])).toEqual([
        ['lic_2', 2, ['lea_2']],
        null,
        ['lic_1', 1, ['lea_1', 'lea_9']],
        ['lic_1', 1, []],
      ]);
      expect(await store.leaseSituations([], { now: at(0), reapBefore: at(0) })).toEqual([]);
    },
  },
  {
    noun: 'silent holders',
    promise: 'are reaped leases that are promised more than has passed',
    async check({ store }) {
      await putLicenses(store, 1, 2);
      await put(
        store,
        changeOf(
          insert('lease', { id: 'lea_1', holder: 'a', state: 'reaped', promisedUntil: at(10) }),
          insert('lease', { id: 'lea_2', holder: 'b', state: 'reaped', promisedUntil: at(11) }),
          insert('lease', { id: 'lea_3', holder: 'c', state: 'released', promisedUntil: at(99) }),
          insert('lease', { id: 'lea_4', holder: 'd', state: 'granted', promisedUntil: at(99) }),
          insert('lease', { id: 'lea_5', license: 'lic_2', state: 'reaped', promisedUntil: at(99) }),
        ),
      );
      const silent = async (minute: number) => {
        const [found] = await store.leaseSituations([{ license: 'lic_1', holders: [] }], { now: at(minute), reapBefore: at(0) });
        return found?.silent;
      };
      expect([await silent(9), await silent(10), await silent(11)]).toEqual([2, 1, 0]);
    },
  },
  {
    noun: 'turn',
    promise: 'sees what it wrote, tells of what is refused, and is seen by all when it has ended',
    async check({ store, other }) {
      await putFoundation(store);
      const told = await store.inTurn('lic_1', async (turn) => {
        const first = await turn.commit(changeOf(insert('lease'), update('seatState', 'lic_1', 0, { granted: 1 })));
        const [found] = await turn.leaseSituations([{ license: 'lic_1', holders: ['holder-1'] }], { now: at(0), reapBefore: at(0) });
        const stale = await turn.commit(changeOf(update('seatState', 'lic_1', 0, { granted: 5 })));
        const missing = await turn.commit(changeOf(insert('lease', { id: 'lea_2', holder: 'x', environment: 'env_none' })));
        const duplicate = await turn.commit(changeOf(insert('lease', { id: 'lea_3' })));
        return [first, found?.seats.granted, found?.leases.length, stale, missing, duplicate];
      });
      expect(told).toMatchObject([ok, 1, 1, { reason: 'stale' }, { reason: 'missing' }, { constraint: 'lease_license_holder_key' }]);
      expect(await other.get('lease', 'lea_1')).toEqual(sample.lease());
      expect(await other.get('seatState', 'lic_1')).toEqual(sample.seatState({ granted: 1, revision: 1 }));
    },
  },
  {
    noun: 'turn',
    promise: 'that throws leaves nothing behind and throws what its work threw',
    async check({ store }) {
      await putFoundation(store);
      const failing = store.inTurn('lic_1', async (turn) => {
        await put({ ...store, commit: (change) => turn.commit(change) } as Store, changeOf(insert('lease')));
        throw new Fault('of-the-work', 'The work fails.', { retryable: false });
      });
      expect(await rejectionOf(failing)).toMatchObject({ code: 'of-the-work' });
      expect(await store.get('lease', 'lea_1')).toBeNull();
      expect(await store.inTurn('lic_1', async () => 'the next one')).toBe('the next one');
    },
  },
  {
    noun: 'turn',
    promise: 'excludes every other turn on its license, on all nodes: nothing is ever stale in it',
    async check({ store, other }) {
      await putFoundation(store);
      const more = (node: Store) =>
        node.inTurn('lic_1', async (turn) => {
          const [found] = await turn.leaseSituations([{ license: 'lic_1', holders: [] }], { now: at(0), reapBefore: at(0) });
          const { granted = 0, revision = 0 } = found?.seats ?? {};
          return await turn.commit(changeOf(update('seatState', 'lic_1', revision, { granted: granted + 1 })));
        });
      const nodes = Array.from({ length: 16 }, (_, n) => (n % 2 === 0 ? store : other));
      expect(await Promise.all(nodes.map(more))).toEqual(nodes.map(() => ok));
      expect((await store.get('seatState', 'lic_1'))?.granted).toBe(16);
    },
  },
];
