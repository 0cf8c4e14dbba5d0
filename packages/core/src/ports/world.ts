/** Time and chance as core's callers hand them in. Only a program's `main` names the system versions. */
import type { Instant, Milliseconds } from '../time.ts';

export interface Clock {
  /** Wall time. May step, may be wrong: for stamps, never for elapsed time. */
  now(): Instant;
  /** Milliseconds from an arbitrary start, never backwards: for elapsed time within this process. */
  monotonic(): Milliseconds;
}

/** Chance for jitter: uniform in [0, 1). Seeded in simulations. */
export interface Random {
  next(): number;
}

/** Chance for ids, nonces and keys; never seeded in production. */
export interface Entropy {
  bytes(count: number): Uint8Array;
}

export interface Timer {
  cancel(): void;
}

export interface Scheduler {
  /** Runs `task` once, no earlier than `delayMs` from now; never keeps a process alive. */
  after(delayMs: Milliseconds, task: () => void): Timer;
}
