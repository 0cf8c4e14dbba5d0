/** Everything that the alerts of one environment are made from, read once and at one instant. */
import type { AlertFacts, Instant, LicenseAlertFacts, Store, TeamAlertFacts, TeamName } from '@glidepath/core';
import type { JobContext } from '../../command.ts';
import { everyRecord } from '../lists.ts';
import { ownersOf } from '../owners/team-owners.ts';
import { gatherLicenses, RUNWAYS_MAX } from './gather-licenses.ts';
import { ownFacts } from './gather-own.ts';
import { agentFacts, agentsOf, probeFacts, seenProbes, type Watched } from './gather-probes.ts';

/** `withOwn`: alerts of Glidepath itself are told in one environment only. */
export async function gatherAlertFacts(context: JobContext, environment: string, withOwn: boolean): Promise<AlertFacts> {
  const { store, now } = context;
  const runways = await store.worstRunways(environment, RUNWAYS_MAX);
  const [teams, probes, agents] = await Promise.all([teamsOf(store), seenProbes(store, environment), agentsOf(store)]);
  const licenses = await gatherLicenses(context, environment, { teams, probes, runways });
  const watched = await watchedBy(store, environment, licenses);
  return {
    licenses,
    probes: [...probes.values()].map((seen) => probeFacts(seen, watched.get(seen.probe.name), agents, now)),
    teams: await teamFacts(store, licenses, now),
    agents: await agentFacts(store, agents, probes),
    own: withOwn ? await ownFacts(context, runways) : null,
  };
}

async function teamsOf(store: Store): Promise<ReadonlyMap<string, TeamName>> {
  const teams = new Map<string, TeamName>();
  for await (const { id, name } of everyRecord(store, 'team', {})) teams.set(id, { id, name });
  return teams;
}

async function watchedBy(store: Store, environment: string, licenses: readonly LicenseAlertFacts[]): Promise<ReadonlyMap<string, Watched>> {
  const known = new Map(licenses.map((license) => [license.id, license]));
  const watched = new Map<string, { readonly names: string[]; ownerTeam: TeamName | null }>();
  for await (const { license: id, probe } of everyRecord(store, 'licenseWatch', { environment })) {
    const license = known.get(id);
    if (license === undefined) continue;
    const own = watched.get(probe) ?? { names: [], ownerTeam: null };
    own.names.push(license.name);
    own.ownerTeam ??= license.ownerTeam;
    watched.set(probe, own);
  }
  return watched;
}

async function teamFacts(store: Store, licenses: readonly LicenseAlertFacts[], now: Instant): Promise<readonly TeamAlertFacts[]> {
  const owned = new Map<string, { readonly team: TeamName; readonly names: string[] }>();
  for (const { ownerTeam, name } of licenses) {
    if (ownerTeam === null) continue;
    const own = owned.get(ownerTeam.id) ?? { team: ownerTeam, names: [] };
    own.names.push(name);
    owned.set(ownerTeam.id, own);
  }
  const facts = [...owned.values()].map(async ({ team, names }) => ({ standing: await ownersOf(store, team, now), licenses: names }));
  return Promise.all(facts);
}
