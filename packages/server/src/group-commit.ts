/**
 * Group commit: what waits while one batch is carried out becomes the next one. A lone item is carried out at once, with no
 * delay to see whether others come; the busier it is, the larger the batches, and the cheaper each item.
 *
 * Items of one key (a license) are never in two batches at once and keep their order, as long as all that wait fit into one
 * batch; where they do not, urgent ones go before the others. What a flush says of each item is that
 * item's own answer; a flush that throws fails its own batch and nothing else. Knows nothing of what is flushed.
 */
import { Fault, invariant } from '@glidepath/core';

export interface GroupCommitOptions<I, O> {
  /** Carries out a batch: an outcome, or an Error, for each item in its order. */
  flush(items: readonly I[]): Promise<readonly (O | Error)[]>;
  /** Items of one key are carried out in turn. */
  keyOf(item: I): string;
  /** Items of one batch. */
  readonly itemsMax: number;
  /** Batches under way at once, on different keys. */
  readonly lanes: number;
  /** Items that may wait; more are refused at once (`overloaded`). */
  readonly waitingMax: number;
  /** Items that go before others while more wait than one batch takes, such as renewals; absent: none. */
  isUrgent?(item: I): boolean;
}

export interface GroupCommit<I, O> {
  submit(item: I): Promise<O>;
  /** How many wait for a batch now. */
  readonly waiting: number;
}

interface Waiting<I, O> {
  readonly item: I;
  readonly key: string;
  settle(outcome: O | Error): void;
}

export function createGroupCommit<I, O>(options: GroupCommitOptions<I, O>): GroupCommit<I, O> {
  const { flush, keyOf, isUrgent, itemsMax, lanes, waitingMax } = options;
  let waiting: Waiting<I, O>[] = [];
  const busy = new Set<string>();
  let running = 0;

  /** The next batch: first come first served, none whose key is under way; urgent ones before the others if not all fit. */
  function nextBatch(): readonly Waiting<I, O>[] {
    const free = busy.size === 0 ? waiting : waiting.filter(({ key }) => !busy.has(key));
    const batch = free.length <= itemsMax || isUrgent === undefined ? free.slice(0, itemsMax) : urgentFirst(free, isUrgent);
    const taken = new Set(batch);
    waiting = waiting.filter((entry) => !taken.has(entry));
    return batch;
  }

  function urgentFirst(free: readonly Waiting<I, O>[], urgent: (item: I) => boolean): readonly Waiting<I, O>[] {
    const before = free.filter(({ item }) => urgent(item)).slice(0, itemsMax);
    const others = free.filter(({ item }) => !urgent(item)).slice(0, itemsMax - before.length);
    return [...before, ...others];
  }

  function pump(): void {
    while (running < lanes && waiting.length > 0) {
      const batch = nextBatch();
      if (batch.length === 0) return;
      void carryOut(batch);
    }
  }

  async function carryOut(batch: readonly Waiting<I, O>[]): Promise<void> {
    const keys = new Set(batch.map(({ key }) => key));
    for (const key of keys) busy.add(key);
    running += 1;
    const outcomes = await outcomesOf(batch);
    running -= 1;
    for (const key of keys) busy.delete(key);
    for (const [at, entry] of batch.entries()) entry.settle(outcomes[at] ?? new Error('a flush answers each item'));
    pump();
  }

  async function outcomesOf(batch: readonly Waiting<I, O>[]): Promise<readonly (O | Error)[]> {
    try {
      const outcomes = await flush(batch.map(({ item }) => item));
      invariant(outcomes.length === batch.length, 'a flush answers each item');
      return outcomes;
    } catch (error) {
      const cause = error instanceof Error ? error : new Error(String(error));
      return batch.map(() => cause);
    }
  }

  return {
    get waiting() {
      return waiting.length;
    },
    submit(item) {
      if (waiting.length >= waitingMax)
        return Promise.reject(new Fault('overloaded', 'Too many requests wait already.', { retryable: true }));
      return new Promise<O>((resolve, reject) => {
        const settle = (outcome: O | Error) => (outcome instanceof Error ? reject(outcome) : resolve(outcome));
        const key = keyOf(item);
        waiting.push({ item, key, settle });
        // What waits for its own key waits for the batch that has it: it cannot begin anything.
        if (!busy.has(key)) pump();
      });
    },
  };
}
