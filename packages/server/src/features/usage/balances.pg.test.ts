/** Whatever becomes of snapshots and however events come, a balance is the fold of what was accepted. */
import { type Aggregate, type BalanceKey, balanceOf, instant, type Store, type UsageEvent, windowAt } from '@glidepath/core';
import { foundation } from '@glidepath/testkit/store-contract';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MemoryStore } from '../../adapters/memory/memory-store.ts';
import { PostgresStore } from '../../adapters/postgres/postgres-store.ts';
import { useTestDatabase } from '../../adapters/postgres/test-database.ts';

const database = useTestDatabase();
/** The day on which the clocks of Berlin go forward, and the one on which they go back. */
const DAYS = [Date.UTC(2026, 2, 28, 22), Date.UTC(2026, 9, 24, 21)];
const AGGREGATES: readonly Aggregate[] = ['sum', 'max', 'last', 'unique'];
const TERM = { termStart: instant(Date.UTC(2026, 0, 31, 13)), termEnd: null };

type Step =
  | {
      readonly count: readonly {
        readonly id: number;
        readonly day: number;
        readonly minutes: number;
        readonly micros: number;
        readonly value: number;
      }[];
    }
  | { readonly ask: { readonly day: number; readonly minutes: number } }
  | { readonly lose: number };

/** Often the very edge of windows: whole hours, and the midnights around the change. */
const EDGES = [0, 60, 120, 180, 24 * 60, 26 * 60];
const minutes = fc.oneof({ weight: 1, arbitrary: fc.nat(49 * 60) }, { weight: 3, arbitrary: fc.constantFrom(...EDGES) });
const event = fc.record({ id: fc.nat(25), day: fc.nat(1), minutes, micros: fc.nat(3_000_000), value: fc.nat(3) });
const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.oneof(
    fc.record({ count: fc.array(event, { minLength: 1, maxLength: 6 }) }),
    fc.record({ ask: fc.record({ day: fc.nat(1), minutes }) }),
    fc.record({ lose: fc.nat(7) }),
  ),
  { minLength: 3, maxLength: 25 },
);

function keysAt(at: number): readonly BalanceKey[] {
  const windows = (['hour', 'day', 'week', 'month', 'term'] as const).flatMap((window) =>
    (['calendar', 'term'] as const).map((anchor) => windowAt({ window, anchor, timeZone: 'Europe/Berlin' }, instant(at), TERM)),
  );
  return AGGREGATES.flatMap((aggregate) =>
    windows.map(({ startsAt, endsAt }) => ({ license: 'lic_1', meter: aggregate, aggregate, windowStart: startsAt, windowEnd: endsAt })),
  );
}

async function holds(store: Store, salt: string, plan: readonly Step[]): Promise<void> {
  const accepted = new Map<string, UsageEvent>();
  const now = instant(Date.UTC(2026, 11, 1));
  for (const step of plan) {
    if ('count' in step) {
      const sent = step.count.flatMap(({ id, day, minutes, micros, value }) =>
        AGGREGATES.map((meter): UsageEvent => {
          const at = instant((DAYS[day] ?? 0) + minutes * 60_000);
          const isUnique = meter === 'unique';
          const worth = { amount: isUnique ? 0 : micros / 1_000_000, value: isUnique ? `v${value}` : null };
          return { license: 'lic_1', source: 'ci', eventId: `${salt}${meter}${id}`, meter, at, receivedAt: now, ...worth };
        }),
      );
      const outcomes = await store.countUsage(sent);
      for (const [place, one] of sent.entries()) {
        expect(outcomes[place]).toBe(accepted.has(one.eventId) ? 'duplicate' : 'counted');
        if (!accepted.has(one.eventId)) accepted.set(one.eventId, one);
      }
    } else if ('lose' in step) {
      const kept = await store.find('meterRecord', {}, { limit: 500 });
      const writes = kept
        .filter((_, place) => place % 8 >= step.lose)
        .map(({ id }) => ({ op: 'delete', table: 'meterRecord', id }) as const);
      if (writes.length > 0) expect(await store.commit({ writes, audit: [], events: [] })).toEqual({ ok: true });
    } else await agree(store, (DAYS[step.ask.day] ?? 0) + step.ask.minutes * 60_000, accepted);
  }
  for (const start of DAYS) await agree(store, start + 24 * 3_600_000, accepted);
}

async function agree(store: Store, at: number, accepted: ReadonlyMap<string, UsageEvent>): Promise<void> {
  const keys = keysAt(at);
  const found = await store.balances(keys, instant(Date.UTC(2026, 11, 1)));
  expect(found.map(({ used }) => used)).toEqual(keys.map((key) => balanceOf(key, accepted.values()).used));
}

describe('balances', () => {
  it('in memory are the fold of accepted events', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (plan) => {
        const store = new MemoryStore({ now: () => instant(0), monotonic: () => 0 });
        await store.commit(foundation());
        await holds(store, '', plan);
      }),
      { numRuns: 100 },
    );
  });

  describe('in PostgreSQL', () => {
    let store: PostgresStore;
    beforeAll(() => {
      store = new PostgresStore({ connectionString: database.connectionString, connections: 2 });
    });
    afterAll(() => store.close());

    it('are the fold of accepted events', async () => {
      await fc.assert(
        fc.asyncProperty(steps, async (plan) => {
          await database.empty();
          expect(await store.commit(foundation())).toEqual({ ok: true });
          await holds(store, '', plan);
        }),
        { numRuns: 60 },
      );
    }, 120_000);
  });
});
