/**
 * Break-glass: a lease that a sub-key signed under a grant, for the day on which nothing else is left. Once per
 * installation, and told to the server at the first contact. Pure.
 */
import { compile, type Instant } from '@glidepath/core';
import type { Count } from './counters.ts';
import { type HeldLease, nothingHeld, withLease } from './held.ts';
import type { Disbelief, LeaseWord } from './reading-words.ts';
import type { Memory } from './sidecar.ts';
import { situationOf } from './terms-of-lease.ts';

/** The lease in a break-glass file if it may be used and gives a better tier than the one in force; else null. */
export function usable(
  word: LeaseWord | Disbelief,
  memory: Memory,
  tierInForce: string | null,
  now: Instant,
  count: Count,
): HeldLease | null {
  if (typeof word === 'string' || word.grant?.purpose !== 'break-glass') {
    count(`break-glass.${typeof word === 'string' ? word : 'wrong-type'}`);
    return null;
  }
  const lease: HeldLease = { ...word, source: 'lease' };
  return !memory.grantsUsed.includes(word.grant.jti) && isBetter(lease, memory, tierInForce, now) ? lease : null;
}

function isBetter(lease: HeldLease, memory: Memory, tierInForce: string | null, now: Instant): boolean {
  const situation = situationOf(withLease(nothingHeld(memory), lease, now));
  const tier = situation && compile(situation.terms, situation.observations, now).segments[0].standing.tier;
  if (tier === null) return false;
  const inForce = lease.claims.path.tiers.findIndex(({ name }) => name === tierInForce);
  return inForce < 0 || tier < inForce;
}

/** Grants to tell the server of. */
export function grantsToReport({ grantsUsed, grantsReported }: Memory): readonly string[] {
  return grantsUsed.filter((grant) => !grantsReported.includes(grant));
}
