/**
 * Break-glass: a lease that a sub-key signed under a grant, for the day on which nothing else is left. Once per
 * installation, and told to the server at the first contact. Pure.
 */
import { decide, type Instant } from '@glidepath/core';
import type { Count } from './counters.ts';
import { type HeldLease, nothingHeld, withLease } from './held.ts';
import { heldLease, type ReadWord } from './reading-words.ts';
import type { Memory } from './sidecar.ts';
import { situationOf } from './terms-of-lease.ts';

/** The lease in a break-glass file if it may be used and gives a better tier than the one in force; else null. */
export function readBreakGlass(word: ReadWord, memory: Memory, tierInForce: string | null, now: Instant, count: Count): HeldLease | null {
  if (word.kind === 'no') {
    count(`break-glass.${word.reason}`);
    return null;
  }
  const grant = word.kind === 'lease' ? word.opened.grant : null;
  if (word.kind !== 'lease' || grant === null || grant.purpose !== 'break-glass') {
    count('break-glass.not-break-glass');
    return null;
  }
  if (memory.grantsUsed.includes(grant.jti)) return null;
  const lease = heldLease(word, 'lease');
  return isBetter(lease, memory, tierInForce, now) ? lease : null;
}

function isBetter(lease: HeldLease, memory: Memory, tierInForce: string | null, now: Instant): boolean {
  const held = withLease(nothingHeld(memory), lease, now);
  const situation = situationOf(held);
  if (situation === null) return false;
  const { tier } = decide(situation.terms, situation.observations, now);
  if (tier === null) return false;
  const inForce = lease.claims.path.tiers.findIndex(({ name }) => name === tierInForce);
  return inForce < 0 || tier < inForce;
}

/** Grants to tell the server of. */
export function grantsToReport({ grantsUsed, grantsReported }: Memory): readonly string[] {
  return grantsUsed.filter((grant) => !grantsReported.includes(grant));
}
