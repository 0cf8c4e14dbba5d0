/**
 * Delegation grants: a sub-key that may sign leases of one license, up to a tier and a number of seats, until an instant.
 *
 * Break-glass is the first use: an operator makes one before it is needed, or while the control plane is still there, and
 * carries file and seed to where it is not. What was used comes back with the first contact, in the request for a lease.
 */
import {
  AUDIENCE,
  after,
  type GrantClaims,
  type GrantRecord,
  type Instant,
  type Policy,
  planNamed,
  type Tier,
  tierIndex,
} from '@glidepath/core';
import { encodeBase64Url, signGrant } from '@glidepath/protocol';
import { GrantIssued, GrantRequest, ListQuery, page } from '@glidepath/protocol/http';
import { Type } from 'typebox';
import { answer, type Command, defineCommand, type Refusal, refuse } from '../../command.ts';
import { GRANT_MAX_MS } from '../keys/longest-word.ts';
import { findOwnLicense } from '../licenses/held.ts';
import { readLicenseHouse } from '../licenses/license-view.ts';
import { listed } from '../lists.ts';

const issueGrant = defineCommand({
  name: 'grant.issue',
  method: 'POST',
  path: '/v1/grants',
  summary: 'Issues a break-glass grant; the seed of its key is shown once',
  auth: 'issuer',
  body: GrantRequest,
  answers: { 201: GrantIssued },
  secretAnswer: true,
  async run(context) {
    const { store, environment, now, newId, actor, world, body } = context;
    const license = await findOwnLicense(store, environment.id, body.license);
    if ('code' in license) return license;
    const { inForce } = await readLicenseHouse(store, license, now);
    const rules = await context.policy(inForce.policy);
    const capped = rules === null ? null : capOf(rules.policy, inForce.plan, body.tier);
    if (capped === null) return refuse('policy-not-published', 'The policy of the license is not published.');
    if ('code' in capped) return capped;
    const wrong = wrongEnd(body.until as Instant, now);
    if (wrong !== null) return wrong;
    const seed = world.entropy.bytes(32);
    const { kid, x } = world.crypto.signerFromSeed(seed);
    const id = newId('gra');
    const signer = await context.signer();
    const claims: GrantClaims = {
      ...{ iss: environment.issuer, aud: AUDIENCE, env: environment.name, jti: id, iat: Math.floor(now / 1_000), iatMs: now, nonce: null },
      ...{
        license: license.id,
        seq: license.seq,
        sub: kid,
        purpose: body.purpose,
        x,
        tier: capped.name,
        features: capped.features,
        limits: capped.limits,
      },
      ...{ seats: body.seats, until: body.until as Instant, exp: Math.ceil(body.until / 1_000) },
    };
    const row: GrantRecord = {
      ...{ id, license: license.id, environment: environment.id, purpose: body.purpose, kid, tier: capped.name, seats: body.seats },
      ...{ until: body.until as Instant, createdAt: now, createdBy: actor.id, usedBy: [], revision: 0 },
    };
    const happened = [
      {
        action: 'grant.issued',
        subject: id,
        facts: { license: license.id, purpose: body.purpose, tier: capped.name, seats: body.seats, until: body.until },
      },
    ];
    const given = answer(201, { grant: signGrant(claims, signer.key), seed: encodeBase64Url(seed) });
    return context.commit({ writes: [{ op: 'insert', table: 'grant', row }], happened }, given);
  },
});

/** The tier that caps the grant: one that the policy has, and no better than the plan's own. */
function capOf(policy: Policy, plan: string, tier: string): Tier | Refusal {
  const index = tierIndex(policy, tier);
  const own = planNamed(policy, plan)?.tier ?? 0;
  const found = index === null ? undefined : policy.tiers[index];
  if (index === null || found === undefined) {
    return refuse('tier-unknown', `The policy has the tiers ${policy.tiers.map(({ name }) => name).join(', ')}.`);
  }
  if (index >= own) return found;
  const error = { path: '/tier', found: tier, expected: `${policy.tiers[own]?.name ?? ''}, the plan's own tier, or a lower one` };
  return refuse('bad-input', 'A grant cannot give more than the plan.', { errors: [error] });
}

/** A grant that ends late would keep its signing key in the key set for as long. */
function wrongEnd(until: Instant, now: Instant): Refusal | null {
  if (until > now && until <= after(now, GRANT_MAX_MS)) return null;
  const error = { path: '/until', found: String(until), expected: 'an instant to come, within 30 days' };
  return refuse('bad-input', 'A grant ends within 30 days.', { errors: [error] });
}

const GrantView = Type.Object({
  ...{ id: Type.String(), license: Type.String(), purpose: Type.String(), kid: Type.String(), tier: Type.String(), seats: Type.Integer() },
  ...{ until: Type.Integer(), createdAt: Type.Integer(), createdBy: Type.String(), usedBy: Type.Array(Type.String()) },
});

const list = defineCommand({
  name: 'grant.list',
  method: 'GET',
  path: '/v1/grants',
  summary: 'Lists grants and the installations that reported their use',
  auth: 'viewer',
  query: ListQuery,
  answers: { 200: page(GrantView) },
  run: ({ store, environment, query }) =>
    listed(
      store,
      'grant',
      { environment: environment.id },
      query,
      ({ id, license, purpose, kid, tier, seats, until, createdAt, createdBy, usedBy }) => ({
        ...{ id, license, purpose, kid, tier, seats, until, createdAt, createdBy, usedBy },
      }),
    ),
});

export const GRANT_COMMANDS: readonly Command[] = [issueGrant, list];
