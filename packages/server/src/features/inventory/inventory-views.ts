/** Held licenses as lists and answers show them: what the contract says, who answers for it, and what probes saw last. */
import {
  type FeatureReading,
  type HeldLicense,
  type Instant,
  invariant,
  type License,
  type ProbeReading,
  type RunwayRecord,
  type Store,
  termsInForce,
  type Watch,
} from '@glidepath/core';
import { createOwnersReader } from '../owners-view.ts';
import { createProbeReader, featuresSeenAt, isWatched, snapshotOf } from '../probes/watching.ts';

/** Features of one watch that are shown; a probe may see thousands. */
const FEATURES_SHOWN = 100;

/** Shares what several licenses of one answer look at. */
export function createHeldViewer(store: Store, now: Instant) {
  const owners = createOwnersReader(store);
  const probes = createProbeReader(store);
  const agents = new Map<string, Promise<string>>();

  async function agentName(id: string): Promise<string> {
    const found = agents.get(id) ?? store.get('principal', id).then((principal) => principal?.name ?? id);
    agents.set(id, found);
    return await found;
  }

  async function watchView(environment: string, watch: Watch) {
    const seen = await probes.seen(environment, watch.probe);
    const observed = (seen?.readings ?? []).map(async (reading) => observation(reading, watch, await agentName(reading.agent)));
    return { ...watch, observed: await Promise.all(observed) };
  }

  return async function view(held: HeldLicense) {
    const [license, terms, runway] = await Promise.all([
      store.get('license', held.id),
      store.find('licenseTerms', { license: held.id }, { limit: 1_000 }),
      store.get('runway', held.id),
    ]);
    invariant(license !== null, `held license ${held.id} has its license`);
    const inForce = termsInForce(terms, now) ?? terms[0];
    invariant(inForce !== undefined, `license ${held.id} has terms`);
    const { noticeDeadlineAt, terminatesAt, autoRenew, cost, graceMs } = held;
    const { name, vendor, leadTime, custody, runsOn, dependents, foundIn, appliedAt } = held;
    return {
      ...{ license: held.id, name, product: await titleOf(store, license), vendor, issuer: license.issuer },
      ...{ policy: license.policyName, plan: inForce.plan },
      contract: { id: held.contractId, expiresAt: inForce.expiresAt, noticeDeadlineAt, terminatesAt, autoRenew, cost, graceMs },
      ...{ leadTime, owners: await owners(license.ownerTeam), custody, runsOn, dependents, foundIn },
      watches: await Promise.all(held.watches.map((watch) => watchView(held.environment, watch))),
      runway: runway === null ? null : summaryOf(runway),
      appliedAt,
    };
  };
}

async function titleOf(store: Store, { product }: License): Promise<string> {
  return (await store.get('product', product))?.title ?? product;
}

function summaryOf({ state, endsAt, cause, evidence, computedAt }: RunwayRecord) {
  return { state, endsAt, cause, evidence, computedAt };
}

function observation(reading: ProbeReading, watch: Watch, agent: string) {
  const { at, failure, message, unparsed } = reading;
  const okAt = featuresSeenAt(reading);
  const features = (snapshotOf(reading)?.features ?? []).filter((feature) => isWatched(feature, watch));
  return { agent, at, failure, message, okAt, unparsed, features: features.slice(0, FEATURES_SHOWN).map(featureView) };
}

function featureView(feature: FeatureReading) {
  const { name, version, pool, issued, used, reserved, queued, denied, expiresAt, ends, stopsAt } = feature;
  return { name, version, pool, issued, used, reserved, queued, denied, expiresAt, ends, stopsAt };
}
