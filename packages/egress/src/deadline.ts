/** One end for a whole exchange: looking up, connecting, every redirect and the last byte of the body share it. */
import { type Denial, deny, type EgressReason, type Milliseconds, SECOND } from '@glidepath/core';

export interface Deadline {
  /** Aborts when the time is over; sockets hang on it. */
  readonly signal: AbortSignal;
  /** What is being done now, as the end of "… while ___"; a denial for time says it. */
  doing(phase: string): void;
  leftMs(): Milliseconds;
  /** The value, or null when the time was over first. What comes later is dropped. */
  race<T>(work: Promise<T>): Promise<T | null>;
  denial(host: string): Denial<EgressReason>;
  /** Ends the timer and lets nothing hang on. */
  clear(): void;
}

export function startDeadline(timeoutMs: Milliseconds): Deadline {
  const controller = new AbortController();
  const { signal } = controller;
  const startedAt = performance.now();
  const timer = setTimeout(() => controller.abort(), timeoutMs);
  const over = new Promise<null>((resolve) => signal.addEventListener('abort', () => resolve(null), { once: true }));
  let phase = 'starting';
  return {
    signal,
    doing: (next) => {
      phase = next;
    },
    leftMs: () => Math.max(1, timeoutMs - (performance.now() - startedAt)),
    race: (work) => Promise.race([work, over]),
    denial: (host) =>
      deny('timeout', `The time for ${host} (${timeoutMs / SECOND} s) was over while ${phase}.`, { host, phase, timeoutMs }),
    clear: () => clearTimeout(timer),
  };
}
