import { Fault, type GroupedResult } from '@glidepath/core';
import { describe, expect, it, vi } from 'vitest';
import { MemoryStore } from '../../../adapters/memory/memory-store.ts';
import { testClock } from '../../../test-world.ts';
import { leaseServer, ONE_SEAT, policyTree, putLicense } from '../test-leases.ts';

type Changes = Parameters<MemoryStore['commitAll']>[0];

/** A store that says what it is told of the groups that it is given, and counts them. */
class ScriptedStore extends MemoryStore {
  sizes: number[] = [];
  refuse: ((changes: Changes) => readonly GroupedResult[] | null) | null = null;
  /** Commits wait for it. */
  gate: Promise<void> = Promise.resolve();
  override async commitAll(changes: Changes): Promise<readonly GroupedResult[]> {
    this.sizes.push(changes.flatMap(({ writes }) => writes.filter(({ table }) => table === 'lease')).length);
    await this.gate;
    return this.refuse?.(changes) ?? super.commitAll(changes);
  }
}

async function house(limit: number) {
  const store = new ScriptedStore(testClock());
  const server = await leaseServer({ seats: { ...ONE_SEAT, limit }, parts: { store } });
  store.sizes = [];
  return { ...server, store };
}

const names = (count: number) => Array.from({ length: count }, (_, at) => `holder-${at}`);

describe('lease engine', () => {
  it('writes what many ask at once in few commits, each with its own verdict', async () => {
    const { installation, store } = await house(6);
    const answers = await Promise.all(names(10).map((name) => installation(name).acquire()));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(6);
    expect(answers.filter(({ code }) => code === 'no-seat')).toHaveLength(4);
    expect(store.sizes.length).toBeLessThan(4);
    expect(await store.count('audit', { action: 'lease.acquired' })).toBe(6);
  });

  it('fails an item that cannot be written alone, and answers the others', async () => {
    const { installation, store } = await house(9);
    const poisoned = installation('holder-3').jkt;
    store.refuse = (changes) => {
      const isPoisoned = changes.some(({ writes }) => JSON.stringify(writes).includes(poisoned));
      return isPoisoned ? changes.map(() => ({ ok: false, reason: 'failed', error: new Error('poison') })) : null;
    };
    const answers = await Promise.all(names(6).map((name) => installation(name).acquire()));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 500, 200, 200]);
    expect(await store.count('lease', { state: 'granted' })).toBe(5);
  });

  it('makes a Fault of the commit everybody’s 503, and nobody’s denial', async () => {
    const { installation, store } = await house(1);
    store.refuse = () => {
      throw new Fault('commit-unknown', 'The connection was lost.', { retryable: true });
    };
    const answers = await Promise.all(names(4).map((name) => installation(name).acquire()));
    expect(answers.map(({ status, word }) => [status, word])).toEqual(answers.map(() => [503, null]));
  });

  it('takes back no answer of a license that was committed before another of its batch met a Fault', async () => {
    const { installation, store, world, environment } = await house(1);
    const licenses = [];
    for (let count = 0; count < 5; count++) licenses.push(await putLicense(world, environment, policyTree(ONE_SEAT)));
    store.sizes = [];
    let open = () => {};
    store.gate = new Promise((resolve) => {
      open = resolve;
    });
    // As many as there are lanes take each a batch of its own; the last two wait for one, and share it.
    const asked = Promise.all(licenses.map((own) => installation('a', own).acquire()));
    await vi.waitFor(() => expect(store.sizes).toHaveLength(3));
    store.refuse = (changes) => {
      if (changes.length < 2) return null;
      store.refuse = () => {
        throw new Fault('commit-unknown', 'The connection was lost.', { retryable: true });
      };
      const [first] = changes;
      if (first !== undefined) void MemoryStore.prototype.commitAll.call(store, [first]);
      return [{ ok: true }, { ok: false, reason: 'stale', table: 'seatState', id: 'another', constraint: null }];
    };
    open();
    expect((await asked).map(({ status }) => status)).toEqual([200, 200, 200, 200, 503]);
  });

  it('gives a request that is repeated after an unknown commit the seat that it had got', async () => {
    const { installation, store } = await house(1);
    const a = installation('a');
    store.refuse = (changes) => {
      store.refuse = null;
      void store.commitAll(changes);
      throw new Fault('commit-unknown', 'The connection was lost.', { retryable: true });
    };
    expect((await a.acquire({ nonce: 'the-same-nonce' })).status).toBe(503);
    const [kept] = await store.find('lease', {}, { limit: 2 });
    const again = await a.acquire({ nonce: 'the-same-nonce' });
    expect(again.lease).toMatchObject({ lease: kept?.id, jti: kept?.wordId });
    expect(await store.count('audit', { action: 'lease.acquired' })).toBe(1);
  });

  it('has a seat that is given back in a batch for who asks after it', async () => {
    const { installation } = await house(1);
    const [a, b] = [installation('a'), installation('b')];
    await a.acquire();
    const [, released, next] = await Promise.all([a.renew(), a.release(), b.acquire()]);
    expect([released?.status, next?.status]).toEqual([200, 200]);
  });
});
