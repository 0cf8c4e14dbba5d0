/** What a break-glass kit holds, and the lease that it can sign: the terms as they were, no better than the grant allows. */
import {
  deny,
  type GrantClaims,
  type Instant,
  type Lease,
  type LeaseClaims,
  type License,
  type LicenseTerms,
  leaseClaims,
  ok,
  type Policy,
  pathTerms,
  planNamed,
  type Result,
  termsInForce,
  tierIndex,
} from '@glidepath/core';
import { newId } from '@glidepath/protocol/ids';
import { nodeCrypto } from '@glidepath/protocol/node';
import { readPolicy } from '@glidepath/protocol/policy';
import { decodeBase64Url, LEASE_TYP, signWord } from '@glidepath/protocol/words';
import type { LicenseAnswer } from './views.ts';

/** The parts of a license's export that a lease is made of. */
export interface LicenseExport {
  readonly license: LicenseAnswer & Pick<License, 'environment' | 'seq' | 'status'>;
  readonly terms: readonly LicenseTerms[];
  readonly policies: readonly { readonly digest: string; readonly source: string }[];
}

export interface BreakGlassKit {
  readonly kind: 'glidepath-break-glass';
  readonly version: 1;
  /** Compact JWS. */
  readonly grant: string;
  /** Of the sub-key, base64url. */
  readonly seed: string;
  readonly license: LicenseExport;
}

export function isKit(value: unknown): value is BreakGlassKit {
  const kit = value as Partial<BreakGlassKit> | null;
  return (
    kit?.kind === 'glidepath-break-glass' &&
    kit.version === 1 &&
    typeof kit.grant === 'string' &&
    typeof kit.seed === 'string' &&
    typeof kit.license === 'object'
  );
}

export interface SignedLease {
  readonly word: string;
  readonly tier: string;
  readonly until: Instant;
}

type KitReason = 'kit-damaged' | 'kit-ended';

export function signBreakGlassLease(
  { grant, seed, license: exported }: BreakGlassKit,
  holder: string,
  now: Instant,
  chance: (count: number) => Uint8Array,
): Result<SignedLease, KitReason> {
  const claims = claimsOf(grant);
  const key = keyOf(seed);
  const terms = termsInForce(exported.terms, now);
  const policy = policyOf(exported, terms?.policy);
  if (claims === null || key === null || key.kid !== claims.sub || terms === null || policy === null) {
    return deny('kit-damaged', 'This kit is damaged: its grant, key or license do not fit together.');
  }
  if (claims.until <= now) return deny('kit-ended', `This kit ended at ${new Date(claims.until).toISOString()}.`);
  const lease = capped(leaseOf({ exported, terms, policy, claims, holder, now, chance }), claims, policy, holder, grant, now);
  return ok({ word: signWord(LEASE_TYP, lease, key), tier: lease.tier, until: claims.until });
}

/** Reads without believing: clients verify the grant, and the control plane that gave the kit signed it. */
function claimsOf(grant: string): GrantClaims | null {
  try {
    return JSON.parse(new TextDecoder().decode(decodeBase64Url(grant.split('.')[1] ?? '') ?? new Uint8Array())) as GrantClaims;
  } catch {
    return null;
  }
}

function keyOf(seed: string) {
  const bytes = decodeBase64Url(seed);
  return bytes?.length === 32 ? nodeCrypto.signerFromSeed(bytes) : null;
}

function policyOf({ policies }: LicenseExport, digest: string | undefined): Policy | null {
  const source = policies.find((each) => each.digest === digest)?.source;
  return source === undefined ? null : readPolicy(source, nodeCrypto).policy;
}

interface Making {
  readonly exported: LicenseExport;
  readonly terms: LicenseTerms;
  readonly policy: Policy;
  readonly claims: GrantClaims;
  readonly holder: string;
  readonly now: Instant;
  readonly chance: (count: number) => Uint8Array;
}

/** The lease that the control plane would have signed for a holder of its own, from what the kit remembers. */
function leaseOf({ exported, terms, policy, claims, holder, now, chance }: Making): LeaseClaims {
  const { license } = exported;
  const plan = planNamed(policy, terms.plan) ?? policy.plans[0];
  if (plan === undefined) throw new Error('a checked policy has a plan');
  const entropy = { bytes: chance };
  const row: License = {
    ...license,
    statusAt: license.statusAt as Instant,
    createdAt: license.createdAt as Instant,
    pinnedDigest: null,
    quarantinedAt: null,
    revision: 0,
  };
  const facts = {
    license: row,
    terms,
    history: [terms],
    policy,
    plan,
    digest: terms.policy,
    path: pathTerms(policy),
    policyOf: () => policy,
    meters: [],
    seats: { id: license.id, granted: 1, overage: 0, overageOpenedAt: null, groups: {}, vacated: 0, reassignedAt: [], revision: 0 },
  };
  const epoch = { incarnation: license.seq.incarnation, count: 0 };
  const lease: Lease = {
    id: newId('lea', now, entropy),
    license: license.id,
    environment: license.environment,
    holder,
    installations: [holder],
    person: null,
    kind: plan.seats?.kind ?? null,
    state: 'granted',
    epoch,
    tier: null,
    tierSince: now,
    fingerprint: {},
    acquiredAt: now,
    renewedAt: now,
    holdUntil: claims.until,
    requestId: '',
    wordId: newId('wrd', now, entropy),
    renewals: 0,
    waitingSince: null,
    client: 'break-glass',
    seatGroup: null,
    promisedUntil: claims.until,
    isShortened: false,
    reboundAt: [],
    revision: 0,
  };
  return leaseClaims(facts, lease, { jti: lease.wordId, iss: claims.iss, env: claims.env, answers: { jkt: holder, nonce: '' } }, now);
}

/** Within the caps of the grant: tier, seats and end. Nobody asked for it, so that it answers no nonce. */
function capped(lease: LeaseClaims, claims: GrantClaims, policy: Policy, holder: string, grant: string, now: Instant): LeaseClaims {
  const own = tierIndex(policy, lease.tier) ?? 0;
  const cap = tierIndex(policy, claims.tier) ?? policy.tiers.length - 1;
  const tier = policy.tiers[Math.max(own, cap)];
  const floor = Math.max(tierIndex(policy, lease.floorTier) ?? cap, cap);
  return {
    ...lease,
    nonce: null,
    cnf: { jkt: holder },
    tier: tier?.name ?? claims.tier,
    tierCause: cap > own ? 'grant' : lease.tierCause,
    tierSince: now,
    floorTier: policy.tiers[floor]?.name ?? claims.tier,
    limits: tier?.limits ?? {},
    seats: lease.seats === null ? null : { used: Math.min(1, claims.seats), limit: claims.seats },
    hold: claims.until,
    ttlMs: claims.until - now,
    lowered: [],
    quotas: [],
    grant,
  };
}
