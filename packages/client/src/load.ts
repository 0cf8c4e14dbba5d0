/**
 * What a process starts from: the best of what lies in the cache, else the lease that the product ships with, else nothing. Pure.
 *
 * The signed word is believed before the wall clock: a lease that lies ahead of a clock that was set back is still the
 * lease. Only where an earlier one lies beside it that does not, and neither the clock nor remembered time reach the
 * later one, it is left (a server's clock may have been ahead for one word).
 */
import type { Count } from './counters.ts';
import { type Held, type HeldLease, nothingHeld, restored, withLease } from './held.ts';
import { type Disbelief, type Expected, readLease, readVerdict } from './reading-words.ts';
import { BLANK, type Sidecar } from './sidecar.ts';
import { atLeast, CLOCK_BEHIND_MS, type Reading, resumed, type TrustedTime, trustedNow, unanchored } from './trusted-time.ts';

export interface Found {
  /** Newest first. */
  readonly leases: readonly string[];
  readonly verdicts: readonly string[];
  readonly sidecar: Sidecar | null;
  readonly expected: Expected;
  readonly reading: Reading;
  readonly bootId: string | null;
  readonly count: Count;
}

export interface Start {
  readonly held: Held;
  readonly time: TrustedTime;
}

export function findStart({ leases, verdicts, sidecar, expected, reading, bootId, count }: Found): Start {
  const memory = sidecar?.memory ?? BLANK;
  const remembered = sidecar?.time ? resumed(sidecar.time, reading, bootId) : null;
  const lease = presentOf(believed(leases, readLease, expected, count), remembered, reading, count);
  if (lease === undefined) return { held: nothingHeld(memory), time: remembered ?? unanchored(reading) };
  const time = remembered === null ? unanchored(reading, lease.claims.iatMs) : atLeast(remembered, lease.claims.iatMs);
  const standing = believed(verdicts, readVerdict, expected, count);
  return { held: restored({ ...lease, source: 'cache' }, standing, memory, trustedNow(time)), time };
}

function believed<T extends object>(
  texts: readonly string[],
  read: (text: string, expected: Expected) => T | Disbelief,
  expected: Expected,
  count: Count,
): readonly T[] {
  return texts.flatMap((text) => {
    const word = read(text.trim(), expected);
    if (typeof word === 'object') return [word];
    count(`cache.${word}`);
    return [];
  });
}

function presentOf<T extends Pick<HeldLease, 'claims'>>(
  leases: readonly T[],
  remembered: TrustedTime | null,
  { wall }: Reading,
  count: Count,
): T | undefined {
  const latest = Math.max(wall, remembered === null ? wall : trustedNow(remembered)) + CLOCK_BEHIND_MS;
  const present = leases.find(({ claims }) => claims.iatMs <= latest);
  if (leases[0] !== present) count('cache.from-the-future');
  return present ?? leases[0];
}

/** The lease that a product ships with, where nothing better was found: it counts from the first run. */
export function withBootstrap(start: Start, word: string, expected: Expected, count: Count): Start {
  const lease = readLease(word.trim(), expected);
  if (typeof lease === 'string' || lease.claims.bootstrap === null) {
    count(`bootstrap.${typeof lease === 'string' ? lease : 'wrong-type'}`);
    return start;
  }
  const time = atLeast(start.time, lease.claims.iatMs);
  const now = trustedNow(time);
  const { memory } = start.held;
  const held = nothingHeld({ ...memory, firstRunAt: memory.firstRunAt ?? now });
  return { held: withLease(held, { ...lease, source: 'bootstrap' }, now), time };
}
