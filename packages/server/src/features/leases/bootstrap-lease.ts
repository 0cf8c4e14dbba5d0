/**
 * Signs the unbound lease that a product may ship with, so that a first start without a network is not a failed start.
 *
 * Whoever has it can use it, on any machine: it has the plan's bootstrap tier and no seat, and counts from the first run.
 */
import { bootstrapClaims } from '@glidepath/core';
import { LEASE_TYP, signWord } from '@glidepath/protocol';
import { BootstrapQuery, LeaseAnswer } from '@glidepath/protocol/http';
import { answer, defineCommand, refuse } from '../../command.ts';
import { findOwnLicense } from '../licenses/held.ts';
import { nothingCalled } from '../references.ts';
import { gather } from './license-facts.ts';

export const bootstrapLease = defineCommand({
  name: 'lease.bootstrap',
  method: 'GET',
  path: '/v1/bootstrap',
  summary: 'Signs the bootstrap lease of a license',
  auth: 'issuer',
  query: BootstrapQuery,
  answers: { 200: LeaseAnswer },
  async run(context) {
    const license = await findOwnLicense(context.store, context.environment.id, context.query.license);
    if ('code' in license) return license;
    const gathered = await gather(context, license.id);
    if (gathered === null) return nothingCalled('license', context.query.license);
    const { key, environment } = await context.signer();
    const identity = { jti: context.newId('wrd'), iss: environment.issuer, env: environment.name };
    const claims = bootstrapClaims(gathered.facts, context.newId('lea'), identity, context.now);
    if (claims === null) return refuse('conflict', 'The plan of this license has no bootstrap lease.');
    return answer(200, { word: signWord(LEASE_TYP, claims, key) });
  },
});
