/**
 * Faults that are put into a node on purpose, so that the checker is seen to catch them: it stands between command layer and
 * store, and lies. Nothing of this is in the product; `node.ts` is the only entry that knows it.
 */
import type { LeaseSituation, LicenseSituation, Store, UsageEvent } from '../packages/core/src/index.ts';
import { PostgresStore } from '../packages/server/src/adapters/postgres/index.ts';

export const PLANTS = ['double-grant', 'double-count', 'early-reap'] as const;
export type Plant = (typeof PLANTS)[number];

export function isPlant(name: string | undefined): name is Plant {
  return PLANTS.some((plant) => plant === name);
}

type Situation = Pick<LicenseSituation & LeaseSituation, 'seats' | 'lapsed'>;
type Lie = (situation: Situation) => Situation;
const EARLY_MS = 4_000;

export function plant(name: Plant): void {
  if (name === 'double-count') countTwice(PostgresStore.prototype);
  else if (name === 'early-reap') liesAboutSituations(lapsedSooner, EARLY_MS);
  else liesAboutSituations(seatForgotten, 0);
}

/** One seat in use is not seen: the next who asks gets it too. */
const seatForgotten: Lie = ({ seats, ...others }) => ({ ...others, seats: { ...seats, granted: Math.max(0, seats.granted - 1) } });

const lapsedSooner: Lie = ({ lapsed, ...others }) => ({
  ...others,
  lapsed: lapsed.map((lease) => ({ ...lease, holdUntil: later(lease.holdUntil, -EARLY_MS) })),
});

function later<I extends number>(at: I, byMs: number): I {
  return (at + byMs) as I;
}

function liesAboutSituations(lie: Lie, aheadMs: number): void {
  const store: Pick<Store, 'leaseSituations' | 'licensesWithLapsedHolds'> = PostgresStore.prototype;
  const { leaseSituations, licensesWithLapsedHolds } = store;
  store.leaseSituations = async function (this: Store, asks, at) {
    const found = await leaseSituations.call(this, asks, { ...at, reapBefore: later(at.reapBefore, aheadMs) });
    return found.map((situation) => (situation === null ? null : ({ ...situation, ...lie(situation) } satisfies LicenseSituation)));
  };
  store.licensesWithLapsedHolds = function (this: Store, reapBefore, limit) {
    return licensesWithLapsedHolds.call(this, later(reapBefore, aheadMs), limit);
  };
}

/** Every event is accepted under a second id too, as if its key did not hold. */
function countTwice(store: Pick<Store, 'countUsage'>): void {
  const { countUsage } = store;
  store.countUsage = async function (this: Store, events) {
    const outcomes = await countUsage.call(this, events);
    await countUsage.call(
      this,
      events.map((event): UsageEvent => ({ ...event, eventId: `${event.eventId}-again` })),
    );
    return outcomes;
  };
}
