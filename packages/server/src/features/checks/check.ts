/**
 * Decides about features of a license as the control plane sees it, for callers that embed no client.
 *
 * Stands on the terms of now and holds no seat: a holder with a lease of a lower tier, or one that heard of a change later,
 * decides by its own lease.
 */
import { type Decision, decide, decisionFor, type LicenseFacts, type LicenseSituation, observedByServer } from '@glidepath/core';
import { problem } from '@glidepath/protocol';
import { CheckAnswer, CheckBatchAnswer, CheckBatchRequest, CheckRequest } from '@glidepath/protocol/http';
import type { Static } from 'typebox';
import { type Answer, answer, type Command, type Context, defineCommand, type Outcome, type Refusal, refuse } from '../../command.ts';
import { faultRefusal } from '../../fault-refusal.ts';
import { gatherAround, situationsAt } from '../leases/license-facts.ts';
import { nothingCalled } from '../references.ts';

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
  run: (context) => checked(context, context.body),
});

export const checkBatch = defineCommand({
  name: 'check.batch',
  method: 'POST',
  path: '/v1/check:batch',
  summary: 'Decides about features of many licenses at once',
  auth: 'viewer',
  admitsLicenseKey: true,
  body: CheckBatchRequest,
  answers: { 200: CheckBatchAnswer },
  idempotency: 'own',
  run: checkAll,
});

/** What an item alone would have been answered with. A license that many items name is read once. */
async function checkAll(context: Context<Static<typeof CheckBatchRequest>>): Promise<Outcome> {
  const { items } = context.body;
  const named = items.map((item) => nameOf(context, item));
  const found = await findAll(context, [...new Set(named.filter((name) => name !== null))]);
  const answers = items.map((item, at) => {
    const name = named[at] ?? null;
    const outcome = name === null ? refuse('bad-input', NAME_IT, { errors: [MISSING] }) : decidedOrRefused(context, item, name, found);
    if (outcome.kind === 'answer') return { status: outcome.status, ...(outcome.body as object) };
    const told = problem(outcome.code, outcome.detail, outcome.extras);
    return { status: told.status, problem: told };
  });
  return answer(200, { items: answers });
}

/** A license that cannot be made sense of fails the items that name it, and no others. */
function decidedOrRefused(context: Context, item: Body, name: string, found: ReadonlyMap<string, Found>): Answer | Refusal {
  try {
    return decided(context, item, name, orThrow(found.get(name)));
  } catch (error) {
    return faultRefusal(error, context.world.log, { command: checkBatch.name, license: name });
  }
}

async function checked(context: Context, item: Body): Promise<Outcome> {
  const named = nameOf(context, item);
  if (named === null) return refuse('bad-input', NAME_IT, { errors: [MISSING] });
  const found = await findAll(context, [named]);
  return decided(context, item, named, orThrow(found.get(named)));
}

function nameOf({ actor }: Context, { license }: Body): string | null {
  return license ?? (actor.kind === 'license-key' ? actor.license : null);
}

/** An Error: the license is there, and cannot be made sense of. */
type Found = LicenseFacts | Error;

function orThrow(found: Found | undefined): LicenseFacts | null {
  if (found instanceof Error) throw found;
  return found ?? null;
}

/** The licenses of those names that the caller may ask about, all read in one statement. */
async function findAll(context: Context, names: readonly string[]): Promise<ReadonlyMap<string, Found>> {
  const { actor, environment, store, now } = context;
  // A license key speaks for its own license; of others it does not learn whether they exist.
  const own = names.filter((name) => actor.kind !== 'license-key' || actor.license === name);
  const situations = await situationsAt(
    store,
    own.map((license) => ({ license, holders: [] })),
    now,
  );
  const pairs = own.flatMap((name, at) => {
    const situation = situations[at] ?? null;
    return situation === null || situation.license.environment !== environment.id ? [] : [[name, situation] as const];
  });
  return new Map(await Promise.all(pairs.map(async ([name, situation]) => [name, await factsOf(context, situation)] as const)));
}

async function factsOf(context: Context, situation: LicenseSituation): Promise<Found> {
  try {
    return (await gatherAround(context, situation)).facts;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

function decided({ now, observations: noted }: Context, item: Body, named: string, facts: LicenseFacts | null): Answer | Refusal {
  if (facts === null) return nothingCalled('license', named);
  const { terms, observations } = observedByServer(facts, now);
  const standing = decide(terms, observations, now);
  const origin = { source: 'server', asOf: now } as const;
  const decisions: readonly Decision[] = wanted(item, facts.path.features).map((name) => decisionFor(terms, standing, name, origin));
  noted.seen(facts, { asked: 'check', at: now, seats: facts.seats, lastWordAt: null, isDenied: false });
  return answer(200, { decisions });
}

const NAME_IT = 'Name the license to check.';
const MISSING = { path: '/license', found: 'nothing', expected: 'the id of a license' };

type Body = Static<typeof CheckRequest>;

function wanted({ feature, features }: Body, all: readonly { readonly name: string }[]): readonly string[] {
  if (feature === undefined && features === undefined) return all.map(({ name }) => name);
  return [...new Set([...(feature === undefined ? [] : [feature]), ...(features ?? [])])];
}

export const CHECK_COMMANDS: readonly Command[] = [checkFeatures, checkBatch];
