/** What a decision of the control plane stood on, taken down so that it can be made again. */
import type { LicenseFacts } from '../lease/claims.ts';
import { loweringsFor } from '../lease/lowerings.ts';
import { quotaClaims } from '../lease/quota-claims.ts';
import { seatLimit, seatsUsed } from '../lease/seat-rules.ts';
import { licenseStatusAt } from '../license/status.ts';
import type { SeatState } from '../ports/records.ts';
import type { Instant } from '../time.ts';
import type { ObservedDecision } from './observed-decision.ts';
import type { Replayer } from './replay.ts';

/** One question about a license, and how it was answered. */
export interface Asked {
  readonly asked: ObservedDecision['asked'];
  readonly at: Instant;
  /** As they were before the answer. */
  readonly seats: SeatState;
  /** When the word that a renewal replaces was signed; null: there was none. */
  readonly lastWordAt: Instant | null;
  readonly isDenied: boolean;
}

/**
 * Takes a decision down. `inForce` is of the policy that the facts name: what it says of them is the decision's tier, at the
 * plan's own tier for whoever holds a seat, however their own lease stands.
 */
export function observe(facts: LicenseFacts, asked: Asked, inForce: Replayer): ObservedDecision {
  const taken = takenDown(facts, asked);
  const tier = inForce.replay(taken)?.tier ?? null;
  return tier === null ? taken : { ...taken, tier: facts.policy.tiers[tier]?.name ?? taken.tier };
}

function takenDown(facts: LicenseFacts, { asked, at, seats, lastWordAt, isDenied }: Asked): ObservedDecision {
  const { license, terms, plan, digest, history } = facts;
  const { status, since } = licenseStatusAt(license, at);
  const isLowered = history.length > 1;
  return {
    license: license.id,
    at,
    policy: digest,
    plan: plan.name,
    startsAt: terms.startsAt,
    expiresAt: terms.expiresAt,
    lastSignedWordAt: lastWordAt ?? at,
    suspendedAt: status === 'suspended' ? since : null,
    revokedAt: status === 'revoked' ? since : null,
    usage: plan.quotas.length === 0 ? NONE : usageOf(facts, at),
    seats: {
      used: seatsUsed(seats),
      limit: seatLimit(plan, terms),
      isAgreed: terms.overrides.seats !== undefined,
      overageOpenedAt: seats.overageOpenedAt,
    },
    lowered: isLowered ? loweringsOf(facts, at) : NONE,
    asked,
    tier: 'none',
    isDenied,
  };
}

const NONE: readonly never[] = [];

function usageOf(facts: LicenseFacts, at: Instant): ObservedDecision['usage'] {
  const agreed = facts.terms.overrides.quotas ?? {};
  return quotaClaims(facts, at).map(({ meter, used, limit, asOf }) => ({
    meter,
    used,
    limit,
    isAgreed: Object.hasOwn(agreed, meter),
    asOf,
  }));
}

function loweringsOf(facts: LicenseFacts, now: Instant): ObservedDecision['lowered'] {
  const lowered = loweringsFor({ ...facts, terms: facts.history, acquiredAt: facts.license.createdAt, now });
  return lowered.map(({ from, effectiveAt }) => ({ from, effectiveAt }));
}
