/** The names and positions inside a lease that point at its own tiers: what a JSON Schema cannot say. */
import type { Denial, LeaseClaims } from '@glidepath/core';
import { refuse } from './compact.ts';
import { hasItsTiers } from './path.ts';
import type { WordReason } from './reasons.ts';

/**
 * Refuses a lease that names a tier which its path does not have, or a rung past the last tier.
 *
 * `lowered.from` may name a tier that is gone: tiers map by name when a policy is promoted, and readers allow for it.
 */
export function checkReferences(claims: LeaseClaims): Denial<WordReason> | null {
  const { path } = claims;
  for (const claim of ['planTier', 'tier', 'floorTier'] as const) {
    if (!path.tiers.some((tier) => tier.name === claims[claim])) return refuse('malformed', { claim });
  }
  return hasItsTiers(path) ? null : refuse('malformed', { claim: 'path' });
}
