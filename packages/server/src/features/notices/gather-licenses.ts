/**
 * What alerts of licenses are made from: runways, contracts, policies, and how what is watched is used.
 *
 * All held licenses are looked at; of our own the worst, because there may be a million of them and the one that ends in a
 * year alerts nobody today.
 */
import {
  after,
  checkPolicy,
  DAY,
  HELD_POLICY_DOCUMENT,
  type HeldLicense,
  invariant,
  type LicenseAlertFacts,
  type Policy,
  type Runway,
  type RunwayItem,
  type RunwayRecord,
  type Store,
  type TeamName,
  type UseAlertFacts,
} from '@glidepath/core';
import type { JobContext } from '../../command.ts';
import { everyRecord } from '../lists.ts';
import { dayOf, sampleId, sampleName } from '../probes/usage-samples.ts';
import { isWatched } from '../probes/watching.ts';
import type { SeenProbe } from './gather-probes.ts';
import { maybeQuarantined } from './gather-restore.ts';

/** Runways that are read, worst first; what lies behind them ends later than these. */
export const RUNWAYS_MAX = 10_000;
/** Of our own licenses, worst first. */
const OWN_LICENSES_MAX = 1_000;
const HELD_POLICY = 'held';

type PolicyFacts = LicenseAlertFacts['policy'];

export interface Surroundings {
  readonly teams: ReadonlyMap<string, TeamName>;
  /** By name. */
  readonly probes: ReadonlyMap<string, SeenProbe>;
  readonly runways: readonly RunwayRecord[];
}

export async function gatherLicenses(
  context: Pick<JobContext, 'store' | 'policy' | 'world' | 'now'>,
  environment: string,
  surroundings: Surroundings,
): Promise<readonly LicenseAlertFacts[]> {
  const { store } = context;
  const policies = policyReader(context, environment);
  const runways = new Map(surroundings.runways.map((row) => [row.id, row]));
  const found: LicenseAlertFacts[] = [];
  const held = new Set<string>();
  for await (const license of everyRecord(store, 'heldLicense', { environment })) {
    held.add(license.id);
    const facts = await heldFacts(license, runways.get(license.id) ?? null, policies, surroundings);
    found.push({ ...facts, uses: await withDenials(context, license.id, facts.uses) });
  }
  const own = surroundings.runways.filter((row) => row.environment !== null && row.endsAt !== null && !held.has(row.id));
  const worst = own.slice(0, OWN_LICENSES_MAX);
  const quarantined = await maybeQuarantined(store, environment, context.now);
  // A quarantine is told of however far off the end is.
  for (const id of quarantined) {
    const row = worst.some((one) => one.id === id) ? null : await store.get('runway', id);
    if (row !== null) worst.push(row);
  }
  for (const row of worst) found.push(...(await ownFacts(store, row, policies, surroundings)));
  return found;
}

async function heldFacts(
  license: HeldLicense,
  row: RunwayRecord | null,
  policies: PolicyReader,
  { teams, probes }: Surroundings,
): Promise<LicenseAlertFacts> {
  const runway = runwayOfRecord(row);
  const { noticeDeadlineAt, autoRenew } = license;
  const end = runway.items.find(({ cause }) => cause === 'end');
  return {
    ...{ id: license.id, name: license.name, kind: 'held', product: row?.product ?? license.name, vendor: license.vendor },
    ownerTeam: teamOf(row?.ownerTeam ?? null, teams),
    policy: await policies(policyNameOf(license)),
    ...{ leadTime: license.leadTime, runway, runsOn: license.runsOn, dependents: license.dependents },
    contract: { noticeDeadlineAt, autoRenew, expiresAt: end?.expiresAt ?? end?.endsAt ?? null },
    ...{ unreachableSince: null, quarantinedAt: null, artefacts: [] },
    uses: license.watches.flatMap((watch) => usesOf(watch, probes.get(watch.probe))),
  };
}

/** The policy that the applied document names. */
function policyNameOf({ document }: HeldLicense): string {
  const { spec } = (document ?? {}) as { readonly spec?: { readonly policy?: unknown } };
  return typeof spec?.policy === 'string' ? spec.policy : HELD_POLICY;
}

function usesOf(watch: HeldLicense['watches'][number], probe: SeenProbe | undefined): readonly UseAlertFacts[] {
  const last = probe?.lastGood ?? null;
  if (last === null) return [];
  return last.snapshot.features
    .filter((feature) => isWatched(feature, watch))
    .map(({ name, kind, issued, used, overage, denied }) => ({
      ...{ of: 'seats', name, kind, limit: issued, used, overage, asOf: last.at, overageClosesAt: null, deniedLately: denied },
    }));
}

/**
 * Sources count denials since they began to count: what is new is what yesterday's sample did not have. Without one nobody
 * knows, and a source that began anew has less than yesterday, all of it new.
 */
async function withDenials(
  { store, world }: Pick<JobContext, 'store' | 'world'>,
  license: string,
  uses: readonly UseAlertFacts[],
): Promise<readonly UseAlertFacts[]> {
  return Promise.all(
    uses.map(async (use) => {
      const denied = use.deniedLately;
      if (denied === null || denied === 0) return use;
      const id = sampleId(license, sampleName(use.name, world.crypto), dayOf(after(use.asOf, -DAY)));
      const before = (await store.get('usageSample', id))?.denied ?? null;
      return { ...use, deniedLately: before === null ? null : denied - (denied < before ? 0 : before) };
    }),
  );
}

async function ownFacts(
  store: Store,
  row: RunwayRecord,
  policies: PolicyReader,
  { teams }: Surroundings,
): Promise<readonly LicenseAlertFacts[]> {
  const license = await store.get('license', row.id);
  if (license === null || license.status === 'revoked') return [];
  return [
    {
      ...{ id: row.id, name: row.name, kind: 'self', product: row.product, vendor: null },
      ownerTeam: teamOf(license.ownerTeam, teams),
      policy: await policies(license.policyMode === 'pin' ? { digest: license.pinnedDigest ?? '' } : license.policyName),
      ...{ leadTime: [], runway: runwayOfRecord(row), runsOn: [], dependents: [], contract: null },
      ...{ unreachableSince: null, quarantinedAt: license.quarantinedAt, uses: [], artefacts: [] },
    },
  ];
}

/** A license whose runway nobody has computed yet alerts nobody by it. */
export function runwayOfRecord(row: RunwayRecord | null): Runway {
  if (row === null) return { state: 'unknown', endsAt: null, cause: null, evidence: '', items: [] };
  const items = (row.items ?? []) as readonly RunwayItem[];
  return { state: row.state, endsAt: row.endsAt, cause: items[0]?.cause ?? null, evidence: row.evidence, items };
}

function teamOf(id: string | null, teams: Surroundings['teams']): TeamName | null {
  return id === null ? null : (teams.get(id) ?? null);
}

type PolicyReader = (of: string | { readonly digest: string }) => Promise<PolicyFacts>;

/** A policy that is not there (any more) must not silence an alert: the built-in one stands in. */
function policyReader({ store, policy }: Pick<JobContext, 'store' | 'policy'>, environment: string): PolicyReader {
  const known = new Map<string, Promise<PolicyFacts>>();
  const read = async (of: string | { readonly digest: string }): Promise<PolicyFacts> => {
    const digest = typeof of === 'string' ? (await store.get('policyPointer', `${environment}/${of}`))?.digest : of.digest;
    const found = digest === undefined ? null : await policy(digest);
    return found?.policy ?? builtIn();
  };
  return (of) => {
    const key = typeof of === 'string' ? of : of.digest;
    const reading = known.get(key) ?? read(of);
    known.set(key, reading);
    return reading;
  };
}

function builtIn(): Policy {
  const { policy } = checkPolicy(HELD_POLICY_DOCUMENT);
  invariant(policy !== null, 'the built-in policy keeps the publishing rules');
  return policy;
}
