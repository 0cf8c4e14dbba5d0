/**
 * Decides about features of a license as the control plane sees it, for callers that embed no client.
 *
 * Stands on the terms of now and holds no seat: a holder with a lease of a lower tier, or one that heard of a change later,
 * decides by its own lease.
 */
import { type Decision, decide, decisionFor, observedByServer } from '@glidepath/core';
import { CheckAnswer, CheckRequest } from '@glidepath/protocol/http';
import type { Static } from 'typebox';
import { answer, type Command, defineCommand, refuse } from '../../command.ts';
import { gather } from '../leases/license-facts.ts';
import { findLicense, nothingCalled } from '../references.ts';

export const checkFeatures = defineCommand({
  name: 'check',
  method: 'POST',
  path: '/v1/check',
  summary: 'Decides about features of a license',
  auth: 'viewer',
  admitsLicenseKey: true,
  body: CheckRequest,
  answers: { 200: CheckAnswer },
  idempotency: 'own',
  async run(context) {
    const { actor, body, store, environment } = context;
    const named = body.license ?? (actor.kind === 'license-key' ? actor.license : null);
    if (named === null) return refuse('bad-input', 'Name the license to check.', { errors: [MISSING] });
    // A license key speaks for its own license; of others it does not learn whether they exist.
    const isOthers = actor.kind === 'license-key' && actor.license !== named;
    const license = isOthers ? null : await findLicense(store, environment.id, named);
    const gathered = license === null ? null : await gather(context, license.id);
    if (gathered === null) return nothingCalled('license', named);
    const { facts } = gathered;
    const { terms, observations } = observedByServer(facts, context.now);
    const standing = decide(terms, observations, context.now);
    const origin = { source: 'server', asOf: context.now } as const;
    const decisions: readonly Decision[] = wanted(context.body, facts.path.features).map((name) =>
      decisionFor(terms, standing, name, origin),
    );
    return answer(200, { decisions });
  },
});

const MISSING = { path: '/license', found: 'nothing', expected: 'the id of a license' };

type Body = Static<typeof CheckRequest>;

function wanted({ feature, features }: Body, all: readonly { readonly name: string }[]): readonly string[] {
  if (feature === undefined && features === undefined) return all.map(({ name }) => name);
  return [...new Set([...(feature === undefined ? [] : [feature]), ...(features ?? [])])];
}

export const CHECK_COMMANDS: readonly Command[] = [checkFeatures];
