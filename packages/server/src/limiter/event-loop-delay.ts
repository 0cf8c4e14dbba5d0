/** Measures how late this process's event loop is, as the middle delay of the last second. */
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import type { LoopDelay } from './gate.ts';

const RESOLUTION_MS = 20;
const LOOK_MS = 1_000;
/** Of the delays of a second this share is shorter: one long garbage collection is no overload. */
const PERCENTILE = 50;

export function eventLoopDelay(): LoopDelay & { stop(): void } {
  const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  histogram.enable();
  let lookedAt = performance.now();
  let lastMs = 0;
  return {
    delayMs() {
      const now = performance.now();
      if (now - lookedAt < LOOK_MS) return lastMs;
      // The histogram counts whole rounds: what is beyond the round itself is late.
      lastMs = histogram.count === 0 ? 0 : Math.max(0, histogram.percentile(PERCENTILE) / 1e6 - RESOLUTION_MS);
      histogram.reset();
      lookedAt = now;
      return lastMs;
    },
    stop: () => histogram.disable(),
  };
}
