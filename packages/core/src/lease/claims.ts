/**
 * What a word about a lease says, built from what was decided and committed. Signing is `protocol`'s business.
 *
 * A lease carries the terms and the path, never a tier that the path has taken: each holder counts from its own receipt.
 */
import type { PathTerms } from '../decision/terms.ts';
import { licenseStatusAt } from '../license/status.ts';
import type { Plan, Policy } from '../policy/policy.ts';
import type { Lease, License, LicenseTerms, MeterRecord, SeatState } from '../ports/records.ts';
import { invariant } from '../result.ts';
import { after, type Instant, SECOND, YEAR } from '../time.ts';
import { loweringsFor } from './lowerings.ts';
import { shortenedPath } from './offline-budget.ts';
import { paceRenewal, type RenewalPace } from './pace-renewal.ts';
import { quotaClaims } from './quota-claims.ts';
import type { SeatVerdict } from './seat-decision.ts';
import { floorTier, overageStanding, seatLimit, seatsUsed, tierOfLease } from './seat-rules.ts';
import { AUDIENCE, type AuditHead, type LeaseClaims, type SeatClaim, type VerdictClaims, type WordClaims } from './words.ts';

/** Which word this is, and whom it answers. */
export interface WordIdentity {
  readonly jti: string;
  readonly iss: string;
  /** Name of the environment. */
  readonly env: string;
  /** The installation that the word is bound to, and its request; null for a word that nobody asked for. */
  readonly answers: { readonly jkt: string; readonly nonce: string } | null;
  /** The head of the transparency log as far as the signer knows it: whoever keeps leases is a witness of the log. */
  readonly auditHead?: AuditHead | null;
}

/** A license with all that its words say about it. */
export interface LicenseFacts {
  readonly license: License;
  /** In force now, and the whole history. */
  readonly terms: LicenseTerms;
  readonly history: readonly LicenseTerms[];
  readonly policy: Policy;
  readonly plan: Plan;
  readonly digest: string;
  readonly path: PathTerms;
  readonly policyOf: (digest: string) => Policy | null;
  readonly meters: readonly MeterRecord[];
  readonly seats: SeatState;
}

/** The claims of a lease as of `now`, which is the instant from which everything in it counts. */
export function leaseClaims(
  whole: LicenseFacts,
  lease: Lease,
  identity: WordIdentity,
  now: Instant,
  pace: RenewalPace = 'quiet',
): LeaseClaims {
  const { policy, plan } = whole;
  const facts = lease.isShortened ? { ...whole, path: shortenedPath(whole.path, plan.lease.ttlMs) } : whole;
  const tier = tierOfLease(policy, plan, lease);
  return {
    ...commonClaims(facts, identity, now),
    sub: lease.holder,
    lease: lease.id,
    tier: nameOf(policy, tier),
    tierCause: tier > plan.tier ? 'seats' : 'none',
    tierSince: lease.tierSince,
    limits: limitsOf(policy, tier),
    seat: seatClaim(facts, lease),
    hold: after(now, plan.lease.ttlMs),
    renewAfterMs: paceRenewal(plan, lease.id, pace),
    epoch: lease.epoch,
    ...(lease.isShortened ? { shortened: true } : {}),
    lowered: loweringsFor({ ...facts, terms: facts.history, acquiredAt: lease.acquiredAt, now }),
    bootstrap: null,
  };
}

/** An unbound lease lies in a product's package: it is good for long, and counts from the installation's first run. */
const BOOTSTRAP_MS = 10 * YEAR;

/** The claims of a bootstrap lease; null: the plan has none. */
export function bootstrapClaims(
  facts: LicenseFacts,
  leaseId: string,
  identity: Omit<WordIdentity, 'answers'>,
  now: Instant,
): LeaseClaims | null {
  const { plan, policy, license } = facts;
  if (plan.bootstrap === null) return null;
  const common = commonClaims(facts, { ...identity, answers: null }, now);
  return {
    ...common,
    sub: '*',
    exp: common.iat + BOOTSTRAP_MS / SECOND,
    lease: leaseId,
    tier: nameOf(policy, plan.bootstrap.tier),
    tierCause: plan.bootstrap.tier > plan.tier ? 'bootstrap' : 'none',
    tierSince: now,
    floorTier: nameOf(policy, Math.max(plan.bootstrap.tier, floorTier(policy, plan))),
    limits: limitsOf(policy, plan.bootstrap.tier),
    seat: null,
    seats: null,
    hold: now,
    epoch: { incarnation: license.seq.incarnation, count: 0 },
    lowered: [],
    quotas: [],
    bootstrap: { forMs: plan.bootstrap.forMs },
  };
}

/** The claims of a signed "no". `sub` is the holder as the license knows it. */
export function verdictClaims(license: License, sub: string, verdict: SeatVerdict, identity: WordIdentity, now: Instant): VerdictClaims {
  const { kind, code, reason, effectiveAt, retryAfterMs, queue } = verdict;
  const place = queue === undefined ? {} : { queue };
  return { ...wordClaims(license, identity, now), sub, verdict: kind, code, reason, effectiveAt, retryAfterMs, ...place };
}

function wordClaims(license: License, { jti, iss, env, answers }: WordIdentity, now: Instant): WordClaims {
  const iat = Math.floor(now / SECOND);
  const bound = answers === null ? {} : { cnf: { jkt: answers.jkt } };
  return { iss, aud: AUDIENCE, env, jti, iat, iatMs: now, ...bound, nonce: answers?.nonce ?? null, license: license.id, seq: license.seq };
}

type OfLease = 'sub' | 'lease' | 'tier' | 'tierCause' | 'tierSince' | 'limits' | 'seat' | 'hold' | 'epoch' | 'lowered' | 'bootstrap';

/** What every lease of a license says alike. */
function commonClaims(facts: LicenseFacts, identity: WordIdentity, now: Instant): Omit<LeaseClaims, OfLease> {
  const { license, terms, policy, plan, path } = facts;
  const word = wordClaims(license, identity, now);
  const { status, since } = licenseStatusAt(license, now);
  const limit = seatLimit(plan, terms);
  return {
    ...word,
    nbf: word.iat,
    exp: word.iat + Math.ceil(lastRungMs(path) / SECOND),
    customer: license.customer,
    product: license.product,
    plan: plan.name,
    planTier: nameOf(policy, plan.tier),
    floorTier: nameOf(policy, floorTier(policy, plan)),
    seats: limit === null ? null : { used: seatsUsed(facts.seats), limit },
    ttlMs: plan.lease.ttlMs,
    renewAfterMs: paceRenewal(plan, license.id, 'quiet'),
    status,
    statusAt: since,
    startsAt: terms.startsAt,
    expiresAt: terms.expiresAt,
    policy: facts.digest,
    path,
    quotas: quotaClaims(facts, now),
    match: plan.seats?.kind === 'node-locked' ? plan.seats.match : null,
    auditHead: identity.auditHead ?? null,
  };
}

/** After the last rung of silence nothing more happens to a lease: it keeps that rung's tier. */
function lastRungMs(path: PathTerms): number {
  return path.timed.unreachable?.at(-1)?.at ?? 0;
}

function seatClaim({ plan, seats }: LicenseFacts, lease: Lease): SeatClaim | null {
  if (lease.kind === null) return null;
  if (lease.state !== 'overage') return { kind: lease.kind, overageClosesAt: null };
  const openedAt = seats.overageOpenedAt ?? lease.acquiredAt;
  const standing = overageStanding(plan.seats?.overage ?? null, openedAt, openedAt);
  return { kind: lease.kind, overageClosesAt: standing.kind === 'open' ? standing.closesAt : openedAt };
}

function nameOf(policy: Policy, tier: number): string {
  const name = policy.tiers[tier]?.name;
  invariant(name !== undefined, 'a tier outside the policy');
  return name;
}

function limitsOf(policy: Policy, tier: number): Readonly<Record<string, number>> {
  return policy.tiers[tier]?.limits ?? {};
}
