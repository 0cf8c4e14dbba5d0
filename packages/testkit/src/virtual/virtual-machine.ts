/**
 * A machine in virtual time: its wall clock may be wrong, drift, be set; it sleeps, it restarts; its disk stays.
 *
 * Timers of a machine count its own monotonic time, which stands still while it sleeps, as on Linux. Those of a process
 * that ended never fire.
 */
import { type Clock, type Instant, instant, type Milliseconds, type Scheduler } from '@glidepath/core';
import { type MemoryFiles, memoryFiles } from './memory-files.ts';
import type { VirtualTime } from './virtual-time.ts';

/** How far a wall clock is off, as a function of the true time since the machine was made. */
export type Drift = (trueMs: Milliseconds) => Milliseconds;

/** One process of the machine. */
export interface VirtualProcess {
  readonly clock: Clock;
  readonly scheduler: Scheduler;
  readonly bootId: () => string;
  /** Kills it: its timers never fire again. */
  end(): void;
}

export class VirtualMachine {
  readonly disk: MemoryFiles = memoryFiles();
  readonly #time: VirtualTime;
  readonly #name: string;
  readonly #madeAt: Instant;
  readonly #drift: Drift;
  #offsetMs: Milliseconds = 0;
  #boots = 1;
  #bootedAt: Instant;
  #sleptMs: Milliseconds = 0;
  #asleepFrom: Instant | null = null;
  #wakesAt: Instant | null = null;

  constructor(time: VirtualTime, name = 'machine', drift: Drift = () => 0) {
    this.#time = time;
    this.#name = name;
    this.#drift = drift;
    this.#madeAt = time.now();
    this.#bootedAt = time.now();
  }

  /** Sets the wall clock forward, or back. */
  setClock(byMs: Milliseconds): void {
    this.#offsetMs += byMs;
  }

  /** Sleeps from now on: time passes for others only. */
  sleep(ms: Milliseconds): void {
    this.#asleepFrom = this.#time.now();
    this.#wakesAt = instant(this.#time.now() + ms);
    this.#time.after(ms, () => this.#wake());
  }

  #wake(): void {
    if (this.#asleepFrom !== null) this.#sleptMs += this.#time.now() - this.#asleepFrom;
    this.#asleepFrom = null;
    this.#wakesAt = null;
  }

  /** Starts the machine anew: monotonic time begins again, and nothing compares it with what was. End its processes first. */
  reboot(): void {
    this.#boots += 1;
    this.#bootedAt = this.#time.now();
    this.#sleptMs = 0;
  }

  process(): VirtualProcess {
    let isAlive = true;
    const schedule = (dueAt: Milliseconds, task: () => void, isCancelled: () => boolean): void => {
      const asleepMs = this.#wakesAt === null ? 0 : this.#wakesAt - this.#time.now();
      this.#time.after(asleepMs + Math.max(0, dueAt - this.#monotonic()), () => {
        if (!isAlive || isCancelled()) return;
        if (this.#asleepFrom !== null || this.#monotonic() < dueAt) schedule(dueAt, task, isCancelled);
        else task();
      });
    };
    return {
      clock: { now: () => this.#wall(), monotonic: () => this.#monotonic() },
      scheduler: {
        after: (delayMs, task) => {
          let isCancelled = false;
          schedule(this.#monotonic() + Math.max(0, delayMs), task, () => isCancelled);
          return {
            cancel: () => {
              isCancelled = true;
            },
          };
        },
      },
      bootId: () => `${this.#name}-${this.#boots}`,
      end: () => {
        isAlive = false;
      },
    };
  }

  #wall(): Instant {
    const now = this.#time.now();
    return instant(now + this.#offsetMs + this.#drift(now - this.#madeAt));
  }

  #monotonic(): Milliseconds {
    return (this.#asleepFrom ?? this.#time.now()) - this.#bootedAt - this.#sleptMs;
  }
}
