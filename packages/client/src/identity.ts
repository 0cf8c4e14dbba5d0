/** Whether this is still the machine that the lease was given to (the cause `identity`). Pure. */
import type { Instant } from '@glidepath/core';
import type { HeldLease } from './held.ts';
import type { Memory } from './sidecar.ts';

/**
 * Since when too few components of a node-locked machine match; null while enough do, or the lease asks for none. A
 * component that was not known when the lease was given does not count against the machine.
 */
export function identityObserved(
  lease: HeldLease | null,
  { fingerprint, identityChangedAt }: Memory,
  now: Readonly<Record<string, string>>,
  at: Instant,
): Instant | null {
  const rule = lease?.claims.match ?? null;
  if (rule === null) return null;
  const known = rule.of.filter((component) => Object.hasOwn(fingerprint, component));
  const matching = known.filter((component) => fingerprint[component] === now[component]);
  const isSame = matching.length >= Math.min(rule.need, known.length);
  return isSame ? null : (identityChangedAt ?? at);
}
