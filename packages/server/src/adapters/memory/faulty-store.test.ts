import { instant, type Store } from '@glidepath/core';
import { seededRandom, VirtualTime } from '@glidepath/testkit';
import { type FaultyStore, faultyStore, type StoreFaults } from '@glidepath/testkit/faulty-store';
import { changeOf, foundation, insert, rejectionOf, START, sample, storeContract, update } from '@glidepath/testkit/store-contract';
import { describe, expect, it } from 'vitest';
import { MemoryStore } from './memory-store.ts';

const clock = { now: () => instant(START), monotonic: () => 0 };
const TAKE = {
  writes: [insert('lease'), update('seatState', 'lic_1', 0, { granted: 1 })],
  audit: [sample.audit()],
  events: [sample.outbox()],
};

async function faulty(faults: StoreFaults): Promise<{ right: Store; store: FaultyStore }> {
  const right = new MemoryStore(clock);
  await right.commit(foundation());
  return { right, store: faultyStore(right, { random: seededRandom(1) }, faults) };
}

storeContract('faulty, with no faults', async () => faultyStore(new MemoryStore(clock), { random: seededRandom(1) }));

describe('a faulty store', () => {
  it('that is unavailable does nothing and says so', async () => {
    const { right, store } = await faulty({ unavailable: 1 });
    for (const asked of [store.commit(TAKE), store.get('license', 'lic_1'), store.now(), store.count('license', {})])
      expect(await rejectionOf(asked)).toMatchObject({ name: 'Fault', code: 'store-unavailable', retryable: true });
    expect(await right.get('lease', 'lea_1')).toBeNull();
    expect(store.happened.unavailable).toBe(4);
  });

  it('that loses an answer has committed', async () => {
    const { right, store } = await faulty({ answerLost: 1 });
    expect(await rejectionOf(store.commit(TAKE))).toMatchObject({ name: 'Fault', code: 'commit-unknown', retryable: true });
    expect(await right.get('lease', 'lea_1')).toEqual(sample.lease());
  });

  it('that loses a commit has not, and nobody can tell the two apart', async () => {
    const { right, store } = await faulty({ commitLost: 1 });
    expect(await rejectionOf(store.commit(TAKE))).toMatchObject({ name: 'Fault', code: 'commit-unknown', retryable: true });
    expect(await right.get('lease', 'lea_1')).toBeNull();
  });

  it('that has a conflict is stale and writes nothing', async () => {
    const { right, store } = await faulty({ conflict: 1 });
    expect(await store.commit(TAKE)).toEqual({ ok: false, reason: 'stale', table: 'lease', id: 'lea_1', constraint: null });
    expect(await right.get('lease', 'lea_1')).toBeNull();
    expect(await store.commit(changeOf())).toEqual({ ok: true });
  });

  it('that tears a commit leaves a part of it', async () => {
    const { right, store } = await faulty({ torn: 1 });
    const many = Array.from({ length: 50 }, (_, n) => insert('team', { id: `tea_${100 + n}`, name: `${n}` }));
    expect(await rejectionOf(store.commit({ ...changeOf(...many), audit: [sample.audit()] }))).toMatchObject({ code: 'commit-unknown' });
    const written = (await right.count('team', {})) - 1;
    expect(written).toBeGreaterThan(0);
    expect(written).toBeLessThan(50);
    expect(await right.count('audit', {})).toBe(0);
  });

  it('that has a conflict refuses some of a group, and commits the others', async () => {
    const { right, store } = await faulty({ conflict: 0.5 });
    const many = Array.from({ length: 40 }, (_, n) => changeOf(insert('team', { id: `tea_${100 + n}`, name: `${n}` })));
    const results = await store.commitAll(many);
    expect(new Set(results.map(({ ok }) => ok))).toEqual(new Set([true, false]));
    for (const [n, { ok }] of results.entries()) expect((await right.get('team', `tea_${100 + n}`)) !== null).toBe(ok);
  });

  it('that loses the answer of a group or of usage has done it, and one that loses the commit has not', async () => {
    const event = {
      license: 'lic_1',
      source: 's',
      eventId: '1',
      meter: 'm',
      at: instant(START),
      receivedAt: instant(START),
      amount: 1,
      value: null,
    };
    for (const [faults, isDone] of [
      [{ answerLost: 1 }, true],
      [{ commitLost: 1 }, false],
    ] as const) {
      const { right, store } = await faulty(faults);
      expect(await rejectionOf(store.commitAll([TAKE]))).toMatchObject({ code: 'commit-unknown', retryable: true });
      expect(await rejectionOf(store.countUsage([event]))).toMatchObject({ code: 'commit-unknown', retryable: true });
      const freeing = store.inTurn('lic_1', (turn) => turn.commit(changeOf(insert('lease', { id: 'lea_2', holder: 'other' }))));
      expect(await rejectionOf(freeing)).toMatchObject({ code: 'commit-unknown', retryable: true });
      expect((await right.get('lease', 'lea_1')) !== null).toBe(isDone);
      expect((await right.get('lease', 'lea_2')) !== null).toBe(isDone);
      expect(await right.countUsage([event])).toEqual([isDone ? 'duplicate' : 'counted']);
    }
  });

  it('that tears a group or usage leaves a part of it', async () => {
    const { right, store } = await faulty({ torn: 1 });
    const teams = (from: number) =>
      changeOf(...Array.from({ length: 20 }, (_, n) => insert('team', { id: `tea_${from + n}`, name: `${from + n}` })));
    expect(await rejectionOf(store.commitAll([teams(100), teams(200)]))).toMatchObject({ code: 'commit-unknown' });
    const written = (await right.count('team', {})) - 1;
    expect(written > 0 && written < 40).toBe(true);
    const at = { at: instant(START), receivedAt: instant(START) };
    const events = Array.from({ length: 50 }, (_, n) => ({
      license: 'lic_1',
      source: 's',
      eventId: `${n}`,
      meter: 'm',
      ...at,
      amount: 1,
      value: null,
    }));
    expect(await rejectionOf(store.countUsage(events))).toMatchObject({ code: 'commit-unknown' });
    expect(new Set(await right.countUsage(events))).toEqual(new Set(['counted', 'duplicate']));
  });

  it('that has a conflict in a turn is stale and writes nothing', async () => {
    const { right, store } = await faulty({ conflict: 1 });
    expect(await store.inTurn('lic_1', (turn) => turn.commit(TAKE))).toMatchObject({ reason: 'stale' });
    expect(await right.get('lease', 'lea_1')).toBeNull();
  });

  it('heals when it is told to', async () => {
    const { store } = await faulty({ unavailable: 1 });
    store.become({});
    expect(await store.commit(TAKE)).toEqual({ ok: true });
  });

  it('takes its time, half of it before anything happens', async () => {
    const time = new VirtualTime(instant(START));
    const right = new MemoryStore(clock);
    await right.commit(foundation());
    const store = faultyStore(right, { random: { next: () => 0 }, scheduler: time }, { latencyMs: [100, 200] });
    let result: unknown = null;
    void store.commit(TAKE).then((committed) => {
      result = committed;
    });
    await time.run(49);
    expect(await right.get('lease', 'lea_1')).toBeNull();
    await time.run(1);
    expect(await right.get('lease', 'lea_1')).not.toBeNull();
    await time.run(49);
    expect(result).toBeNull();
    await time.run(1);
    expect(result).toEqual({ ok: true });
  });

  it('fails the same way for the same seed', async () => {
    const run = async (seed: number): Promise<readonly string[]> => {
      const store = faultyStore(
        new MemoryStore(clock),
        { random: seededRandom(seed) },
        { unavailable: 0.3, answerLost: 0.3, conflict: 0.3 },
      );
      const outcomes: string[] = [];
      for (let n = 0; n < 40; n++) {
        const committed = store.commit(changeOf(insert('team', { id: `tea_${100 + n}`, name: `${n}` })));
        outcomes.push(await committed.then(({ ok }) => String(ok)).catch(({ code }: { code: string }) => code));
      }
      return outcomes;
    };
    expect(await run(7)).toEqual(await run(7));
    expect(await run(7)).not.toEqual(await run(8));
    expect(new Set(await run(7))).toEqual(new Set(['true', 'false', 'store-unavailable', 'commit-unknown']));
  });
});
