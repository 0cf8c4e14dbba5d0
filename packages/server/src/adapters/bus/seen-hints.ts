/**
 * Which events were heard of lately, and from where to read on: the part of the bus that does no I/O.
 *
 * Ids ascend with the time at which a command began, not with its commit, so that a reader who goes on after the last id it saw
 * would miss whatever took longer. It reads the last minute again each time, and what it knows already is passed over.
 */
import { after, type Instant, MINUTE } from '@glidepath/core';
import { newId } from '@glidepath/protocol';

/** A command's time and the slowest of its commits together are less than this. */
export const OVERLAP_MS = MINUTE;
/** Remembered for longer than it is read again. */
const KEPT_MS = 3 * OVERLAP_MS;
/** Past so many the oldest are forgotten: hearing twice is harmless. */
const SEEN_MAX = 100_000;

export interface SeenHints {
  /** True the first time. What has no id is always new. */
  isNew(id: string | undefined, at: Instant): boolean;
  forget(now: Instant): void;
  readonly size: number;
}

export function createSeenHints(): SeenHints {
  const seen = new Map<string, Instant>();
  const drop = (id: string | undefined) => id !== undefined && seen.delete(id);
  return {
    get size() {
      return seen.size;
    },
    isNew(id, at) {
      if (id === undefined) return true;
      if (seen.has(id)) return false;
      seen.set(id, at);
      if (seen.size > SEEN_MAX) drop(seen.keys().next().value);
      return true;
    },
    forget(now) {
      for (const [id, at] of seen) {
        if (after(at, KEPT_MS) > now) return;
        seen.delete(id);
      }
    },
  };
}

const ZEROS = { bytes: (count: number) => new Uint8Array(count) };

/** The smallest id that an event of this instant or later can have. */
export function firstEventId(at: Instant): string {
  // A source of its own each time: ids of one source ascend, and this one must not.
  return newId('evt', at, { ...ZEROS });
}
