/** Promises about what an acquire, renew or release reads, and what the reaper reads. */
import type { Lease, LicenseSituation, Store, Write } from '@glidepath/core';
import { expect } from 'vitest';
import { type Clause, put, putFoundation } from './clause.ts';
import { at, changeOf, DIGEST, insert, OTHER_DIGEST, sample, update } from './sample-records.ts';

const HOLDING = ['granted', 'overage'] as const;
const NOT_HOLDING = ['queued', 'when-full', 'reaped', 'released', 'removed'] as const;

function lease(name: string, over: Partial<Lease> = {}): Write {
  return insert('lease', { id: `lea_${name}`, holder: name, ...over });
}

async function situationOf(store: Store, reapBefore = at(0), holder = 'holder-1'): Promise<LicenseSituation> {
  const [situation] = await store.leaseSituations([{ license: 'lic_1', holders: [holder] }], { now: at(0), reapBefore });
  if (!situation) throw new Error('the sample license has a situation');
  return situation;
}

async function lapsedOf(store: Store, reapBefore = at(0)): Promise<readonly string[]> {
  return (await situationOf(store, reapBefore)).lapsed.map(({ id }) => id);
}

/** A second license with everything, whose rows must never appear in the situation of the first. */
const NEIGHBOUR = changeOf(
  insert('license', { id: 'lic_2' }),
  insert('licenseTerms', { id: 'trm_9', license: 'lic_2' }),
  insert('seatState', { id: 'lic_2', granted: 9 }),
  lease('neighbour', { license: 'lic_2', holder: 'holder-1', state: 'overage', holdUntil: at(-9) }),
  insert('meterRecord', { id: 'met_9', license: 'lic_2' }),
);

export const LEASES: readonly Clause[] = [
  {
    noun: 'lease situation',
    promise: 'of an unknown license is null',
    async check({ store }) {
      await putFoundation(store);
      for (const license of ['lic_none', '', '\0', 'x'.repeat(100_000)])
        expect(await store.leaseSituations([{ license, holders: ['holder-1'] }], { now: at(0), reapBefore: at(0) })).toEqual([null]);
    },
  },
  {
    noun: 'lease situation',
    promise: 'of a fresh license has its terms and nothing else',
    async check({ store }) {
      await putFoundation(store);
      expect(await situationOf(store)).toEqual({
        license: sample.license(),
        terms: [sample.licenseTerms()],
        seats: sample.seatState(),
        leases: [],
        lapsed: [],
        waiting: [],
        silent: 0,
        isMetered: false,
        policy: DIGEST,
        candidate: null,
        meters: [],
        service: null,
        incarnation: 1,
      });
    },
  },
  {
    noun: 'lease situation',
    promise: 'holds everything of the license and of this holder, and nothing of others',
    async check({ store }) {
      await putFoundation(store);
      await put(store, NEIGHBOUR);
      const lapsed = sample.lease({ id: 'lea_b', holder: 'b', holdUntil: at(-2) });
      const waiting = sample.lease({ id: 'lea_c', holder: 'c', state: 'when-full', waitingSince: at(1) });
      await put(
        store,
        changeOf(
          insert('lease', { state: 'released', fingerprint: { disk: 'd', cpu: 'c' } }),
          lease('b', { holdUntil: at(-2) }),
          lease('c', { state: 'when-full', waitingSince: at(1) }),
          lease('d', { state: 'reaped', promisedUntil: at(1) }),
          insert('meterRecord'),
          insert('meterRecord', { id: 'met_3', windowStart: at(-60), windowEnd: at(0) }),
          insert('meterRecord', { id: 'met_4', windowStart: at(1) }),
          insert('serviceState'),
          insert('licenseTerms', { id: 'trm_2', effectiveFrom: at(10), expiresAt: null, overrides: {} }),
          update('seatState', 'lic_1', 0, { granted: 1, overageOpenedAt: at(2) }),
          update('storeIdentity', 'store', 0, { incarnation: 4 }),
        ),
      );
      expect(await situationOf(store, at(-1))).toEqual({
        license: sample.license(),
        terms: [sample.licenseTerms(), sample.licenseTerms({ id: 'trm_2', effectiveFrom: at(10), expiresAt: null, overrides: {} })],
        seats: sample.seatState({ granted: 1, overageOpenedAt: at(2), revision: 1 }),
        leases: [sample.lease({ state: 'released', fingerprint: { disk: 'd', cpu: 'c' } })],
        lapsed: [lapsed],
        waiting: [waiting],
        silent: 1,
        isMetered: false,
        policy: DIGEST,
        candidate: null,
        meters: [sample.meterRecord()],
        service: sample.serviceState(),
        incarnation: 4,
      });
    },
  },
  {
    noun: 'lease situation',
    promise: 'of a holder that no text can name has no lease',
    async check({ store }) {
      await putFoundation(store);
      await put(store, changeOf(insert('lease')));
      for (const holder of ['holder-2', 'HOLDER-1', '\0', 'holder-1\0', '\ud800'])
        expect((await situationOf(store, at(0), holder)).leases).toEqual([]);
    },
  },
  {
    noun: 'lease situation',
    promise: 'has the terms from the oldest that takes effect, later written ones behind earlier ones',
    async check({ store }) {
      await putFoundation(store);
      const rows = [
        ['trm_4', at(5)],
        ['trm_2', at(30)],
        ['trm_3', at(5)],
      ] as const;
      await put(store, changeOf(...rows.map(([id, effectiveFrom]) => insert('licenseTerms', { id, effectiveFrom }))));
      expect((await situationOf(store)).terms.map(({ id }) => id)).toEqual(['trm_1', 'trm_3', 'trm_4', 'trm_2']);
    },
  },
  {
    noun: 'lapsed holds',
    promise: 'are of leases that hold a seat and ended at or before the instant, the oldest first',
    async check({ store }) {
      await putFoundation(store);
      await put(
        store,
        changeOf(
          lease('at', { holdUntil: at(0) }),
          lease('later', { holdUntil: at(0.001) }),
          lease('oldest', { holdUntil: at(-9), state: 'overage' }),
          lease('old', { holdUntil: at(-5) }),
          lease('also-old', { holdUntil: at(-5) }),
          ...NOT_HOLDING.map((state) => lease(state, { state, holdUntil: at(-20) })),
        ),
      );
      expect(await lapsedOf(store)).toEqual(['lea_oldest', 'lea_also-old', 'lea_old', 'lea_at']);
    },
  },
  {
    noun: 'lapsed holds',
    promise: 'follow renewals, releases and time',
    async check({ store }) {
      await putFoundation(store);
      await put(store, changeOf(...HOLDING.map((state) => lease(state, { state, holdUntil: at(10) }))));
      expect(await lapsedOf(store, at(9))).toEqual([]);
      expect(await lapsedOf(store, at(10))).toEqual(['lea_granted', 'lea_overage']);
      await put(store, changeOf(update('lease', 'lea_granted', 0, { holdUntil: at(20) })));
      expect(await lapsedOf(store, at(10))).toEqual(['lea_overage']);
      await put(store, changeOf(update('lease', 'lea_overage', 0, { state: 'released' })));
      expect(await lapsedOf(store, at(10))).toEqual([]);
      expect(await lapsedOf(store, at(20))).toEqual(['lea_granted']);
      await put(store, changeOf(update('lease', 'lea_granted', 1, { holdUntil: at(15) }), lease('new', { holdUntil: at(12) })));
      expect(await lapsedOf(store, at(16))).toEqual(['lea_new', 'lea_granted']);
      await put(store, changeOf(update('lease', 'lea_new', 0, { holdUntil: at(1) })));
      expect(await lapsedOf(store, at(2))).toEqual(['lea_new']);
    },
  },
  {
    noun: 'waiting',
    promise: 'are overage holders by when they acquired, then queued and then when-full ones by when they began to wait',
    async check({ store }) {
      await putFoundation(store);
      await put(
        store,
        changeOf(
          lease('full-late', { state: 'when-full', waitingSince: at(9), acquiredAt: at(-9) }),
          lease('full-early', { state: 'when-full', waitingSince: at(1) }),
          lease('queued-late', { state: 'queued', waitingSince: at(30) }),
          lease('queued-early', { state: 'queued', waitingSince: at(29) }),
          lease('full-unknown', { state: 'when-full', waitingSince: null }),
          lease('over-late', { state: 'overage', acquiredAt: at(20) }),
          lease('over-early', { state: 'overage', acquiredAt: at(10), waitingSince: at(99) }),
          ...(['granted', 'reaped', 'released', 'removed'] as const).map((state) => lease(state, { state, waitingSince: at(0) })),
        ),
      );
      const order = ['over-early', 'over-late', 'queued-early', 'queued-late', 'full-early', 'full-late', 'full-unknown'];
      expect((await situationOf(store)).waiting.map(({ holder }) => holder)).toEqual(order);
    },
  },
  {
    noun: 'waiting',
    promise: 'and lapsed holds are listed up to 200, the first ones',
    async check({ store }) {
      await putFoundation(store);
      const over = Array.from({ length: 203 }, (_, n) => lease(`${1_000 + n}`, { state: 'overage', holdUntil: at(-n), acquiredAt: at(n) }));
      await put(store, changeOf(...over));
      const { lapsed, waiting } = await situationOf(store);
      expect([lapsed.length, lapsed[0]?.id, lapsed[199]?.id]).toEqual([200, 'lea_1202', 'lea_1003']);
      expect([waiting.length, waiting[0]?.id, waiting[199]?.id]).toEqual([200, 'lea_1000', 'lea_1199']);
    },
  },
  {
    noun: 'policy in force',
    promise: "is the environment's pointer for a license that follows, and the pinned digest for one that pins",
    async check({ store }) {
      await putFoundation(store);
      await put(
        store,
        changeOf(
          insert('policyVersion', { id: 'pol_2', digest: OTHER_DIGEST }),
          update('policyPointer', 'env_1/acme-build', 0, { digest: OTHER_DIGEST }),
        ),
      );
      expect((await situationOf(store)).policy).toBe(OTHER_DIGEST);
      await put(store, changeOf(update('license', 'lic_1', 0, { policyMode: 'pin', pinnedDigest: DIGEST })));
      expect((await situationOf(store)).policy).toBe(DIGEST);
      await put(store, changeOf(update('license', 'lic_1', 1, { policyMode: 'follow', policyName: 'gone' })));
      expect((await situationOf(store)).policy).toBeNull();
    },
  },
  {
    noun: 'policy candidate',
    promise: 'is what the pointer brings for a license that follows it, and none for one that pins or follows another name',
    async check({ store }) {
      await putFoundation(store);
      const set = { candidate: OTHER_DIGEST, shareBasisPoints: 500, rollout: 'rlt_1' };
      await put(
        store,
        changeOf(insert('policyVersion', { id: 'pol_2', digest: OTHER_DIGEST }), update('policyPointer', 'env_1/acme-build', 0, set)),
      );
      const found = await situationOf(store);
      expect([found.policy, found.candidate]).toEqual([DIGEST, { rollout: 'rlt_1', digest: OTHER_DIGEST, shareBasisPoints: 500 }]);
      await put(store, changeOf(update('license', 'lic_1', 0, { policyName: 'other' })));
      expect((await situationOf(store)).candidate).toBeNull();
      await put(store, changeOf(update('license', 'lic_1', 1, { policyName: 'acme-build', policyMode: 'pin', pinnedDigest: DIGEST })));
      expect((await situationOf(store)).candidate).toBeNull();
      await put(store, changeOf(update('license', 'lic_1', 2, { policyMode: 'follow', pinnedDigest: null })));
      await put(store, changeOf(update('policyPointer', 'env_1/acme-build', 1, { candidate: null, shareBasisPoints: 0, rollout: null })));
      expect((await situationOf(store)).candidate).toBeNull();
    },
  },
  {
    noun: 'lease situation',
    promise: 'is read at one instant: what commits together is never seen apart',
    async check({ store, other }) {
      await putFoundation(store);
      await put(store, changeOf(insert('lease')));
      const seen: boolean[] = [];
      const write = async (revision: number): Promise<void> =>
        await put(
          store,
          changeOf(
            update('lease', 'lea_1', revision, { renewals: revision + 1 }),
            update('seatState', 'lic_1', revision, { granted: revision + 1 }),
          ),
        );
      const read = async (): Promise<void> => {
        const { leases, seats } = await situationOf(other);
        seen.push(leases[0]?.renewals === seats.granted);
      };
      for (let revision = 0; revision < 25; revision++) await Promise.all([read(), write(revision), read(), read()]);
      expect(seen).toEqual(seen.map(() => true));
    },
  },
  {
    noun: 'licenses with lapsed holds',
    promise: 'are named once each, the one with the oldest hold first, up to the limit',
    async check({ store }) {
      await putFoundation(store);
      await put(store, changeOf(...['lic_2', 'lic_3', 'lic_4'].map((id) => insert('license', { id }))));
      await put(
        store,
        changeOf(
          lease('1a', { holdUntil: at(-1) }),
          lease('1b', { holdUntil: at(-2) }),
          lease('2a', { license: 'lic_2', holdUntil: at(-9), state: 'overage' }),
          lease('3a', { license: 'lic_3', holdUntil: at(1) }),
          lease('3b', { license: 'lic_3', holdUntil: at(-20), state: 'reaped' }),
          lease('4a', { license: 'lic_4', holdUntil: at(0) }),
        ),
      );
      expect(await store.licensesWithLapsedHolds(at(0), 9)).toEqual(['lic_2', 'lic_1', 'lic_4']);
      expect(await store.licensesWithLapsedHolds(at(0), 2)).toEqual(['lic_2', 'lic_1']);
      expect(await store.licensesWithLapsedHolds(at(-10), 9)).toEqual([]);
      await put(store, changeOf(update('lease', 'lea_2a', 0, { holdUntil: at(5) })));
      expect(await store.licensesWithLapsedHolds(at(0), 9)).toEqual(['lic_1', 'lic_4']);
    },
  },
];
