/**
 * Reports use from Node, an entry of its own: `@glidepath/client/usage`. Events wait in a folder; several processes may
 * share it, each with files of its own, and what one leaves behind another sends.
 */
import { randomBytes } from 'node:crypto';
import { createUsageBufferOn, type UsageBuffer, type UsageOptions, type UsagePlatform } from '../usage/buffer.ts';
import { nodeFetch } from './fetch.ts';
import { nodeClock, nodeScheduler } from './machine.ts';
import { usageFiles } from './usage-files.ts';

export type { ItemOutcome } from '../usage/answer.ts';
export type { RejectedUsage, Reported, UsageBuffer, UsageHealth, UsageOptions } from '../usage/buffer.ts';
export type { UsageReport } from '../usage/event.ts';

export interface NodeUsageOptions extends UsageOptions {
  /** Where events wait until they are counted. */
  readonly folder: string;
  /** Parts of the platform to replace. */
  readonly platform?: Partial<UsagePlatform>;
}

/** Makes a buffer. Timers keep no process alive: call `close` at the end, or leave what waits to the next process. */
export function createUsageBuffer(options: NodeUsageOptions): UsageBuffer {
  return createUsageBufferOn(
    {
      clock: nodeClock,
      scheduler: nodeScheduler,
      random: { next: Math.random },
      entropy: { bytes: (count) => randomBytes(count) },
      fetch: nodeFetch,
      store: usageFiles(options.folder),
      ...options.platform,
    },
    options,
  );
}
