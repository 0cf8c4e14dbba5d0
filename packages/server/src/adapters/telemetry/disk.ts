/** How full the disk of the data folder is, and when it will be full at the pace of the last day. */
import { statfs } from 'node:fs/promises';
import { after, DAY, HOUR, type Instant, MINUTE } from '@glidepath/core';
import type { DiskState, OwnEnd } from '../../world.ts';

export interface DiskWatch {
  state(now: Instant): Promise<DiskState>;
  end(now: Instant): Promise<OwnEnd>;
}

interface Seen {
  readonly at: Instant;
  readonly freeBytes: number;
}

type Measure = () => Promise<{ readonly freeBytes: number; readonly totalBytes: number }>;

const LOOK_EVERY_MS = 10 * MINUTE;
const REMEMBERED_MS = DAY;
/** A backup that is being written is no trend. */
const TREND_MS = 6 * HOUR;
/** Further ahead than that no pace of a day tells. */
const AHEAD_MAX_MS = 365 * DAY;

/** `measure`: for tests; by default the file system of the folder. */
export function diskWatch(folder: string, measure: Measure = () => freeOf(folder)): DiskWatch {
  let seen: readonly Seen[] = [];

  async function state(now: Instant): Promise<DiskState> {
    const { freeBytes, totalBytes } = await measure();
    const last = seen.at(-1);
    if (last === undefined || now >= after(last.at, LOOK_EVERY_MS)) {
      seen = [...seen.filter(({ at }) => now < after(at, REMEMBERED_MS)), { at: now, freeBytes }];
    }
    return { freeBytes, totalBytes, fullAt: fullAt(seen[0], { at: now, freeBytes }) };
  }

  return {
    state,
    async end(now) {
      const { freeBytes, totalBytes, fullAt: endsAt } = await state(now);
      const percent = totalBytes > 0 ? Math.floor((freeBytes / totalBytes) * 100) : 0;
      const part = {
        cause: 'disk',
        what: 'free space on the disk of the data folder',
        source: 'the pace of the last day',
        asOf: now,
      } as const;
      return {
        ...{ id: 'glidepath/disk', name: 'Disk', latent: [], isKnown: true },
        parts: endsAt === null ? [] : [{ ...part, endsAt }],
        evidence: `${percent} % of the disk of the data folder is free, and it does not fill up.`,
      };
    },
  };
}

async function freeOf(folder: string): ReturnType<Measure> {
  const { bsize, bavail, blocks } = await statfs(folder);
  return { freeBytes: bsize * bavail, totalBytes: bsize * blocks };
}

function fullAt(first: Seen | undefined, now: Seen): Instant | null {
  if (first === undefined || now.at < after(first.at, TREND_MS)) return null;
  const lostPerMs = (first.freeBytes - now.freeBytes) / (now.at - first.at);
  const leftMs = lostPerMs <= 0 ? Number.POSITIVE_INFINITY : Math.round(now.freeBytes / lostPerMs);
  return leftMs > AHEAD_MAX_MS ? null : after(now.at, leftMs);
}
