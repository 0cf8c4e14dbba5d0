/** Probes as people look at them: what each agent saw last and how old that is, and which servers are down by quorum. */
import type { Instant, Probe, ProbeReading, Store } from '@glidepath/core';
import { ListQuery, ProbeView, page } from '@glidepath/protocol/http';
import { type Command, defineCommand } from '../../command.ts';
import { listed } from '../lists.ts';
import { serverVerdicts } from '../notices/gather-probes.ts';
import { vanishedOf } from './reading.ts';
import { featuresSeenAt, latestGoodFirst, snapshotOf } from './watching.ts';

/** Agents of one probe that are looked at. */
const READINGS_MAX = 100;

const list = defineCommand({
  name: 'probe.list',
  method: 'GET',
  path: '/v1/probes',
  summary: 'Lists probes: what each agent saw last, how old it is, what was not understood, and which servers are down by quorum',
  auth: 'viewer',
  query: ListQuery,
  answers: { 200: page(ProbeView) },
  run: ({ store, environment, query, now }) =>
    listed(store, 'probe', { environment: environment.id }, query, (probe) => probeView(store, probe, now)),
});

async function probeView(store: Store, probe: Probe, now: Instant) {
  const found = await store.find('probeReading', { probe: probe.id }, { limit: READINGS_MAX });
  const readings = found.toSorted(latestGoodFirst);
  const verdicts = serverVerdicts({ probe, readings, lastGood: null }, now);
  const { id, name, kind, zone, everyMs, agents, quorum, settings, appliedAt } = probe;
  return {
    ...{ id, name, kind, zone, everyMs, agents, quorum, settings, appliedAt },
    readings: await Promise.all(readings.map((reading) => readingView(store, reading, now))),
    servers: verdicts.map(({ name: server, verdict: { state, basis, message, reasons } }) => ({
      name: server,
      state,
      basis,
      message,
      reasons,
    })),
  };
}

async function readingView(store: Store, reading: ProbeReading, now: Instant) {
  const { agent, at, failure, message, failures, okAt, unparsed } = reading;
  const snapshot = snapshotOf(reading);
  const seenAt = featuresSeenAt(reading);
  return {
    agent: (await store.get('principal', agent))?.name ?? agent,
    ...{ at, failure, message, failures, okAt, ageMs: seenAt === null ? null : Math.max(0, now - seenAt) },
    ...{ features: snapshot?.features.length ?? 0, unparsed, notes: snapshot?.notes ?? [] },
    vanished: vanishedOf(reading).map(({ feature, lastSeenAt, isNameLeft }) => ({ ...feature, lastSeenAt, isNameLeft })),
  };
}

export const PROBE_COMMANDS: readonly Command[] = [list];
