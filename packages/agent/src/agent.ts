/**
 * An agent: asks its control plane what to look at, looks, and tells.
 *
 * `tick` is called often and waits for nothing: what it starts goes on by itself, so that a vendor's server that hangs makes
 * no other probe late. Time and chance come from outside, and nothing is remembered but what the buffer keeps.
 */
import { type Clock, type Connector, type Instant, instant, MINUTE, type Milliseconds, type Random, type Scheduler } from '@glidepath/core';
import { createLink, type Link, type LinkState } from './link/link.ts';
import { type BufferBounds, ReportBuffer } from './link/report-buffer.ts';
import { type AgentFiles, createReportShelf } from './link/report-shelf.ts';
import type { AgentTransport, ProbeTask, ReportedOutcome } from './link/transport.ts';
import type { ToolsFor } from './local/probe-tools.ts';
import type { AgentLog } from './log.ts';
import { createChangeLog } from './run/change-log.ts';
import { runProbe } from './run/run-probe.ts';
import { Schedule, type Start } from './run/schedule.ts';

export interface AgentOptions {
  readonly transport: AgentTransport;
  readonly connectors: readonly Connector[];
  readonly tools: ToolsFor;
  readonly clock: Clock;
  readonly scheduler: Scheduler;
  readonly random: Random;
  /** Where reports and tasks outlive a restart. */
  readonly files: AgentFiles;
  readonly log: AgentLog;
  readonly version: string;
  /** Probes at once, over all servers; default 16. */
  readonly atOnceMax?: number;
  /** When a probe counts as hung; default 2 min, and more than the longest time-out of its commands. */
  readonly deadlineMs?: Milliseconds;
  readonly buffer?: BufferBounds;
}

export interface AgentStatus {
  readonly link: LinkState;
  readonly probes: number;
  readonly running: number;
  readonly buffered: number;
  readonly dropped: number;
}

export interface Agent {
  /** Reads what was kept over a restart; once, before the first tick. */
  start(): Promise<void>;
  /** Starts what is due; returns at once and never throws. */
  tick(now: Instant): void;
  /** Resolves when nothing is under way that `tick` started. */
  idle(): Promise<void>;
  /** One round of everything, reported: for a job that is run by others. False: not all of it arrived. */
  once(
    now: Instant,
  ): Promise<{ readonly arrived: boolean; readonly link: LinkState; readonly outcomes: ReadonlyMap<string, ReportedOutcome> }>;
  status(): AgentStatus;
  /** Starts nothing any more, and keeps what has not been told. */
  stop(): Promise<void>;
}

const DEADLINE_MS = 2 * MINUTE;
const AT_ONCE_MAX = 16;
/** A month of hourly reports of a hundred small probes, or a few days of large ones. */
const BUFFER: BufferBounds = { reportsMax: 50_000, bytesMax: 64 * 1024 * 1024 };

export function createAgent(options: AgentOptions): Agent {
  const { clock, log } = options;
  const connectors = new Map(options.connectors.map((connector) => [connector.kind, connector]));
  const schedule = new Schedule({
    connectorNamed: (kind) => connectors.get(kind) ?? null,
    random: options.random,
    atOnceMax: options.atOnceMax ?? AT_ONCE_MAX,
  });
  const buffer = new ReportBuffer(options.buffer ?? BUFFER);
  const shelf = createReportShelf(options.files, buffer, log);
  const changes = createChangeLog(log);
  const underWay = new Set<Promise<void>>();
  const outcomes = new Map<string, ReportedOutcome>();
  let link: Link | null = null;
  let isStopped = false;
  let isSingle = false;

  return {
    async start() {
      const known = await shelf.load();
      link = createLink({ ...options, buffer, shelf, onTasks: assign }, known);
      if (known.length > 0) assign(known);
      if (buffer.size > 0) log.info('agent.reports-restored', { buffered: buffer.size, dropped: buffer.dropped });
    },
    tick(now) {
      if (isStopped || link === null) return;
      changes.say(clock.monotonic());
      track(link.tick());
      schedule.refill(elapsed());
      startReady(now);
    },
    async idle() {
      while (underWay.size > 0) await Promise.all(underWay);
      await shelf.idle();
    },
    async once(now) {
      isSingle = true;
      await link?.tick();
      schedule.hasten(elapsed());
      schedule.refill(elapsed());
      startReady(now);
      await this.idle();
      changes.say(null);
      const arrived = (await link?.flush()) ?? false;
      await shelf.idle();
      return { arrived: arrived && link?.state() === 'up', link: link?.state() ?? 'new', outcomes };
    },
    status: () => ({
      link: link?.state() ?? 'new',
      probes: schedule.size,
      running: schedule.running,
      buffered: buffer.size,
      dropped: buffer.dropped,
    }),
    async stop() {
      isStopped = true;
      changes.say(null);
      if (buffer.size > 0) shelf.spill();
      await shelf.idle();
    },
  };

  /** Time that passed, as an instant: what is due is compared with nothing else. */
  function elapsed(): Instant {
    return instant(clock.monotonic());
  }

  function track(work: Promise<void>): void {
    underWay.add(work);
    void work.finally(() => underWay.delete(work));
  }

  function assign(tasks: readonly ProbeTask[]): boolean {
    const { added, removed } = schedule.assign(tasks, elapsed());
    const isNew = added > 0 || removed > 0;
    if (isNew) log.info('agent.probes-assigned', { probes: schedule.size, added, removed });
    return isNew;
  }

  function startReady(now: Instant): void {
    for (const start of schedule.next(elapsed())) {
      if (start.isResting) tell(start.task, now, RESTING);
      else track(run(start, now));
    }
  }

  async function run(start: Start, at: Instant): Promise<void> {
    const { task, connector } = start;
    const deadlineMs = options.deadlineMs ?? DEADLINE_MS;
    const outcome = await runProbe(connector, task, options.tools(at, task.zone), { scheduler: options.scheduler, deadlineMs });
    if (isStopped) return;
    const change = schedule.ended(start, outcome, elapsed());
    if (change !== null) changes.note(task.name, change, outcome);
    tell(task, at, outcome);
    // A place is free: what waits for it does not wait for the next tick.
    startReady(clock.now());
  }

  function tell(task: ProbeTask, at: Instant, outcome: ReportedOutcome): void {
    if (isSingle) outcomes.set(task.name, outcome);
    link?.add({ probe: task.name, at, outcome });
  }
}

const RESTING: ReportedOutcome = {
  ok: false,
  reason: 'resting',
  message: 'its server failed too often for other probes of it, and is left in peace for a while',
};
