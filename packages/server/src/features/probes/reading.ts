/** One report as part of what an agent knows through a probe: the last attempt, the last good snapshot, what is gone. Pure. */
import {
  after,
  compareSnapshots,
  DAY,
  type FeatureKey,
  failureOf,
  type Instant,
  PROBE_FAILURES,
  type Probe,
  type ProbeFailureReason,
  type ProbeReading,
  type Snapshot,
  type SnapshotChange,
  type VanishedFeature,
} from '@glidepath/core';
import type { Happening } from '../../command.ts';
import { snapshotOf } from './watching.ts';

export type ReportOutcome =
  | { readonly ok: true; readonly snapshot: Snapshot }
  | { readonly ok: false; readonly reason: ProbeFailureReason; readonly message: string };

export interface Report {
  readonly at: Instant;
  readonly outcome: ReportOutcome;
}

export interface Read {
  readonly reading: ProbeReading;
  /** The snapshot, where it was a good one. */
  readonly good: Snapshot | null;
  readonly happened: readonly Happening[];
}

/** Long enough for everybody to have been told. */
export const VANISHED_FOR_MS = 30 * DAY;
const VANISHED_MAX = 200;
/** Events of one report; more say no more than their number. */
const EVENTS_MAX = 100;

/** A failure keeps the last good snapshot, whose age then grows; success without features is a failure (`failureOf`). */
export function readingAfter(before: ProbeReading | null, probe: Probe, agent: string, report: Report): Read {
  const failure = failureIn(report.outcome);
  return failure === null && report.outcome.ok
    ? goodReading(before, probe, agent, report.at, report.outcome.snapshot)
    : failedReading(before, probe, agent, report.at, failure ?? { reason: 'unreadable', message: '' });
}

function failureIn(outcome: ReportOutcome): { readonly reason: ProbeFailureReason; readonly message: string } | null {
  if (!outcome.ok) return { reason: outcome.reason, message: outcome.message };
  const reason = failureOf(outcome.snapshot);
  return reason === null ? null : { reason, message: PROBE_FAILURES[reason].sentence };
}

function goodReading(before: ProbeReading | null, probe: Probe, agent: string, at: Instant, seen: Snapshot): Read {
  const known = comparable(before, probe);
  const snapshot = withKeptFeatures(known, seen);
  const changes = known === null ? [] : compareSnapshots(known.snapshot, snapshot);
  const reading: ProbeReading = {
    ...identityOf(before, probe, agent),
    ...{ at, failure: null, message: null, failures: 0, okAt: at, snapshot, unparsed: snapshot.unparsedCount },
    vanished: vanishedAfter(known === null ? [] : vanishedOf(before), changes, known?.okAt ?? at, snapshot, at),
  };
  const recovered = before !== null && before.failure !== null ? [happening('recovered', probe, agent, { from: before.failure })] : [];
  return { reading, good: seen, happened: [...recovered, ...eventsOf(changes, probe, agent)] };
}

/** "All servers are down" is a good reading of servers, and says nothing of features: when those end is as true as before. */
function withKeptFeatures(known: ReturnType<typeof comparable>, seen: Snapshot): Snapshot {
  if (known === null || seen.features.length > 0 || known.snapshot.features.length === 0) return seen;
  const { features, latent, featuresAt = known.okAt } = known.snapshot;
  return { ...seen, features, featuresAt, latent: seen.latent.length > 0 ? seen.latent : latent };
}

function failedReading(
  before: ProbeReading | null,
  probe: Probe,
  agent: string,
  at: Instant,
  { reason, message }: { readonly reason: string; readonly message: string },
): Read {
  const kept = before ?? { okAt: null, snapshot: null, vanished: [], unparsed: 0, failures: 0 };
  const { okAt, snapshot, vanished, unparsed, failures } = kept;
  const reading: ProbeReading = {
    ...identityOf(before, probe, agent),
    ...{ at, failure: reason, message, failures: failures + 1, okAt, snapshot, vanished, unparsed },
  };
  const isNews = before === null || before.failure !== reason;
  return { reading, good: null, happened: isNews ? [happening('failed', probe, agent, { reason, okAt })] : [] };
}

function identityOf(before: ProbeReading | null, { id, environment }: Probe, agent: string) {
  return { id: `${id}/${agent}`, environment, probe: id, agent, revision: before?.revision ?? 0 };
}

/** What was seen by another definition of the probe is no past of what is seen now. */
function comparable(before: ProbeReading | null, probe: Probe): { readonly snapshot: Snapshot; readonly okAt: Instant } | null {
  const snapshot = snapshotOf(before ?? undefined);
  const okAt = before?.okAt ?? null;
  return snapshot === null || okAt === null || probe.appliedAt > okAt ? null : { snapshot, okAt };
}

export function vanishedOf(reading: ProbeReading | null): readonly VanishedFeature[] {
  return (reading?.vanished ?? []) as readonly VanishedFeature[];
}

/** What is gone stays listed until it is there again, or long enough. */
function vanishedAfter(
  known: readonly VanishedFeature[],
  changes: readonly SnapshotChange[],
  lastSeenAt: Instant,
  { features }: Snapshot,
  at: Instant,
): readonly VanishedFeature[] {
  const there = new Set(features.map(keyOf));
  const still = known.filter(({ feature, lastSeenAt: seenAt }) => !there.has(keyOf(feature)) && at < after(seenAt, VANISHED_FOR_MS));
  const gone = changes.flatMap((change): readonly VanishedFeature[] =>
    change.kind === 'feature-vanished' && !there.has(keyOf(change.feature))
      ? [{ feature: change.feature, lastSeenAt, isNameLeft: change.isNameLeft }]
      : [],
  );
  return [...new Map([...still, ...gone].map((each) => [keyOf(each.feature), each])).values()].slice(0, VANISHED_MAX);
}

function keyOf({ name, version, pool }: FeatureKey): string {
  return JSON.stringify([name, version, pool]);
}

function eventsOf(changes: readonly SnapshotChange[], probe: Probe, agent: string): readonly Happening[] {
  const told = changes.slice(0, EVENTS_MAX).map(({ kind, ...facts }) => happening(kind, probe, agent, facts));
  const cut = changes.length - told.length;
  return cut === 0 ? told : [...told, happening('changes-cut', probe, agent, { cut })];
}

/** Events alone: what others change is no act of ours to audit. */
function happening(what: string, { id, name }: Probe, agent: string, facts: object): Happening {
  return { action: `probe.${what}`, subject: id, facts: { probe: name, agent, ...facts }, only: 'event' };
}
