/**
 * Takes what agents saw. Idempotent by (probe, agent, instant): a batch that is sent again, in whole or in part, changes
 * nothing more. Readings, daily peaks and the runways that follow from them are one change.
 */
import {
  type HeldLicense,
  type Instant,
  instant,
  type Probe,
  type ProbeReading,
  type Snapshot,
  type UsageSample,
  type Write,
} from '@glidepath/core';
import { REPORT_BYTES_MAX, ReportAnswer, ReportRequest } from '@glidepath/protocol/http';
import { answer, type Command, type Context, defineCommand, type Happening } from '../../command.ts';
import { inTurns } from '../runways/held-runway.ts';
import { recomputed } from '../runways/recompute.ts';
import { isRunBy } from './agent-probes.ts';
import { stateWrite } from './agent-state.ts';
import { type Report, type ReportOutcome, readingAfter } from './reading.ts';
import { mergedSample, sampleOf } from './usage-samples.ts';
import { watchedFeatures } from './watching.ts';

/** Licenses that look through one probe; those beyond are left to the sweep, without samples. */
const WATCHERS_MAX = 1_000;
/** Runways of one request; the sweep comes to the others within the hour. */
const RUNWAYS_MAX = 200;

interface Ask {
  readonly probe: string;
  readonly at: number;
  readonly outcome: unknown;
}

const report = defineCommand({
  name: 'agent.report',
  method: 'POST',
  path: '/v1/agent/reports',
  summary: 'Takes what the calling agent saw; sending it again changes nothing more',
  auth: 'agent',
  idempotency: 'own',
  audited: false,
  body: ReportRequest,
  bodyLimit: REPORT_BYTES_MAX,
  answers: { 200: ReportAnswer },
  async run(context) {
    const { version, dropped, reports } = context.body;
    const taking = startTaking(context as Context);
    const byProbe = Map.groupBy(reports as readonly Ask[], ({ probe }) => probe);
    const unknown: string[] = [];
    let accepted = 0;
    for (const [name, asks] of byProbe) {
      const isKnown = await taking.take(
        name,
        asks.map(toReport(context.now)).sort((a, b) => a.at - b.at),
      );
      if (isKnown) accepted += asks.length;
      else unknown.push(name);
    }
    const { writes, happened } = await taking.change();
    const known = await context.store.get('agentState', context.actor.id);
    const state = stateWrite(known, context.actor.id, context.now, { version, dropped });
    return await context.commit({ writes: [...writes, state], happened }, answer(200, { accepted, unknown }));
  },
});

/** An agent's clock may be ahead; nothing was seen later than now. */
function toReport(now: Instant): (ask: Ask) => Report {
  return ({ at, outcome }) => ({ at: instant(Math.min(at, now)), outcome: outcome as ReportOutcome });
}

interface Kept<R> {
  readonly before: R | null;
  readonly next: R;
}

/** Everything that one request will write, each record once however many reports speak of it. */
function startTaking({ store, environment, actor, world, now, policy }: Context) {
  const agent = { id: actor.id, name: actor.kind === 'principal' ? actor.name : '' };
  const readings = new Map<string, Kept<ProbeReading>>();
  const samples = new Map<string, Kept<UsageSample>>();
  const touched = new Set<string>();
  const happened: Happening[] = [];

  /** False: it is gone, or another agent's. */
  async function take(name: string, reports: readonly Report[]): Promise<boolean> {
    const [probe] = await store.find('probe', { environment: environment.id, name }, { limit: 1 });
    if (probe === undefined || !isRunBy(probe, agent.name)) return false;
    const before = await store.get('probeReading', `${probe.id}/${agent.id}`);
    const fresh = reports.filter(({ at }) => before === null || at > before.at);
    if (fresh.length === 0) return true;
    const watchers = await watchersOf(probe);
    let last = before;
    for (const each of fresh) {
      if (last !== null && each.at <= last.at) continue;
      const read = readingAfter(last, probe, agent.id, each);
      // The first sight is no change of anything, and yet what every runway has waited for.
      const isFirst = read.good !== null && (last === null || last.okAt === null || last.okAt < probe.appliedAt);
      if (isFirst) for (const { id } of watchers) touched.add(id);
      last = read.reading;
      happened.push(...read.happened);
      if (read.happened.length > 0) for (const { id } of watchers) touched.add(id);
      if (read.good !== null) await sample(read.good, each.at, probe, watchers);
    }
    if (last !== null) readings.set(last.id, { before, next: last });
    return true;
  }

  async function watchersOf({ name }: Probe): Promise<readonly HeldLicense[]> {
    const links = await store.find('licenseWatch', { probe: name, environment: environment.id }, { limit: WATCHERS_MAX });
    const found = await inTurns(links, ({ license }) => store.get('heldLicense', license));
    return found.filter((held) => held !== null);
  }

  /** A license is touched when its day's peak rose: what did not move moves no forecast. */
  async function sample(snapshot: Snapshot, at: Instant, { name }: Probe, watchers: readonly HeldLicense[]): Promise<void> {
    for (const { id, watches } of watchers) {
      for (const feature of watchedFeatures(snapshot, name, at, watches)) {
        const next = sampleOf(id, feature, at, world.crypto);
        if (next === null) continue;
        const kept = samples.get(next.id) ?? (await keptSample(next));
        const merged = mergedSample(kept.before === null && kept.next === next ? null : kept.next, next);
        samples.set(next.id, { before: kept.before, next: merged });
        if (kept.before === null || merged.peak !== kept.before.peak || merged.issued !== kept.before.issued) touched.add(id);
      }
    }
  }

  async function keptSample(next: UsageSample): Promise<Kept<UsageSample>> {
    const before = await store.get('usageSample', next.id);
    return { before, next: before ?? next };
  }

  async function change(): Promise<{ writes: readonly Write[]; happened: readonly Happening[] }> {
    const fresh = {
      readings: new Map([...readings].map(([id, { next }]) => [id, next])),
      samples: new Map([...samples].map(([id, { next }]) => [id, next])),
    };
    const runways = await recomputed({ store, now, policy, world }, [...touched].slice(0, RUNWAYS_MAX), fresh);
    return {
      writes: [
        ...[...readings.values()].map((kept): Write => written('probeReading', kept)),
        ...[...samples.values()].filter(isMoved).map((kept): Write => written('usageSample', kept)),
        ...runways.writes,
      ],
      happened: [...happened, ...runways.happened],
    };
  }

  return { take, change };
}

function isMoved({ before, next }: Kept<UsageSample>): boolean {
  return before === null || before.peak !== next.peak || before.issued !== next.issued || before.denied !== next.denied;
}

function written<R extends { readonly id: string; readonly revision: number }>(
  table: 'probeReading' | 'usageSample',
  { before, next }: Kept<R>,
): Write {
  if (before === null) return { op: 'insert', table, row: next } as unknown as Write;
  const { id, revision: _revision, ...set } = next;
  return { op: 'update', table, id, revision: before.revision, set } as unknown as Write;
}

export const REPORT_COMMANDS: readonly Command[] = [report];
