/** Stores that count wrongly. */
import { after, type BalanceKey, type MeterRecord, type Store, type UsageEvent, type UsageOutcome } from '@glidepath/core';
import type { Planted } from './planted.ts';

type WrongCount = (events: readonly UsageEvent[], right: Store) => Promise<readonly UsageOutcome[]>;

function wrongCount(wrong: string, caughtBy: string, countUsage: WrongCount): Planted {
  return { wrong, caughtBy, plant: (right) => ({ countUsage: (events) => countUsage(events, right) }) };
}

/** Balances that are changed by what their events are. */
function wrongBalance(
  wrong: string,
  caughtBy: string,
  change: (balance: MeterRecord, events: readonly UsageEvent[]) => Partial<MeterRecord>,
): Planted {
  const plant = (right: Store): Partial<Store> => ({
    balances: async (keys, now) =>
      await Promise.all(
        (await right.balances(keys, now)).map(async (balance) => ({ ...balance, ...change(balance, await eventsOf(right, balance)) })),
      ),
  });
  return { wrong, caughtBy, plant };
}

async function eventsOf(right: Store, { license, meter, windowStart, windowEnd }: BalanceKey): Promise<readonly UsageEvent[]> {
  return await right.usageEvents(license, meter, { from: windowStart, to: windowEnd }, { limit: 1_000 });
}

export const PLANTED_IN_USAGE: readonly Planted[] = [
  {
    wrong: 'a license is metered while it has snapshots',
    caughtBy: 'usage makes its license a metered one',
    plant: (right) => ({
      async leaseSituations(asks, at) {
        const found = await right.leaseSituations(asks, at);
        return found.map((situation) => situation && { ...situation, isMetered: situation.meters.length > 0 });
      },
    }),
  },
  wrongCount('usage of an unknown license is dropped', 'usage of nothing says nothing', async (events, right) => {
    const known = await Promise.all(events.map(async (event) => (await right.get('license', event.license)) !== null));
    return await right.countUsage(events.filter((_, at) => known[at]));
  }),
  {
    wrong: 'an event that comes again counts again',
    caughtBy: 'usage counts an event once',
    plant(right) {
      let call = 0;
      return {
        async countUsage(events) {
          call += 1;
          return await right.countUsage(events.map((event) => ({ ...event, eventId: `${event.eventId}#${call}` })));
        },
      };
    },
  },
  wrongCount('an event twice in one call counts twice', 'usage counts an event once', async (events, right) => {
    const seen = new Set<string>();
    const apart = events.map((event, at) => {
      const key = JSON.stringify([event.license, event.source, event.eventId]);
      const isSecond = seen.has(key);
      seen.add(key);
      return isSecond ? { ...event, eventId: `${event.eventId}#${at}` } : event;
    });
    return await right.countUsage(apart);
  }),
  wrongCount('events are the same whatever their source', 'usage counts an event once', (events, right) =>
    right.countUsage(events.map((event) => ({ ...event, source: 'app' }))),
  ),
  wrongCount('what is right of a call is counted', 'usage that cannot be kept exactly', async (events, right) => {
    const outcomes: UsageOutcome[] = [];
    for (const event of events) outcomes.push(...(await right.countUsage([event])));
    return outcomes;
  }),
  wrongBalance('sums are of floating point', 'balance adds up exactly', ({ aggregate, used }, events) => ({
    used: aggregate === 'sum' ? events.reduce((sum, { amount }) => sum + amount, 0) : used,
  })),
  wrongBalance('the last is the greatest', 'balance is the sum, the greatest, the last', ({ aggregate, used }, events) => ({
    used: aggregate === 'last' ? Math.max(0, ...events.map(({ amount }) => amount)) : used,
  })),
  wrongBalance('values are counted as often as they come', 'balance is the sum, the greatest, the last', ({ aggregate, used }, events) => ({
    used: aggregate === 'unique' ? events.length : used,
  })),
  {
    wrong: 'the end of a window belongs to it',
    caughtBy: 'balance is of its own license, meter and window',
    plant: (right) => ({
      async balances(keys, now) {
        const balances = await right.balances(
          keys.map((key) => ({ ...key, windowEnd: after(key.windowEnd, 1) })),
          now,
        );
        return balances.map((balance, at) => ({ ...balance, windowEnd: keys[at]?.windowEnd ?? balance.windowEnd }));
      },
    }),
  },
  {
    wrong: 'a balance is always of now',
    caughtBy: 'balance says as of when',
    plant: (right) => ({
      balances: async (keys, now) => (await right.balances(keys, now)).map((balance) => ({ ...balance, asOf: now })),
    }),
  },
  {
    wrong: 'a snapshot that is deleted begins again',
    caughtBy: 'balance is the same whichever snapshots are deleted',
    plant(right) {
      const lost = new Map<string, number>();
      const nameOf = ({ license, meter, aggregate, windowStart }: BalanceKey) => JSON.stringify([license, meter, aggregate, windowStart]);
      return {
        async commit(change) {
          for (const write of change.writes) {
            const gone = write.op === 'delete' && write.table === 'meterRecord' ? await right.get('meterRecord', write.id) : null;
            if (gone !== null) lost.set(nameOf(gone), gone.used);
          }
          return await right.commit(change);
        },
        balances: async (keys, now) =>
          (await right.balances(keys, now)).map((balance) => ({ ...balance, used: balance.used - (lost.get(nameOf(balance)) ?? 0) })),
      };
    },
  },
  {
    wrong: 'what is counted while a snapshot is made is lost',
    caughtBy: 'balance is right when two nodes count',
    plant(right) {
      const making = makingOf(right);
      return {
        async balances(keys, now) {
          making.count += 1;
          try {
            await right.now();
            return await right.balances(keys, now);
          } finally {
            making.count -= 1;
          }
        },
        countUsage: async (events) => (making.count > 0 ? events.map(() => 'counted' as const) : await right.countUsage(events)),
      };
    },
  },
  {
    wrong: 'events come by id',
    caughtBy: 'usage events come by time',
    plant: (right) => ({
      usageEvents: async (license, meter, span, page) =>
        [...(await right.usageEvents(license, meter, span, page))].sort((a, b) => (a.eventId < b.eventId ? -1 : 1)),
    }),
  },
  {
    wrong: 'what was spent is still reserved',
    caughtBy: 'open reservations are neither released',
    plant: (right) => ({
      openReservations: async (license, now) =>
        (await right.find('usageReservation', { license, releasedAt: null }, { limit: 99 })).filter(({ expiresAt }) => expiresAt > now),
    }),
  },
  {
    wrong: 'one more than the limit is forgotten',
    caughtBy: 'what is old is forgotten',
    plant: (right) => ({ forgetOld: (before, limit) => right.forgetOld(before, limit + 1) }),
  },
  {
    wrong: 'leases are forgotten while something is promised to them',
    caughtBy: 'what is old is forgotten',
    plant: (right) => ({ forgetOld: (before, limit) => right.forgetOld({ ...before, leases: after(before.leases, 60_000) }, limit) }),
  },
  {
    wrong: 'events of the current term are forgotten',
    caughtBy: 'what is old is forgotten',
    plant: (right) => ({ forgetOld: (before, limit) => right.forgetOld({ ...before, now: after(before.now, 3_600_000) }, limit) }),
  },
];

/** Two handles on one store know of each other's snapshots. */
const MAKING = new WeakMap<Store, { count: number }>();
function makingOf(right: Store): { count: number } {
  const known = MAKING.get(right) ?? { count: 0 };
  MAKING.set(right, known);
  return known;
}
