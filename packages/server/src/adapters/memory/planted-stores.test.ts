import { instant, type Store } from '@glidepath/core';
import { type Clause, PLANTED, START, STORE_CLAUSES, storeAround } from '@glidepath/testkit/store-contract';
import { describe, expect, it } from 'vitest';
import { MemoryStore } from './memory-store.ts';

const clock = { now: () => instant(START), monotonic: () => 0 };
const nameOf = ({ noun, promise }: Clause) => `${noun} ${promise}`;

/** Clauses that fail against a store with something planted in it. */
async function caughtBy(plant: (right: Store) => Partial<Store>): Promise<readonly string[]> {
  const caught: string[] = [];
  for (const clause of STORE_CLAUSES) {
    const right = new MemoryStore(clock);
    const store = storeAround(right, plant(right));
    const isKept = await clause.check({ store, other: storeAround(right, plant(right)) }).then(
      () => true,
      () => false,
    );
    if (!isKept) caught.push(nameOf(clause));
  }
  return caught;
}

describe('the store contract', () => {
  const blind = new Set(STORE_CLAUSES.map(nameOf));

  it('names no clause twice', () => {
    expect(blind.size).toBe(STORE_CLAUSES.length);
  });

  it('finds nothing wrong with a right store', async () => {
    expect(await caughtBy(() => ({}))).toEqual([]);
  });

  for (const { wrong, caughtBy: expected, plant } of PLANTED) {
    it(`finds it when ${wrong} (${expected})`, async () => {
      const caught = await caughtBy(plant);
      for (const name of caught) blind.delete(name);
      expect(caught.filter((name) => name.startsWith(expected))).not.toEqual([]);
    });
  }

  it('has no clause that nothing planted turns red', () => {
    expect([...blind]).toEqual([]);
  });
});
