/**
 * Time that passes only when a test says so: one queue ordered by (time, sequence), microtasks drained between events.
 *
 * Two runs of the same program on the same seed do the same in the same order. That holds only while nothing waits for
 * the real world, so the global timers throw while time runs: whoever reached for one has found a bug.
 */
import { type Instant, instant, type Milliseconds, type Scheduler, type Timer } from '@glidepath/core';

interface Event {
  readonly at: number;
  readonly sequence: number;
  readonly task: () => void;
  isCancelled: boolean;
}

/** Runs after every microtask that is queued, and after those that they queue. Taken before anything is forbidden. */
const afterMicrotasks = setImmediate;

const FORBIDDEN = ['setTimeout', 'setInterval', 'setImmediate'] as const;

export class VirtualTime implements Scheduler {
  #now: number;
  #sequence = 0;
  readonly #queue: Event[] = [];

  constructor(start: Instant) {
    this.#now = start;
  }

  /** True time: what a perfect clock would show. */
  now(): Instant {
    return instant(this.#now);
  }

  after(delayMs: Milliseconds, task: () => void): Timer {
    const event = { at: this.#now + Math.max(0, delayMs), sequence: this.#sequence++, task, isCancelled: false };
    push(this.#queue, event);
    return {
      cancel: () => {
        event.isCancelled = true;
      },
    };
  }

  /** Lets time pass, with everything that falls into it. */
  async run(ms: Milliseconds): Promise<void> {
    await this.runUntil(instant(this.#now + ms));
  }

  /** Lets time pass until an instant, which counts. */
  async runUntil(end: Instant): Promise<void> {
    const allow = forbidGlobalTimers();
    try {
      await drained();
      for (let [next] = this.#queue; next !== undefined && next.at <= end; [next] = this.#queue) {
        pop(this.#queue);
        if (next.isCancelled) continue;
        this.#now = Math.max(this.#now, next.at);
        next.task();
        await drained();
      }
      this.#now = Math.max(this.#now, end);
    } finally {
      allow();
    }
  }

  /** Runs a promise to its end: what it waits for is let happen, for at most so long. */
  async finish<T>(promise: Promise<T>, withinMs: Milliseconds = 24 * 3_600_000): Promise<T> {
    let isDone = false;
    const done = promise.finally(() => {
      isDone = true;
    });
    done.catch(() => undefined);
    const end = this.#now + withinMs;
    await this.run(0);
    while (!isDone) {
      const [next] = this.#queue;
      if (next === undefined || next.at > end) throw new Error(`nothing that was awaited happened within ${withinMs} ms of virtual time`);
      await this.runUntil(instant(next.at));
    }
    return done;
  }
}

function drained(): Promise<void> {
  return new Promise((resolve) => {
    afterMicrotasks(resolve);
  });
}

function forbidGlobalTimers(): () => void {
  const globals = globalThis as unknown as Record<string, unknown>;
  const originals = FORBIDDEN.map((name) => [name, globals[name]] as const);
  for (const name of FORBIDDEN) {
    globals[name] = () => {
      throw new Error(`${name} was called in virtual time; use the scheduler that was handed in`);
    };
  }
  return () => {
    for (const [name, original] of originals) globals[name] = original;
  };
}

function isBefore(a: Event, b: Event): boolean {
  return a.at < b.at || (a.at === b.at && a.sequence < b.sequence);
}

/** A binary heap: the first event is at 0. */
function push(heap: Event[], event: Event): void {
  let at = heap.push(event) - 1;
  while (at > 0) {
    const parent = (at - 1) >> 1;
    const above = heap[parent];
    if (above === undefined || !isBefore(event, above)) break;
    heap[at] = above;
    at = parent;
  }
  heap[at] = event;
}

function pop(heap: Event[]): void {
  const last = heap.pop();
  if (last === undefined || heap.length === 0) return;
  let at = 0;
  for (;;) {
    const left = heap[2 * at + 1];
    const right = heap[2 * at + 2];
    const child = right !== undefined && left !== undefined && isBefore(right, left) ? 2 * at + 2 : 2 * at + 1;
    const smaller = heap[child];
    if (smaller === undefined || !isBefore(smaller, last)) break;
    heap[at] = smaller;
    at = child;
  }
  heap[at] = last;
}
