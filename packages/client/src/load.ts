/**
 * What a process starts from: the best of what lies in the cache, else the lease that the product ships with, else nothing. Pure.
 *
 * The signed word is believed before the wall clock: a lease that lies ahead of a clock that was set back is still the
 * lease. Only where an earlier one lies beside it that does not, and neither the clock nor remembered time reach the
 * later one, it is left (a server's clock may have been ahead for one word).
 */
import { type Instant, instant } from '@glidepath/core';
import type { Count } from './counters.ts';
import { type Held, type HeldLease, type HeldVerdict, nothingHeld, restored, withLease } from './held.ts';
import { heldLease, type ReadWord } from './reading-words.ts';
import { BLANK, type Sidecar } from './sidecar.ts';
import { atLeast, CLOCK_BEHIND_MS, firstTime, type Reading, resumed, type TrustedTime, trustedNow, unanchored } from './trusted-time.ts';

export interface Found {
  /** Newest first. */
  readonly leases: readonly string[];
  readonly verdicts: readonly string[];
  readonly sidecar: Sidecar | null;
  readonly bootstrap: string | null;
  readonly reading: Reading;
  readonly bootId: string | null;
  readonly read: (compact: string, nonce: null | undefined) => ReadWord;
  readonly count: Count;
}

export interface Start {
  readonly held: Held;
  readonly time: TrustedTime;
}

export function findStart(found: Found): Start {
  const { sidecar, reading, bootId } = found;
  const memory = sidecar?.memory ?? BLANK;
  const remembered = sidecar?.time ? resumed(sidecar.time, reading, bootId) : null;
  const lease = chosen(leasesIn(found), remembered, found);
  if (lease === null) return withBootstrap(found, remembered ?? firstTime(reading));
  const time = remembered === null ? unanchored(lease.claims.iatMs, reading) : atLeast(remembered, lease.claims.iatMs);
  return { held: restored(lease, verdictsIn(found), memory, trustedNow(time)), time };
}

function leasesIn({ leases, read, count }: Found): readonly HeldLease[] {
  return leases.flatMap((compact) => {
    const word = read(compact.trim(), undefined);
    if (word.kind === 'lease') return [heldLease(word, 'cache')];
    count(`cache.${word.kind === 'no' ? word.reason : 'wrong-type'}`);
    return [];
  });
}

function verdictsIn({ verdicts, read, count }: Found): readonly HeldVerdict[] {
  return verdicts.flatMap((compact) => {
    const word = read(compact.trim(), undefined);
    if (word.kind === 'verdict') return [{ compact: word.compact, claims: word.claims }];
    count(`cache.${word.kind === 'no' ? word.reason : 'wrong-type'}`);
    return [];
  });
}

function chosen(leases: readonly HeldLease[], remembered: TrustedTime | null, { reading, count }: Found): HeldLease | null {
  const latest = instant(Math.max(reading.wall, remembered === null ? reading.wall : trustedNow(remembered)) + CLOCK_BEHIND_MS);
  const present = leases.find(({ claims }) => claims.iatMs <= latest);
  const [first] = leases;
  if (first !== undefined && first !== present) count('cache.from-the-future');
  return present ?? first ?? null;
}

function withBootstrap({ bootstrap, sidecar, read, count }: Found, time: TrustedTime): Start {
  const held = nothingHeld(sidecar?.memory ?? BLANK);
  if (bootstrap === null) return { held, time };
  const word = read(bootstrap.trim(), null);
  if (word.kind !== 'lease' || word.opened.claims.bootstrap === null) {
    count(`bootstrap.${word.kind === 'no' ? word.reason : 'wrong-type'}`);
    return { held, time };
  }
  const lease = heldLease(word, 'bootstrap');
  const later = atLeast(time, lease.claims.iatMs);
  const firstRunAt: Instant = held.memory.firstRunAt ?? trustedNow(later);
  return { held: withLease({ ...held, memory: { ...held.memory, firstRunAt } }, lease, trustedNow(later)), time: later };
}
