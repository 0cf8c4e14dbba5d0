/** The answer to a situation: what `glidepath decide --given` prints and what a policy's tests compare with. */

import { DURATION_MAX_MS } from '../policy/durations.ts';
import type { Cause, Notify, Policy } from '../policy/policy.ts';
import { after, type Instant, instant, type Milliseconds } from '../time.ts';
import { decide, tierName } from './decide.ts';
import type { StandingCode } from './decision.ts';
import { limitsOf } from './decision-for.ts';
import { explain } from './explain.ts';
import type { Given } from './given.ts';
import { termsOf } from './path.ts';
import { type SeatAnswer, seatFor } from './seat-for.ts';
import { NOTHING_OBSERVED, type Observations, type Terms } from './terms.ts';

/** The JSON of DESIGN §4, key for key and in this order; fixed at v1. */
export interface GivenAnswer {
  readonly code: StandingCode;
  /** `none` before the start. */
  readonly tier: string;
  readonly features: Readonly<Record<string, 'allow' | 'deny'>>;
  readonly limits: Readonly<Record<string, number>>;
  /** What the next holder gets; null for a plan without seats. */
  readonly seat: SeatAnswer | null;
  readonly cause: Cause;
  readonly notify: Notify;
  readonly next: { readonly cause: Cause; readonly inMs: Milliseconds; readonly tier: string } | null;
}

/** Any instant would do: an answer holds distances only. */
const SOME_INSTANT = instant(0);

/** Decides a situation. Its usage was reached long since, and usage and seats stay as they are. */
export function decideGiven(policy: Policy, given: Given, now: Instant = SOME_INSTANT): GivenAnswer {
  const { terms, observations } = situationOf(policy, given, now);
  const standing = decide(terms, observations, now);
  const allowed = standing.tier === null ? [] : (terms.path.tiers[standing.tier]?.features ?? []);
  return {
    code: standing.code,
    tier: tierName(terms.path.tiers, standing.tier),
    features: Object.fromEntries(policy.features.map(({ name }) => [name, allowed.includes(name) ? 'allow' : 'deny'])),
    limits: { ...limitsOf(terms, standing) },
    seat: seatAnswer(policy, given, isBarred(terms, observations, now)),
    cause: standing.cause,
    notify: standing.notify,
    next: standing.next === null ? null : { cause: standing.next.cause, inMs: standing.next.at - now, tier: standing.next.tier },
  };
}

/** The terms and observations that a situation stands for; for whoever wants to explain or compile it. */
export function situationOf(
  policy: Policy,
  given: Given,
  now: Instant = SOME_INSTANT,
): { readonly terms: Terms; readonly observations: Observations } {
  const terms = termsOf(policy, given.plan, {
    digest: null,
    startsAt: after(now, given.startsInMs ?? -DURATION_MAX_MS),
    expiresAt: after(now, given.expiresInMs),
  });
  const begunAt = (ms: Milliseconds | undefined) => (ms === undefined ? null : after(now, -ms));
  const observations: Observations = {
    ...NOTHING_OBSERVED,
    lastSignedWordAt: begunAt(given.elapsedMs.unreachable),
    suspendedAt: begunAt(given.elapsedMs.suspended),
    revokedAt: begunAt(given.elapsedMs.revoked),
    trustLostAt: begunAt(given.elapsedMs.trust),
    identityChangedAt: begunAt(given.elapsedMs.identity),
    clockBehindAt: begunAt(given.elapsedMs.clock),
    usage: given.usage.map((use) => ({ ...use, resetsAt: null, receivedAt: [] })),
    seats: given.plan.seats === null || given.seatsUsed === null ? null : { used: given.seatsUsed, limit: given.plan.seats.limit },
  };
  return { terms, observations };
}

/** Nobody gets a seat before the start, nor once a suspended or revoked path has taken a tier: its dwell is over. */
function isBarred(terms: Terms, observations: Observations, now: Instant): boolean {
  if (now < terms.startsAt) return true;
  return explain(terms, observations, now).some(({ cause, tier }) => (cause === 'suspended' || cause === 'revoked') && tier !== null);
}

function seatAnswer({ tiers }: Policy, { plan, seatsUsed, overageForMs }: Given, barred: boolean): SeatAnswer | null {
  if (plan.seats === null) return null;
  return barred ? 'deny' : seatFor(plan.seats, tiers, { used: seatsUsed ?? 0, overageForMs });
}
