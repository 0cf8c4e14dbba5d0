/**
 * Break-glass: a lease that a sub-key signed under a grant, for the day on which nothing else is left. Once per
 * installation, and told to the server at the first contact. Pure.
 */
import type { Count } from './counters.ts';
import type { HeldLease } from './held.ts';
import type { Disbelief, LeaseWord } from './reading-words.ts';
import type { Memory } from './sidecar.ts';

/** The lease in a break-glass file if it may be used and is for a better tier than the one in force; else null. */
export function usable(word: LeaseWord | Disbelief, { grantsUsed }: Memory, tierInForce: string | null, count: Count): HeldLease | null {
  if (typeof word === 'string' || word.grant?.purpose !== 'break-glass') {
    count(`break-glass.${typeof word === 'string' ? word : 'wrong-type'}`);
    return null;
  }
  const names = word.claims.path.tiers.map(({ name }) => name);
  const inForce = tierInForce === null ? -1 : names.indexOf(tierInForce);
  const isBetter = inForce < 0 || names.indexOf(word.claims.tier) < inForce;
  return isBetter && !grantsUsed.includes(word.grant.jti) ? { ...word, source: 'lease' } : null;
}

/** Grants to tell the server of. */
export function grantsToReport({ grantsUsed, grantsReported }: Memory): readonly string[] {
  return grantsUsed.filter((grant) => !grantsReported.includes(grant));
}
