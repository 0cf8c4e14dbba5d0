/** What Node knows of time on this machine. */
import { readFileSync } from 'node:fs';
import { type Clock, instant, type Scheduler } from '@glidepath/core';

export const nodeClock: Clock = {
  now: () => instant(Date.now()),
  // Counts from the start of the machine on Linux, so that it goes on from one process to the next.
  monotonic: () => Number(process.hrtime.bigint() / 1_000_000n),
};

export const nodeScheduler: Scheduler = {
  after(delayMs, task) {
    const timer = setTimeout(task, delayMs).unref();
    return { cancel: () => clearTimeout(timer) };
  },
};

/** The kernel's name for this start; null where there is none, or where monotonic time is the process's own. */
export function bootId(): string | null {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return null;
  }
}
