/** An agent in virtual time, beside a control plane that a test takes away and gives back. Not shipped. */
import {
  type Connector,
  deny,
  EMPTY_SNAPSHOT,
  type Instant,
  instant,
  ok,
  type ProbeOutcome,
  type ProbeTools,
  type Result,
  unknownFeature,
} from '@glidepath/core';
import { seededRandom, VirtualMachine, VirtualTime } from '@glidepath/testkit';
import { type Agent, type AgentOptions, createAgent } from './agent.ts';
import type { AgentFiles } from './link/report-shelf.ts';
import { type AgentTransport, createTransport, type ProbeTask, type Reply, type Report, type TransportReason } from './link/transport.ts';

export const START = instant(Date.UTC(2026, 5, 1));

export function task(name: string, change: Partial<ProbeTask> = {}): ProbeTask {
  return { name, kind: 'fake', zone: 'UTC', everyMs: 3_600_000, settings: {}, ...change };
}

export const SEEN: ProbeOutcome = ok({ ...EMPTY_SNAPSHOT, features: [unknownFeature('solver')] });

/** A connector whose sources do as they are told, by the setting `source`. */
export function fakeConnector(probe: (source: string, tools: ProbeTools) => Promise<ProbeOutcome>): Connector {
  return {
    ...{ kind: 'fake', title: 'Fake', everyAtLeastMs: 60_000, read: async () => EMPTY_SNAPSHOT },
    settings: [{ name: 'url', type: 'url', required: false, about: 'Where.' }],
    probe: (settings, tools) => probe(String(settings.source ?? ''), tools),
  };
}

export interface FakePlane {
  tasks: readonly ProbeTask[];
  /** What it answers instead of the truth; null: the truth. `lost`: nothing. */
  answers: number | 'lost' | null;
  retryAfterMs: number | null;
  /** All that it took, in order. */
  readonly reports: Report[];
  readonly calls: { readonly at: Instant; readonly path: string }[];
  dropped: number;
  refuses: (report: Report) => boolean;
  readonly transport: AgentTransport;
}

export function fakePlane(time: VirtualTime, tasks: readonly ProbeTask[]): FakePlane {
  const plane: FakePlane = {
    ...{ tasks, answers: null, retryAfterMs: null, reports: [], calls: [], dropped: 0, refuses: () => false },
    transport: createTransport(async (_method, path, body): Promise<Result<Reply, TransportReason>> => {
      plane.calls.push({ at: time.now(), path });
      const { retryAfterMs } = plane;
      if (plane.answers === 'lost') return deny('unreachable', 'nobody is there');
      if (plane.answers !== null) return ok({ status: plane.answers, body: { code: 'some', detail: 'no' }, retryAfterMs });
      if (body === null) return ok({ status: 200, body: { probes: plane.tasks }, retryAfterMs });
      const { reports, dropped } = JSON.parse(body) as { reports: readonly Report[]; dropped: number };
      if (reports.some(plane.refuses)) return ok({ status: 400, body: { code: 'bad-input', detail: 'no' }, retryAfterMs });
      plane.reports.push(...reports);
      plane.dropped = dropped;
      return ok({ status: 200, body: { accepted: reports.length, unknown: [] }, retryAfterMs });
    }),
  };
  return plane;
}

export interface MemoryFiles extends AgentFiles {
  readonly texts: Map<string, string>;
  isRefusing: boolean;
}

export function memoryFiles(): MemoryFiles {
  const texts = new Map<string, string>();
  const check = () => {
    if (files.isRefusing) throw new Error('the disk is full');
  };
  const files: MemoryFiles = {
    texts,
    isRefusing: false,
    async read(name) {
      return texts.get(name) ?? null;
    },
    async append(name, text) {
      check();
      texts.set(name, (texts.get(name) ?? '') + text);
    },
    async replace(name, text) {
      check();
      texts.set(name, text);
    },
    async remove(name) {
      texts.delete(name);
    },
  };
  return files;
}

export interface Lab {
  readonly time: VirtualTime;
  readonly plane: FakePlane;
  readonly files: MemoryFiles;
  readonly machine: VirtualMachine;
  readonly said: { readonly event: string; readonly facts: Readonly<Record<string, unknown>> }[];
  agent: Agent;
  /** Ends the process and starts another one on the same disk. */
  restart(): Promise<void>;
  run(ms: number): Promise<void>;
}

export async function lab(
  tasks: readonly ProbeTask[],
  probe: (source: string, tools: ProbeTools) => Promise<ProbeOutcome> = async () => SEEN,
  options: Partial<AgentOptions> = {},
): Promise<Lab> {
  const time = new VirtualTime(START);
  const machine = new VirtualMachine(time);
  const plane = fakePlane(time, tasks);
  const files = memoryFiles();
  const said: Lab['said'] = [];
  const line = (event: string, facts: Readonly<Record<string, unknown>> = {}) => void said.push({ event, facts });
  let live = machine.process();

  async function begin(): Promise<Agent> {
    const own = live;
    const agent = createAgent({
      ...{ transport: plane.transport, connectors: [fakeConnector(probe)], clock: own.clock, scheduler: own.scheduler },
      tools: (now, zone) => ({ now, zone }) as ProbeTools,
      ...{ random: seededRandom(7), files, log: { info: line, warn: line, error: line }, version: '1.2.3', ...options },
    });
    await time.finish(agent.start());
    const beat = () => {
      agent.tick(own.clock.now());
      own.scheduler.after(1_000, beat);
    };
    own.scheduler.after(0, beat);
    return agent;
  }

  const made: Lab = {
    ...{ time, plane, files, machine, said },
    agent: await begin(),
    async restart() {
      live.end();
      live = machine.process();
      made.agent = await begin();
    },
    run: (ms) => time.run(ms),
  };
  return made;
}
