/** Delegation: a sub-key may sign leases of one license, up to a tier and a number of seats, until an instant. */
import type { Denial, GrantClaims, LeaseClaims, Result, Tier } from '@glidepath/core';
import type { SigningKey } from '../crypto.ts';
import { checkGrantClaims } from './claims.ts';
import { GRANT_TYP, refuse, signWord, splitWord } from './compact.ts';
import type { WordContext } from './context.ts';
import { type Issued, readIssued } from './read.ts';
import type { WordReason } from './reasons.ts';
import { isPublicKey, thumbprint } from './thumbprint.ts';

export type OpenedGrant = Issued<GrantClaims>;

export function signGrant(claims: GrantClaims, key: SigningKey): string {
  return signWord(GRANT_TYP, claims, key);
}

/**
 * Opens a grant. Of the context it uses key set, issuer and environment; nonce, holder and `seq` belong to the lease.
 *
 * A grant is signed by a key of the key set: a sub-key cannot delegate further.
 */
export function openGrant(compact: unknown, ctx: WordContext): Result<OpenedGrant, WordReason> {
  const word = splitWord(compact, GRANT_TYP, ctx.crypto);
  if (!word.ok) return word;
  const grant = readIssued<GrantClaims>(word.value, checkGrantClaims, ctx);
  if (!grant.ok) return grant;
  const { x, sub } = grant.value.claims;
  return isPublicKey(x) && thumbprint(x, ctx.crypto) === sub ? grant : refuse('malformed', { claim: 'sub' });
}

/**
 * Refuses a lease that goes beyond its grant, with the cap in `facts`.
 *
 * The sub-key signs the lease's path, so tiers are compared by what they hold: every tier that the lease can be on has
 * at most the features and limits of the grant. How many leases a sub-key signs, one client cannot see; that each says
 * no more than the cap in `seats` is what it can.
 */
export function checkCaps(lease: LeaseClaims, grant: GrantClaims): Denial<WordReason> | null {
  if (lease.license !== grant.license) return exceeded('license', lease.license, grant.license);
  if (lease.iatMs < grant.iatMs || lease.iatMs > grant.until) return exceeded('until', lease.iatMs, grant.until);
  if (lease.hold > grant.until) return exceeded('until', lease.hold, grant.until);
  if (grant.cnf !== undefined && lease.cnf?.jkt !== grant.cnf.jkt) return exceeded('holder', lease.cnf?.jkt, grant.cnf.jkt);
  if (lease.seats === null ? lease.seat !== null : lease.seats.limit > grant.seats || lease.seats.used > grant.seats) {
    return exceeded('seats', lease.seats, grant.seats);
  }
  const beyond = reachableTiers(lease).find((tier) => !holdsAtMost(tier, grant));
  return beyond === undefined ? null : exceeded('tier', beyond.name, grant.tier);
}

/** The best tier that the lease gives, now or until a lowering bites, and all below it. */
function reachableTiers({ path, tier, lowered }: LeaseClaims): readonly Tier[] {
  const names = new Set([tier, ...lowered.map((lowering) => lowering.from)]);
  return path.tiers.slice(path.tiers.findIndex((each) => names.has(each.name)));
}

function holdsAtMost(tier: Tier, grant: GrantClaims): boolean {
  return (
    tier.features.every((feature) => grant.features.includes(feature)) &&
    Object.entries(tier.limits).every(([name, limit]) => Object.hasOwn(grant.limits, name) && limit <= (grant.limits[name] ?? 0))
  );
}

function exceeded(cap: string, found: unknown, allowed: unknown): Denial<WordReason> {
  return refuse('grant-exceeded', { cap, found, allowed });
}
