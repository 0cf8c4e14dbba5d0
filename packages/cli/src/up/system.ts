/** The system's own time and chance, behind the ports of core. Only programs use this. */
import { randomBytes } from 'node:crypto';
import { type Clock, type Entropy, instant, type Random, type Scheduler } from '@glidepath/core';

export const systemClock: Clock = { now: () => instant(Date.now()), monotonic: () => performance.now() };

export const systemRandom: Random = { next: () => Math.random() };

/** Fetched from the system in one piece for many: an id takes some 16 bytes, and asking costs as much as a thousand. */
const POOL_BYTES = 4096;
let pool = Buffer.alloc(0);

export const systemEntropy: Entropy = {
  bytes(count) {
    if (count > POOL_BYTES) return new Uint8Array(randomBytes(count));
    if (pool.length < count) pool = randomBytes(POOL_BYTES);
    const taken = new Uint8Array(pool.subarray(0, count));
    // Given out once: a key made of them must not lie here still.
    pool.fill(0, 0, count);
    pool = pool.subarray(count);
    return taken;
  },
};

/** A timer's delay overflows beyond 24.8 days. */
const DELAY_MAX_MS = 2 ** 31 - 1;

export const systemScheduler: Scheduler = {
  after(delayMs, task) {
    let timer: NodeJS.Timeout;
    const wait = (left: number) => {
      timer = left > DELAY_MAX_MS ? setTimeout(() => wait(left - DELAY_MAX_MS), DELAY_MAX_MS) : setTimeout(task, left);
      timer.unref();
    };
    wait(Math.max(0, delayMs));
    return { cancel: () => clearTimeout(timer) };
  },
};
