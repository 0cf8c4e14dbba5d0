import { Fault } from '@glidepath/core';
import { describe, expect, it } from 'vitest';
import { createGroupCommit, type GroupCommitOptions } from './group-commit.ts';

interface Item {
  readonly key: string;
  readonly name: string;
  readonly isUrgent?: boolean;
}

/** A flush that waits to be let go, and says which batches it was given. */
function bench(parts: Partial<GroupCommitOptions<Item, string>> = {}) {
  const batches: string[][] = [];
  const gates: (() => void)[] = [];
  const queue = createGroupCommit<Item, string>({
    async flush(items) {
      batches.push(items.map(({ name }) => name));
      await new Promise<void>((resolve) => gates.push(resolve));
      return items.map(({ name }) => (name.startsWith('bad') ? new Error(name) : `${name} done`));
    },
    keyOf: ({ key }) => key,
    ...{ itemsMax: 3, lanes: 2, waitingMax: 100 },
    ...parts,
  });
  const ask = (name: string, key = 'a', isUrgent = false) => queue.submit({ name, key, isUrgent });
  /** Lets the oldest batch that is under way end, and the next one begin. */
  async function let1Go() {
    gates.shift()?.();
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
  return { batches, ask, let1Go, queue };
}

describe('group commit', () => {
  it('carries a lone item out at once', () => {
    const { batches, ask } = bench();
    void ask('one');
    expect(batches).toEqual([['one']]);
  });

  it('makes what waits while a batch is carried out the next one, in its order', async () => {
    const { batches, ask, let1Go } = bench();
    const all = ['1', '2', '3', '4', '5'].map((name) => ask(name));
    expect(batches).toEqual([['1']]);
    await let1Go();
    expect(batches).toEqual([['1'], ['2', '3', '4']]);
    await let1Go();
    await let1Go();
    expect(batches).toEqual([['1'], ['2', '3', '4'], ['5']]);
    expect(await Promise.all(all)).toEqual(['1 done', '2 done', '3 done', '4 done', '5 done']);
  });

  it('has items of one key in one batch at a time, and of others beside it', async () => {
    const { batches, ask, let1Go } = bench();
    void ask('a1', 'a');
    void ask('a2', 'a');
    void ask('b1', 'b');
    void ask('c1', 'c');
    expect(batches).toEqual([['a1'], ['b1']]);
    await let1Go();
    expect(batches.slice(2)).toEqual([['a2', 'c1']]);
  });

  it('gives each item its own outcome: one that fails fails alone', async () => {
    const { ask, let1Go } = bench();
    void ask('first');
    const outcomes = Promise.allSettled([ask('good'), ask('bad')]);
    await let1Go();
    await let1Go();
    expect(await outcomes).toMatchObject([{ value: 'good done' }, { reason: { message: 'bad' } }]);
  });

  it('fails the batch whose flush throws, and goes on with the next', async () => {
    let count = 0;
    const queue = createGroupCommit<Item, string>({
      async flush(items) {
        count++;
        if (count === 1) throw new Fault('store-unavailable', 'gone', { retryable: true });
        return items.map(({ name }) => name);
      },
      keyOf: ({ key }) => key,
      ...{ itemsMax: 3, lanes: 1, waitingMax: 100 },
    });
    const [first, second] = await Promise.allSettled([queue.submit({ key: 'a', name: '1' }), queue.submit({ key: 'a', name: '2' })]);
    expect(first).toMatchObject({ status: 'rejected', reason: { code: 'store-unavailable' } });
    expect(second).toMatchObject({ value: '2' });
  });

  it('takes urgent items first where not all fit into one batch, and keeps the order where they do', async () => {
    const { batches, ask, let1Go } = bench({ isUrgent: ({ isUrgent }) => isUrgent === true });
    void ask('0');
    void ask('1');
    void ask('2', 'a', true);
    await let1Go();
    expect(batches[1]).toEqual(['1', '2']);
    for (const name of ['3', '4', '5']) void ask(name);
    for (const name of ['6', '7']) void ask(name, 'a', true);
    await let1Go();
    expect(batches[2]).toEqual(['6', '7', '3']);
  });

  it('refuses at once what would wait for too long', async () => {
    const { ask, queue } = bench({ waitingMax: 2 });
    for (const name of ['0', '1', '2']) void ask(name);
    expect(queue.waiting).toBe(2);
    await expect(ask('3')).rejects.toMatchObject({ code: 'overloaded', retryable: true });
  });
});
