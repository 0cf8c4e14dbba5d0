/** What alerts of probes and agents are made from: readings of each agent, what servers say of themselves, who is silent. */
import {
  type AgentAlertFacts,
  type Instant,
  MINUTE,
  type Principal,
  type Probe,
  type ProbeAlertFacts,
  type ProbeFailureReason,
  type ProbeReading,
  type ServerWitness,
  SILENT_INTERVALS,
  type Snapshot,
  type Store,
  serverVerdict,
  type TeamName,
} from '@glidepath/core';
import { everyRecord } from '../lists.ts';

/** How often an agent asks what it is to look at, at the least. */
export const AGENT_CALLS_MS = 5 * MINUTE;

export interface SeenProbe {
  readonly probe: Probe;
  readonly readings: readonly ProbeReading[];
  /** Of all agents the latest. */
  readonly lastGood: { readonly at: Instant; readonly snapshot: Snapshot } | null;
}

/** By name. */
export async function seenProbes(store: Store, environment: string): Promise<ReadonlyMap<string, SeenProbe>> {
  const readings = new Map<string, ProbeReading[]>();
  for await (const reading of everyRecord(store, 'probeReading', { environment })) {
    readings.set(reading.probe, [...(readings.get(reading.probe) ?? []), reading]);
  }
  const probes = new Map<string, SeenProbe>();
  for await (const probe of everyRecord(store, 'probe', { environment })) {
    const own = readings.get(probe.id) ?? [];
    probes.set(probe.name, { probe, readings: own, lastGood: lastGoodOf(own) });
  }
  return probes;
}

function lastGoodOf(readings: readonly ProbeReading[]): SeenProbe['lastGood'] {
  const [latest] = readings
    .flatMap(({ okAt, snapshot }) => (okAt === null || snapshot === null ? [] : [{ at: okAt, snapshot: snapshot as Snapshot }]))
    .sort((a, b) => b.at - a.at);
  return latest ?? null;
}

export interface Watched {
  readonly names: readonly string[];
  /** Of the first license that has one. */
  readonly ownerTeam: TeamName | null;
}

/** `watched`: by the probe's name. */
export function probeFacts(
  seen: SeenProbe,
  watched: Watched | undefined,
  agents: ReadonlyMap<string, Principal>,
  now: Instant,
): ProbeAlertFacts {
  const { probe, readings } = seen;
  const { id, name, kind, everyMs, appliedAt } = probe;
  return {
    ...{ id, name, kind, everyMs, appliedAt, ownerTeam: watched?.ownerTeam ?? null, licenses: watched?.names ?? [] },
    readings: readings.map(({ agent, at, failure, message, okAt, unparsed }) => ({
      ...{ agent: agents.get(agent)?.name ?? agent, at, message, okAt, unparsed },
      failure: failure as ProbeFailureReason | null,
    })),
    servers: serverVerdicts(seen, now),
    vanished: vanishedFrom(seen),
  };
}

/** What the agent that saw last no longer finds; each feature once. */
function vanishedFrom({ readings, lastGood }: SeenProbe): ProbeAlertFacts['vanished'] {
  const latest = readings.find(({ okAt }) => okAt !== null && okAt === lastGood?.at);
  return (latest?.vanished ?? []) as ProbeAlertFacts['vanished'];
}

export function serverVerdicts({ probe, readings }: SeenProbe, now: Instant): ProbeAlertFacts['servers'] {
  const names = new Set(readings.flatMap(({ snapshot }) => ((snapshot ?? null) as Snapshot | null)?.servers.map(({ name }) => name) ?? []));
  const rule = { quorum: probe.quorum, now, freshMs: SILENT_INTERVALS * probe.everyMs };
  return [...names].map((name) => ({
    name,
    verdict: serverVerdict(
      readings.flatMap((reading) => witnessesOf(reading, name)),
      rule,
    ),
  }));
}

/** Who could not ask says nothing about a server; who asked and did not find it listed neither. */
function witnessesOf({ agent, at, failure, snapshot }: ProbeReading, server: string): readonly ServerWitness[] {
  if (failure !== null) return [{ prober: agent, at, state: 'unknown', reason: null }];
  const rows = (snapshot as Snapshot | null)?.servers.filter(({ name }) => name === server) ?? [];
  return rows.map(({ state, reason }) => ({ prober: agent, at, state, reason }));
}

/** By id. */
export async function agentsOf(store: Store): Promise<ReadonlyMap<string, Principal>> {
  const agents = new Map<string, Principal>();
  for await (const principal of everyRecord(store, 'principal', { kind: 'agent' })) agents.set(principal.id, principal);
  return agents;
}

/** Agents that are needed: shut out ones are not missed. An agent counts where one of its readings, or a probe, names it. */
export async function agentFacts(
  store: Store,
  agents: ReadonlyMap<string, Principal>,
  probes: ReadonlyMap<string, SeenProbe>,
): Promise<readonly AgentAlertFacts[]> {
  const working = [...agents.values()].filter(({ disabledAt }) => disabledAt === null);
  const found = await Promise.all(
    working.map(async (agent): Promise<readonly AgentAlertFacts[]> => {
      const own = [...probes.values()].filter(({ probe, readings }) => runsIt(agent, probe, readings));
      if (own.length === 0) return [];
      const state = await store.get('agentState', agent.id);
      const alone = own.filter(
        ({ probe }) => working.filter(({ name }) => probe.agents.includes(name)).length === 1 || working.length === 1,
      );
      const { id, name, createdAt } = agent;
      const only = alone.map(({ probe }) => probe.name);
      return [{ id, name, createdAt, seenAt: state?.seenAt ?? null, everyMs: AGENT_CALLS_MS, probes: only }];
    }),
  );
  return found.flat();
}

function runsIt({ id, name }: Principal, { agents }: Probe, readings: readonly ProbeReading[]): boolean {
  return agents.includes(name) || (agents.length === 0 && readings.some(({ agent }) => agent === id));
}
