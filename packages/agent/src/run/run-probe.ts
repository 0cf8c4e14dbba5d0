/**
 * Runs one probe once: whatever the connector, the vendor's server or the machine does, a report comes of it, in time and
 * within the bounds of what a control plane takes.
 */
import {
  type Connector,
  failureOf,
  latentRisks,
  type Milliseconds,
  PROBE_FAILURES,
  type ProbeFailureReason,
  type ProbeTools,
  type Scheduler,
  type Snapshot,
} from '@glidepath/core';
import type { ProbeTask, ReportedOutcome } from '../link/transport.ts';

export interface RunWorld {
  readonly scheduler: Scheduler;
  /** After this a probe counts as hung, whatever it waits for. */
  readonly deadlineMs: Milliseconds;
}

/** Never rejects. */
export async function runProbe(connector: Connector | null, task: ProbeTask, tools: ProbeTools, world: RunWorld): Promise<ReportedOutcome> {
  if (connector === null)
    return failure('bad-settings', `this agent knows no probe of the kind ${task.kind}; it may be older than its control plane`);
  const deadline = hung(world);
  try {
    const outcome = await Promise.race([connector.probe(task.settings, tools), deadline.passed]);
    if (outcome === 'hung') return failure('timeout', `the probe did not end within ${Math.round(world.deadlineMs / 1_000)} s`);
    if (!outcome.ok) return failure(outcome.reason, outcome.message);
    return seen(connector, outcome.value, tools);
  } catch (error) {
    return failure('unreadable', `the connector ${connector.kind} failed: ${error instanceof Error ? error.message : String(error)}`);
  } finally {
    deadline.cancel();
  }
}

function hung({ scheduler, deadlineMs }: RunWorld): { readonly passed: Promise<'hung'>; cancel(): void } {
  let cancel = () => {};
  const passed = new Promise<'hung'>((resolve) => {
    const timer = scheduler.after(deadlineMs, () => resolve('hung'));
    cancel = () => timer.cancel();
  });
  return { passed, cancel };
}

/** Each good reading is asked what would not survive under a future clock: a reading that replaces another one has it all. */
function seen(connector: Connector, snapshot: Snapshot, { now }: ProbeTools): ReportedOutcome {
  const reason = failureOf(snapshot);
  if (reason !== null) return failure(reason, PROBE_FAILURES[reason].sentence);
  const { latentAt } = connector;
  const latent = snapshot.latent.length > 0 || latentAt === undefined ? snapshot.latent : latentRisks(latentAt, snapshot, now);
  return bounded({ ...snapshot, latent });
}

function failure(reason: ProbeFailureReason, message: string): ReportedOutcome {
  return { ok: false, reason, message: cut(message, SENTENCE_MAX) };
}

/** What one report may hold at most. */
const NAME_MAX = 1_000;
const SENTENCE_MAX = 4_000;
const FEATURES_MAX = 20_000;
const HOLDERS_MAX = 200_000;
const LISTED_MAX = 1_000;

/**
 * Cuts names and lists of words to what a report takes. Too many features or holders are no reading at all: a part of them
 * would look as if the others had vanished.
 */
function bounded(snapshot: Snapshot): ReportedOutcome {
  const { servers, features, unparsed, notes, latent } = snapshot;
  const most = Math.max(0, ...features.map(({ holders }) => holders.length));
  if (features.length > FEATURES_MAX || servers.length > LISTED_MAX || most > HOLDERS_MAX) {
    return failure(
      'too-large',
      `the source names ${features.length} features, ${servers.length} servers and up to ${most} holders of one: more than a report takes`,
    );
  }
  return {
    ok: true,
    snapshot: {
      ...snapshot,
      servers: servers.map((server) => ({
        ...server,
        name: cut(server.name),
        reason: server.reason === null ? null : cut(server.reason, SENTENCE_MAX),
      })),
      features: features.every(isShort) ? features : features.map(shortened),
      unparsed: unparsed.map(({ line, text }) => ({ line, text: cut(text) })),
      notes: notes.slice(0, LISTED_MAX).map((note) => cut(note, SENTENCE_MAX)),
      latent: latent.slice(0, LISTED_MAX).map((risk) => ({ ...risk, reason: cut(risk.reason, SENTENCE_MAX) })),
    },
  };
}

type Feature = Snapshot['features'][number];

/** Nearly all are: nothing is copied then. */
function isShort({ name, version, pool, holders }: Feature): boolean {
  const isFitting = (text: string | null) => text === null || (text.length <= NAME_MAX && isWhole(text));
  return isFitting(name) && isFitting(version) && isFitting(pool) && holders.every(({ user, host }) => isFitting(user) && isFitting(host));
}

function shortened(feature: Feature): Feature {
  const { name, version, pool, holders } = feature;
  return {
    ...feature,
    name: cut(name),
    version: version === null ? null : cut(version),
    pool: pool === null ? null : cut(pool),
    holders: holders.map((holder) => ({ ...holder, user: cut(holder.user), host: holder.host === null ? null : cut(holder.host) })),
  };
}

/** One name with a NUL or half a character would have the whole batch refused: neither can be stored. */
function cut(text: string, most = NAME_MAX): string {
  const short = text.length <= most ? text : `${text.slice(0, most - 1)}…`;
  return isWhole(short) ? short : short.toWellFormed().replaceAll('\0', '\uFFFD');
}

function isWhole(text: string): boolean {
  return text.isWellFormed() && !text.includes('\0');
}
