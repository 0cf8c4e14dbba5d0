/** What is known of a license at one instant of the store, with the policy in force and those before it. */
import {
  after,
  type Counter,
  followPolicy,
  invariant,
  type LicenseFacts,
  type LicenseSituation,
  planNamed,
  policyUsed,
  REAP_MARGIN_MS,
  type SeatInput,
  type Store,
  termsInForce,
  type Write,
} from '@glidepath/core';
import type { Context, Happening, JobContext } from '../../command.ts';
import type { PolicyInForce } from '../policies/policy-shelf.ts';
import { completeMeters } from './whole-balances.ts';

export type Gathering = Pick<Context | JobContext, 'store' | 'now' | 'policy' | 'wholePolicy' | 'newId'>;

export interface Gathered {
  readonly situation: LicenseSituation;
  readonly facts: LicenseFacts;
  /** What has to be written down before anything is said: that the license has come to another policy. */
  readonly writes: readonly Write[];
  readonly happened: readonly Happening[];
}

/** What a seat rule takes beside the situation of one holder. */
export type Judging = Omit<SeatInput, 'situation'>;

/** Situations as one statement reads them, for the instant of a command. */
export function situationsAt(
  store: Pick<Store, 'leaseSituations'>,
  asks: Parameters<Store['leaseSituations']>[0],
  now: Context['now'],
): Promise<readonly (LicenseSituation | null)[]> {
  return store.leaseSituations(asks, { now, reapBefore: after(now, -REAP_MARGIN_MS) });
}

/** A license by itself, for what is said of no particular holder. Null: there is no such license. */
export async function gather(context: Gathering, license: string): Promise<Gathered | null> {
  const [found] = await situationsAt(context.store, [{ license, holders: [] }], context.now);
  return found === null || found === undefined ? null : gatherAround(context, found);
}

/** All that a situation needs to be judged and talked about. */
export async function gatherAround(context: Gathering, found: LicenseSituation): Promise<Gathered> {
  const { situation, writes, happened } = await followed(context, found);
  const policies = await policiesOf(context, situation);
  const facts = factsOf(situation, policies, context.now);
  const meters = await completeMeters(context.store, facts, situation, context.now);
  return { situation: { ...situation, meters }, facts: { ...facts, meters }, writes, happened };
}

function factsOf(situation: LicenseSituation, policies: ReadonlyMap<string, PolicyInForce>, now: Context['now']): LicenseFacts {
  const terms = termsInForce(situation.terms, now) ?? situation.terms[0];
  invariant(terms !== undefined, 'a license has terms');
  const inForce = policies.get(terms.policy);
  const plan = inForce === undefined ? null : planNamed(inForce.policy, terms.plan);
  invariant(inForce !== undefined && plan !== null, `the policy ${terms.policy} is published and has the plan ${terms.plan}`);
  const { policy, digest, path } = inForce;
  return {
    license: situation.license,
    terms,
    history: situation.terms,
    ...{ policy, plan, digest, path },
    policyOf: (other) => policies.get(other)?.policy ?? null,
    meters: situation.meters,
    seats: situation.seats,
  };
}

interface Followed {
  readonly situation: LicenseSituation;
  readonly writes: readonly Write[];
  readonly happened: readonly Happening[];
}

/** Takes over the policy that the license uses now; a policy that lacks its plan is not, and the terms stay as they were. */
async function followed({ now, newId, policy }: Gathering, situation: LicenseSituation): Promise<Followed> {
  const asItWas: Followed = { situation, writes: [], happened: [] };
  const digest = policyUsed(situation);
  const current = termsInForce(situation.terms, now);
  if (digest === null || current === null || current.policy === digest) return asItWas;
  const next = await policy(digest);
  if (next === null || planNamed(next.policy, current.plan) === null) return asItWas;
  const by = { now, by: 'system', incarnation: situation.incarnation, nextId: () => newId('trm') };
  const change = followPolicy(situation.license, situation.terms, digest, by);
  if (change === null) return asItWas;
  const { id, revision } = situation.license;
  const seq: Counter = change.license.seq;
  const writes: readonly Write[] = [
    { op: 'update', table: 'license', id, revision, set: { seq } },
    ...change.appended.map((row): Write => ({ op: 'insert', table: 'licenseTerms', row })),
  ];
  const told: Happening = {
    action: 'license.policy-followed',
    subject: id,
    facts: { from: current.policy, to: digest, plan: current.plan },
  };
  return {
    situation: { ...situation, license: change.license, terms: [...situation.terms, ...change.appended] },
    writes,
    happened: [told],
  };
}

/** By the digests that the terms name. A version that was changed in the database is replaced by the last whole one before it. */
async function policiesOf({ wholePolicy }: Gathering, { terms }: LicenseSituation): Promise<ReadonlyMap<string, PolicyInForce>> {
  const digests = [...new Set(terms.map((row) => row.policy))];
  const found = await Promise.all(digests.map(async (digest) => [digest, await wholePolicy(digest)] as const));
  return new Map(found.flatMap(([digest, inForce]) => (inForce === null ? [] : [[digest, inForce] as const])));
}
