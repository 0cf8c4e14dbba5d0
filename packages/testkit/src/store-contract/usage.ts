/** Promises about use: each event counts once, and a balance is what its events add up to, whatever is cached of it. */
import type { Aggregate, BalanceKey, Store, UsageEvent } from '@glidepath/core';
import { expect } from 'vitest';
import { type Clause, put, putFoundation, rejectionOf } from './clause.ts';
import { at, changeOf, insert, remove, sample } from './sample-records.ts';

export function used(id: string | number, over: Partial<UsageEvent> = {}): UsageEvent {
  const event = { license: 'lic_1', source: 'app', eventId: `e${id}`, meter: 'minutes', amount: 1, value: null };
  return { ...event, at: at(1), receivedAt: at(2), ...over };
}

const AGGREGATES: readonly Aggregate[] = ['sum', 'max', 'last', 'unique'];
const keyOf = (aggregate: Aggregate, over: Partial<BalanceKey> = {}): BalanceKey => ({
  license: 'lic_1',
  meter: 'minutes',
  aggregate,
  windowStart: at(0),
  windowEnd: at(60),
  ...over,
});

async function balanceOf(store: Store, aggregate: Aggregate, over: Partial<BalanceKey> = {}): Promise<number | undefined> {
  return (await store.balances([keyOf(aggregate, over)], at(9)))[0]?.used;
}

async function allOf(store: Store): Promise<readonly number[]> {
  return (
    await store.balances(
      AGGREGATES.map((aggregate) => keyOf(aggregate)),
      at(9),
    )
  ).map((balance) => balance.used);
}

/** Takes some of the snapshots away, as anybody may at any time. */
async function forgetSnapshots(store: Store, isGone: (n: number) => boolean = () => true): Promise<number> {
  const held = (await store.find('meterRecord', {}, { limit: 1_000 })).filter((_, n) => isGone(n));
  await put(store, changeOf(...held.map(({ id }) => remove('meterRecord', id))));
  return held.length;
}

export const USAGE: readonly Clause[] = [
  {
    noun: 'usage',
    promise: 'of nothing says nothing, and of a license that does not exist fails the call and counts nothing',
    async check({ store }) {
      await putFoundation(store);
      expect(await store.countUsage([])).toEqual([]);
      expect(await rejectionOf(store.countUsage([used(1), used(2, { license: 'lic_none' })]))).toMatchObject({ name: 'Bug' });
      expect(await store.countUsage([used(1)])).toEqual(['counted']);
    },
  },
  {
    noun: 'usage',
    promise: 'makes its license a metered one, and no other, whichever snapshots there are',
    async check({ store }) {
      await putFoundation(store);
      await put(store, changeOf(insert('license', { id: 'lic_2' }), insert('seatState', { id: 'lic_2' })));
      const areMetered = async () => {
        const asks = ['lic_1', 'lic_2'].map((license) => ({ license, holders: [] }));
        const found = await store.leaseSituations(asks, { now: at(3), reapBefore: at(3) });
        return found.map((situation) => situation?.isMetered);
      };
      expect(await areMetered()).toEqual([false, false]);
      await store.countUsage([used(1)]);
      expect(await areMetered()).toEqual([true, false]);
      await balanceOf(store, 'sum');
      await forgetSnapshots(store);
      expect(await areMetered()).toEqual([true, false]);
    },
  },
  {
    noun: 'usage',
    promise: 'counts an event once, in one call, in several, and on any node',
    async check({ store, other }) {
      await putFoundation(store);
      await put(store, changeOf(insert('license', { id: 'lic_2' })));
      expect(await store.countUsage([used(1), used(2), used(1, { amount: 9 })])).toEqual(['counted', 'counted', 'duplicate']);
      expect(await balanceOf(store, 'sum')).toBe(2);
      expect(await other.countUsage([used(3), used(2)])).toEqual(['counted', 'duplicate']);
      expect(await store.countUsage([used(2, { source: 'other' }), used(2, { license: 'lic_2' })])).toEqual(['counted', 'counted']);
      expect(await balanceOf(store, 'sum')).toBe(4);
      const race = await Promise.all([store, other, store, other].map((node) => node.countUsage([used(7), used(8), used(9)])));
      expect(race.flat().filter((outcome) => outcome === 'counted')).toHaveLength(3);
      expect(await balanceOf(other, 'sum')).toBe(7);
    },
  },
  {
    noun: 'usage',
    promise: 'that cannot be kept exactly is refused, and nothing of the call is counted',
    async check({ store }) {
      await putFoundation(store);
      for (const over of [{ amount: -1 }, { amount: 0.000_000_1 }, { amount: 1e15 + 1 }, { amount: Number.NaN }])
        expect(await rejectionOf(store.countUsage([used(1), used(2, over)]))).toMatchObject({ name: 'Bug' });
      for (const over of [{ source: '\0' }, { meter: '\ud800' }, { value: 'x'.repeat(300) }])
        expect(await rejectionOf(store.countUsage([used(1), used(2, over)]))).toMatchObject({ code: 'unstorable-value' });
      expect(await balanceOf(store, 'sum')).toBe(0);
    },
  },
  {
    noun: 'balance',
    promise: 'adds up exactly, however many tenths there are',
    async check({ store }) {
      await putFoundation(store);
      await store.countUsage(Array.from({ length: 30 }, (_, n) => used(n, { amount: 0.1 })));
      expect(await balanceOf(store, 'sum')).toBe(3);
      await store.countUsage([used('a', { amount: 1_234_567_890.740_993 }), used('b', { amount: 0.000_001 })]);
      const whole = await balanceOf(store, 'sum');
      await forgetSnapshots(store);
      expect([whole, await balanceOf(store, 'sum')]).toEqual([1_234_567_893.740_994, 1_234_567_893.740_994]);
    },
  },
  {
    noun: 'balance',
    promise: 'is the sum, the greatest, the last by time and then by source and id, or the number of values',
    async check({ store }) {
      await putFoundation(store);
      expect(await allOf(store)).toEqual([0, 0, 0, 0]);
      await store.countUsage([used(1, { amount: 4, at: at(5), value: 'a' }), used(2, { amount: 7, at: at(3), value: 'b' })]);
      expect(await allOf(store)).toEqual([11, 7, 4, 2]);
      await store.countUsage([used(3, { amount: 2, at: at(5), value: 'a' }), used(4, { amount: 1, at: at(4), value: 'a' })]);
      expect(await allOf(store)).toEqual([14, 7, 2, 2]);
      await store.countUsage([
        used(0, { amount: 3, at: at(5), value: 'c' }),
        used(0, { amount: 5, at: at(5), source: 'app\u0001', value: 'c' }),
      ]);
      expect(await allOf(store)).toEqual([22, 7, 5, 3]);
    },
  },
  {
    noun: 'balance',
    promise: 'is of its own license, meter and window: its start belongs to it, its end to the next',
    async check({ store }) {
      await putFoundation(store);
      await put(store, changeOf(insert('license', { id: 'lic_2' })));
      const count = async (round: string) =>
        await store.countUsage([
          used(`${round}1`, { at: at(0), amount: 1 }),
          used(`${round}2`, { at: at(59.999), amount: 2 }),
          used(`${round}3`, { at: at(60), amount: 4 }),
          used(`${round}4`, { at: at(-0.001), amount: 8 }),
          used(`${round}5`, { meter: 'other', amount: 16 }),
          used(`${round}6`, { license: 'lic_2', amount: 32 }),
        ]);
      const next = { windowStart: at(60), windowEnd: at(120) };
      const asked = [keyOf('sum'), keyOf('sum', next), keyOf('sum', { meter: 'other' }), keyOf('sum', { license: 'lic_2' })];
      for (const round of [1, 2]) {
        await count(`${round}-`);
        const balances = await store.balances(asked, at(9));
        expect(balances.map((balance) => balance.used)).toEqual([3 * round, 4 * round, 16 * round, 32 * round]);
        expect(
          balances.map(({ license, meter, aggregate, windowStart, windowEnd }) => ({ license, meter, aggregate, windowStart, windowEnd })),
        ).toEqual(asked);
      }
    },
  },
  {
    noun: 'balance',
    promise: 'says as of when: the last event that was received, or now where there was none',
    async check({ store }) {
      await putFoundation(store);
      const asOf = async () => (await store.balances([keyOf('sum')], at(9)))[0]?.asOf;
      expect(await asOf()).toBe(at(9));
      await store.countUsage([used(1, { receivedAt: at(5) }), used(2, { receivedAt: at(4) })]);
      expect(await asOf()).toBe(at(5));
      await store.countUsage([used(3, { receivedAt: at(3) })]);
      expect(await asOf()).toBe(at(5));
      await store.countUsage([used(4, { receivedAt: at(7) })]);
      expect(await asOf()).toBe(at(7));
    },
  },
  {
    noun: 'balance',
    promise: 'is the same whichever snapshots are deleted, and whenever',
    async check({ store, other }) {
      await putFoundation(store);
      for (let round = 0; round < 6; round++) {
        const events = [3, 1, 2].map((n) =>
          used(`${round}-${n}`, { amount: n + round, at: at((n * 7 + round * 11) % 59), value: `v${(n + round) % 5}` }),
        );
        await store.countUsage(events);
        const before = await allOf(store);
        await forgetSnapshots(other, (n) => (n + round) % 2 === 0);
        expect(await allOf(other)).toEqual(before);
        expect(await forgetSnapshots(store)).toBe(4);
        expect(await allOf(store)).toEqual(before);
      }
      expect((await allOf(store))[0]).toBe(6 * 6 + 3 * 15);
    },
  },
  {
    noun: 'balance',
    promise: 'is right when two nodes count while snapshots are made and deleted',
    async check({ store, other }) {
      await putFoundation(store);
      const rounds = 12;
      const counting = async (node: Store, name: string) => {
        for (let round = 0; round < rounds; round++)
          await node.countUsage(
            [1, 2, 3].map((n) =>
              used(`${name}${round}-${n}`, { amount: 0.1 + n, at: at(round), value: round % 2 === 0 ? `v${round}` : null }),
            ),
          );
      };
      const asking = async () => {
        for (let round = 0; round < rounds; round++) {
          await allOf(other);
          for (const { id } of await store.find('meterRecord', {}, { limit: 9 })) await store.commit(changeOf(remove('meterRecord', id)));
        }
      };
      await Promise.all([counting(store, 'a'), counting(other, 'b'), asking()]);
      const kept = await allOf(store);
      expect(kept).toEqual([2 * rounds * 6.3, 3.1, 3.1, rounds / 2].map((value) => Number(value.toFixed(6))));
      await forgetSnapshots(store);
      expect(await allOf(store)).toEqual(kept);
    },
  },
  {
    noun: 'usage events',
    promise: 'come by time, source and id, page after page',
    async check({ store }) {
      await putFoundation(store);
      const events = [
        used('b', { at: at(2), value: 'x', amount: 0 }),
        used('a', { at: at(2), source: 'B' }),
        used('a', { at: at(2) }),
        used('z', { at: at(1), amount: 0.5 }),
        used('y', { at: at(3) }),
      ];
      await store.countUsage([...events, used('q', { meter: 'other' })]);
      const order = [3, 1, 2, 0, 4].map((n) => events[n] as UsageEvent);
      const span = { from: at(1), to: at(3.001) };
      expect(await store.usageEvents('lic_1', 'minutes', span, { limit: 9 })).toEqual(order);
      expect(await store.usageEvents('lic_1', 'minutes', { from: at(2), to: at(3) }, { limit: 9 })).toEqual(order.slice(1, 4));
      for (const [index, event] of order.entries())
        expect(await store.usageEvents('lic_1', 'minutes', span, { after: event, limit: 2 })).toEqual(order.slice(index + 1, index + 3));
      expect(await store.usageEvents('lic_1', 'minutes', span, { limit: 0 })).toEqual([]);
    },
  },
  {
    noun: 'open reservations',
    promise: 'are neither released nor expired nor spent',
    async check({ store }) {
      await putFoundation(store);
      const reserved = (id: string, over: object = {}) => insert('usageReservation', { id: `rsv_${id}`, requestId: id, ...over });
      await put(store, changeOf(insert('license', { id: 'lic_2' })));
      await put(
        store,
        changeOf(
          reserved('b'),
          reserved('a', { expiresAt: at(3) }),
          reserved('expired', { expiresAt: at(2) }),
          reserved('released', { releasedAt: at(1) }),
          reserved('spent'),
          reserved('elsewhere', { license: 'lic_2' }),
        ),
      );
      await store.countUsage([
        used(1, { source: 'glidepath/reservation', eventId: 'rsv_spent' }),
        used(1, { source: 'app', eventId: 'rsv_a' }),
        used(1, { license: 'lic_2', source: 'glidepath/reservation', eventId: 'rsv_b' }),
      ]);
      expect(await store.openReservations('lic_1', at(2))).toEqual([
        sample.usageReservation({ id: 'rsv_a', requestId: 'a', expiresAt: at(3) }),
        sample.usageReservation({ id: 'rsv_b', requestId: 'b' }),
      ]);
      expect(await store.openReservations('lic_none', at(2))).toEqual([]);
    },
  },
  {
    noun: 'what is old',
    promise: 'is forgotten, at most so much at once, and nothing that can still be asked for',
    async check({ store }) {
      await putFoundation(store);
      await put(
        store,
        changeOf(
          insert('license', { id: 'lic_2' }),
          insert('licenseTerms', { id: 'trm_2', license: 'lic_2', startsAt: at(4), effectiveFrom: at(4) }),
          insert('licenseTerms', { id: 'trm_3', license: 'lic_2', startsAt: at(90), effectiveFrom: at(90) }),
          insert('meterRecord', { id: 'met_old', windowStart: at(-9), windowEnd: at(-1) }),
          insert('meterRecord', { id: 'met_kept' }),
          insert('lease', { id: 'lea_old', holder: 'a', state: 'reaped', promisedUntil: at(9) }),
          insert('lease', { id: 'lea_gone', holder: 'b', state: 'released', promisedUntil: at(9) }),
          insert('lease', { id: 'lea_promised', holder: 'c', state: 'reaped', promisedUntil: at(10) }),
          insert('lease', { id: 'lea_removed', holder: 'd', state: 'removed', promisedUntil: at(0) }),
          insert('lease', { id: 'lea_held', holder: 'e', state: 'granted', promisedUntil: at(0) }),
        ),
      );
      const both = ['lic_1', 'lic_2'];
      await store.countUsage(both.flatMap((license) => [-5, -4, 3, 4, 5].map((minute) => used(minute, { license, at: at(minute) }))));
      const before = { events: at(5), snapshots: at(0), leases: at(10), now: at(50) };
      expect(await store.forgetOld(before, 0)).toBe(0);
      // Of the one license what lies before its term, which began at 0; of the other what lies before 4.
      let gone = 0;
      for (let round = 0; round < 9; round++) gone += await store.forgetOld(before, 2);
      expect(gone).toBe(2 + 3 + 1 + 2);
      const left = async (license: string) =>
        (await store.usageEvents(license, 'minutes', { from: at(-99), to: at(99) }, { limit: 99 })).map((event) => event.eventId);
      expect([await left('lic_1'), await left('lic_2')]).toEqual([
        ['e3', 'e4', 'e5'],
        ['e4', 'e5'],
      ]);
      expect((await store.find('meterRecord', {}, { limit: 9 })).map(({ id }) => id)).toEqual(['met_kept']);
      expect((await store.find('lease', {}, { limit: 9 })).map(({ id }) => id)).toEqual(['lea_held', 'lea_promised', 'lea_removed']);
    },
  },
];
