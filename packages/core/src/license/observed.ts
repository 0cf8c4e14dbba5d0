/** What the control plane itself would decide about a license: it observes at first hand, and holds no seat of it. */
import { termsOf } from '../decision/path.ts';
import { NOTHING_OBSERVED, type Observations, type Terms } from '../decision/terms.ts';
import type { LicenseFacts } from '../lease/claims.ts';
import { loweringsFor } from '../lease/lowerings.ts';
import { quotaClaims } from '../lease/quota-claims.ts';
import { seatLimit, seatsUsed } from '../lease/seat-rules.ts';
import { tierIndex } from '../policy/lookup.ts';
import type { Instant } from '../time.ts';
import { licenseStatusAt } from './status.ts';

/**
 * Gives terms and observations of a license at the plan's own tier.
 *
 * On the server a dwell counts from `effectiveAt`, and nothing is unreachable. A holder that heard of a change later is
 * further up its path than this says, never further down.
 */
export function observedByServer(facts: LicenseFacts, now: Instant): { readonly terms: Terms; readonly observations: Observations } {
  const { license, terms, policy, plan, digest, seats } = facts;
  const { status, since } = licenseStatusAt(license, now);
  const lowered = loweringsFor({ ...facts, terms: facts.history, acquiredAt: license.createdAt, now });
  const limit = seatLimit(plan, terms);
  const base = termsOf(policy, plan, { digest, startsAt: terms.startsAt, expiresAt: terms.expiresAt });
  return {
    terms: { ...base, lowered: lowered.map((lowering) => ({ ...lowering, from: tierIndex(policy, lowering.from) ?? plan.tier })) },
    observations: {
      ...NOTHING_OBSERVED,
      lastSignedWordAt: now,
      suspendedAt: status === 'suspended' ? since : null,
      revokedAt: status === 'revoked' ? since : null,
      usage: quotaClaims(facts, now).map(({ meter, used, limit: quota, resetsAt, reachedAt }) => ({
        ...{ meter, used, limit: quota, resetsAt, receivedAt: reachedAt },
      })),
      seats: limit === null ? null : { used: seatsUsed(seats), limit },
      loweringReceivedAt: Object.fromEntries(lowered.map(({ id, effectiveAt }) => [id, effectiveAt])),
    },
  };
}
