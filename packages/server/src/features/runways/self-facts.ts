/** What the runway of a license that we sign is computed from: its path, its seats, the oldest lease, the keys it stands on. */
import {
  after,
  type DatedPart,
  forecastExhaustion,
  type License,
  type LicenseSituation,
  licenseStatusAt,
  type Plan,
  type Policy,
  planNamed,
  type Rung,
  type SelfRunwayFacts,
  seatLimit,
  termsInForce,
  type UsageSample,
  type UseFacts,
  type Write,
} from '@glidepath/core';
import { certifiedKeyAt } from '../keys/key-plan.ts';
import { dayOf, mergedSample, sampleId } from '../probes/usage-samples.ts';
import { quotaUses } from './quota-use.ts';
import type { Recomputing } from './recomputing.ts';
import type { RunwayOf } from './runway-row.ts';
import { SAMPLES_MAX, type SampledUse, sampleWrites } from './sampled-use.ts';

/** The name under which the seats of a license are sampled. */
export const SEATS = 'seats';

export interface SelfFacts {
  readonly facts: SelfRunwayFacts;
  /** The day's peaks of its seats and quotas. */
  readonly writes: readonly Write[];
}

/** Null: it is gone, or its policy is not published, and nothing can be said. */
export async function selfFacts(context: Recomputing, license: License): Promise<SelfFacts | null> {
  const { store, now, policy: take } = context;
  const [found] = await store.leaseSituations([{ license: license.id, holders: [] }], { now, reapBefore: now });
  const situation = found ?? null;
  const terms = situation === null ? null : (termsInForce(situation.terms, now) ?? situation.terms[0]);
  const inForce = situation === null || situation.policy === null ? null : await take(situation.policy);
  const plan = inForce === null || terms === null || terms === undefined ? null : planNamed(inForce.policy, terms.plan);
  if (situation === null || inForce === null || plan === null || terms === null || terms === undefined) return null;
  const { status, since } = licenseStatusAt(situation.license, now);
  const seats = await seatUse(context, situation, plan, seatLimit(plan, terms));
  const quotas = await quotaUses(context, situation, { policy: inForce.policy, plan, terms });
  const facts: SelfRunwayFacts = {
    ...{ kind: 'self', policy: inForce.policy, plan: plan.name, expiresAt: terms.expiresAt, status, statusAt: since },
    ...{
      uses: [seats, ...quotas].flatMap(({ uses }) => uses),
      latent: [],
      parts: [...leaseParts(situation, inForce.policy, plan), ...(await keyParts(context, license))],
    },
  };
  return { facts, writes: [seats, ...quotas].flatMap(({ writes }) => writes) };
}

export async function selfRunwayOf({ store }: Pick<Recomputing, 'store'>, license: License): Promise<RunwayOf> {
  const [product, customer] = await Promise.all([store.get('product', license.product), store.get('customer', license.customer)]);
  const title = product?.title ?? license.product;
  const { id, environment, ownerTeam } = license;
  return {
    id,
    environment,
    name: `${product?.name ?? title} for ${customer?.name ?? license.customer}`,
    product: title,
    vendor: 'self',
    ownerTeam,
  };
}

/** Counts the seats of now into their day, and looks where the days lead. Licenses that nobody uses leave no samples. */
async function seatUse({ store, now }: Recomputing, { license, seats }: LicenseSituation, { seats: rule }: Plan, limit: number | null) {
  const nothing: SampledUse = { uses: [], writes: [] };
  const used = seats.granted + seats.overage;
  if (rule === null || limit === null) return nothing;
  const kept = await store.find('usageSample', { license: license.id, feature: SEATS }, { limit: SAMPLES_MAX, newestFirst: true });
  if (used === 0 && kept.length === 0) return nothing;
  const day = dayOf(now);
  const id = sampleId(license.id, SEATS, day);
  const next: UsageSample = { id, license: license.id, feature: SEATS, day, peak: used, issued: limit, denied: null, revision: 0 };
  const known = kept.find((sample) => sample.id === id) ?? null;
  const today = mergedSample(known, next);
  const samples = [...kept.filter((sample) => sample.id !== id), today].map(({ day: at, peak }) => ({ day: at, peak }));
  const kind = rule.kind;
  const use: UseFacts = { of: 'seats', name: SEATS, limit, peak: used, asOf: now, kind, forecast: forecastExhaustion(samples, limit, now) };
  return { uses: [use], writes: sampleWrites(known, today) };
}

/** The holder that has been silent for longest: what it holds ends with its lease and the path for silence. */
function leaseParts({ lapsed: [oldest] }: LicenseSituation, { glidePath }: Policy, plan: Plan): readonly DatedPart[] {
  const rung = glidePath.timed.unreachable?.find((each: Rung) => each.tier !== undefined && each.tier > plan.tier);
  if (oldest === undefined || rung === undefined) return [];
  const what = `what installation ${oldest.holder.slice(0, 12)} holds, silent since its lease ended,`;
  return [{ cause: 'artefact', what, endsAt: after(oldest.holdUntil, rung.at), source: 'its last lease', asOf: oldest.renewedAt }];
}

/** Signing keys relieve each other by themselves; the key that signs key sets needs a person with the root, once a year. */
async function keyParts({ store, now }: Recomputing, { environment }: License): Promise<readonly DatedPart[]> {
  const keys = await store.find('onlineKey', { environment, use: 'key-set' }, { limit: 100, newestFirst: true });
  const key = certifiedKeyAt(keys, now);
  if (key === null) return [];
  return [
    {
      cause: 'signing-key',
      what: `the key ${key.kid.slice(0, 12)} that signs key sets`,
      endsAt: key.signsUntil,
      source: 'its certificate',
      asOf: null,
    },
  ];
}
