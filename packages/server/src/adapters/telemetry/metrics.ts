/**
 * What `/metrics` says, in Prometheus' text format. Series are bounded whatever callers send: labels are names of our own
 * (commands, codes, jobs, states), never of licenses, customers or hosts.
 *
 * What needs counting in the store is counted by `refresh` in the background, so that a scrape reads memory only: a million
 * licenses cost a scrape nothing. Ends are absolute timestamps; what does not exist has no sample.
 */
import { type Instant, type LeaseState, SECOND, type Store } from '@glidepath/core';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { CommandResponse } from '../../request.ts';
import type { Server } from '../../server.ts';

export interface Metrics {
  observeCommand(response: Pick<CommandResponse, 'command' | 'code'>, elapsedMs: number): void;
  observeStore(operation: keyof Store, outcome: 'ok' | 'conflict' | 'failed', elapsedMs: number): void;
  /** Counts what lies in the store. Called every half minute or so; throws what the store throws. */
  refresh(server: Server, now: Instant): Promise<void>;
  text(): Promise<{ readonly contentType: string; readonly text: string }>;
}

export const REFRESH_MS = 30 * SECOND;
const LEASE_STATES: readonly LeaseState[] = ['granted', 'overage', 'when-full', 'reaped', 'released', 'removed'];
const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

export function createMetrics(about: { readonly version: string; readonly skewMs: () => number }): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const commands = new Counter({
    registers,
    name: 'glidepath_commands_total',
    help: 'Commands answered, by name and outcome.',
    labelNames: ['command', 'code'],
  });
  const durations = new Histogram({
    registers,
    name: 'glidepath_command_duration_seconds',
    help: 'Time to answer a command.',
    labelNames: ['command'],
    buckets: BUCKETS,
  });
  const store = new Histogram({
    registers,
    name: 'glidepath_store_duration_seconds',
    help: 'Time of a read or commit of the store.',
    labelNames: ['operation', 'outcome'],
    buckets: BUCKETS,
  });
  const leases = new Gauge({ registers, name: 'glidepath_leases', help: 'Leases by state.', labelNames: ['state'] });
  const keyEnds = new Gauge({
    registers,
    name: 'glidepath_key_signs_until_timestamp_seconds',
    help: 'When the key in use stops signing.',
    labelNames: ['environment', 'use'],
  });
  const outbox = new Gauge({ registers, name: 'glidepath_outbox_unsent_events', help: 'Events that wait to be sent.' });
  const jobs = new Gauge({
    registers,
    name: 'glidepath_job_last_success_timestamp_seconds',
    help: 'When a job last succeeded on this node.',
    labelNames: ['job'],
  });
  const jobFailures = new Gauge({
    registers,
    name: 'glidepath_job_failures',
    help: 'How often a job failed since this node started.',
    labelNames: ['job'],
  });
  const recorded = new Counter({
    registers,
    name: 'glidepath_decisions_recorded_total',
    help: 'Decisions that this node has recorded for replay since it started.',
  });
  const unrecorded = new Counter({
    registers,
    name: 'glidepath_decisions_unrecorded_total',
    help: 'Decisions that this node has not recorded since it started, by reason: whatever is replayed later knows nothing of them.',
    labelNames: ['reason'],
  });
  const refreshed = new Gauge({
    registers,
    name: 'glidepath_metrics_refreshed_timestamp_seconds',
    help: 'When the counts from the store were taken.',
  });
  new Gauge({ registers, name: 'glidepath_build_info', help: 'Version of this node.', labelNames: ['version'] }).set(
    { version: about.version },
    1,
  );
  new Gauge({
    registers,
    name: 'glidepath_clock_skew_seconds',
    help: 'How far this node was from the database at the last comparison.',
    collect() {
      this.set(about.skewMs() / SECOND);
    },
  });

  return {
    observeCommand({ command, code }, elapsedMs) {
      commands.inc({ command: command ?? 'none', code });
      durations.observe({ command: command ?? 'none' }, elapsedMs / SECOND);
    },
    observeStore(operation, outcome, elapsedMs) {
      store.observe({ operation, outcome }, elapsedMs / SECOND);
    },
    async refresh(server, now) {
      const counted = await count(server.world.store);
      for (const [state, number] of counted.leases) leases.set({ state }, number);
      outbox.set(counted.unsent);
      keyEnds.reset();
      for (const { environment, use, signsUntil } of counted.keys) keyEnds.set({ environment, use }, signsUntil / SECOND);
      for (const job of server.jobs()) {
        jobFailures.set({ job: job.name }, job.failures);
        if (job.okAt !== null) jobs.set({ job: job.name }, job.okAt / SECOND);
      }
      const decisions = server.recorded();
      recorded.reset();
      recorded.inc(decisions.recorded);
      unrecorded.reset();
      for (const [reason, number] of Object.entries(decisions.unrecorded)) unrecorded.inc({ reason }, number);
      refreshed.set(now / SECOND);
    },
    text: async () => ({ contentType: registry.contentType, text: await registry.metrics() }),
  };
}

/** Environments are few; more than this are not shown. */
const ENVIRONMENTS_MAX = 50;

async function count(store: Store) {
  const environments = await store.find('environment', {}, { limit: ENVIRONMENTS_MAX });
  const leases = await Promise.all(LEASE_STATES.map(async (state) => [state, await store.count('lease', { state })] as const));
  const unsent = await store.count('outbox', { sentAt: null });
  const keys = await Promise.all(environments.map((environment) => lastEnds(store, environment.id, environment.name)));
  return { leases, unsent, keys: keys.flat() };
}

async function lastEnds(store: Store, environment: string, name: string) {
  const keys = await store.find('onlineKey', { environment, status: 'active' }, { limit: 100 });
  return (['sign', 'key-set'] as const).flatMap((use) => {
    const ends = keys.filter((key) => key.use === use && (use === 'sign' || key.certificate !== null)).map((key) => key.signsUntil);
    return ends.length === 0 ? [] : [{ environment: name, use, signsUntil: Math.max(...ends) }];
  });
}
