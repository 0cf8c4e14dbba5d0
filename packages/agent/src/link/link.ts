/**
 * The agent's side of the conversation with its control plane: when to ask for tasks, when to report, how long to leave it
 * in peace. It never stops for ever, whatever it is answered: a 401 or 403 slows it, and a token that was replaced on disk
 * counts from the next try on.
 */
import { type Clock, fullJitterDelay, MINUTE, type Milliseconds, type Random, SECOND } from '@glidepath/core';
import type { AgentLog } from '../log.ts';
import type { HeldReport, ReportBuffer } from './report-buffer.ts';
import type { ReportShelf } from './report-shelf.ts';
import type { AgentTransport, ProbeTask, Report, TransportReason } from './transport.ts';

/** Of one request; a snapshot of its own may be larger. */
const BATCH_REPORTS = 100;
const BATCH_BYTES = 4 * 1024 * 1024;
/** Reports wait so long for others to go with them. */
const GATHER_MS = 2 * SECOND;
const TASKS_EVERY_MS = 30 * SECOND;

const AWAY = { baseMs: SECOND, capMs: 5 * MINUTE };
const SLOWED = { baseMs: MINUTE, capMs: 15 * MINUTE };
/** Full jitter may say zero: nobody is asked again at once. */
const REST_LEAST_MS: Record<TransportReason, Milliseconds> = {
  ...{ unreachable: 500, busy: 500, refused: 500, 'foreign-answer': 10 * SECOND, unauthorized: 30 * SECOND },
};
const RETRY_AFTER_MAX_MS = 15 * MINUTE;

export interface LinkWorld {
  readonly transport: AgentTransport;
  readonly clock: Pick<Clock, 'monotonic'>;
  readonly random: Random;
  readonly log: AgentLog;
  readonly buffer: ReportBuffer;
  readonly shelf: ReportShelf;
  readonly version: string;
  /** Whether they are others than before. */
  onTasks(tasks: readonly ProbeTask[]): boolean;
}

export type LinkState = 'new' | 'up' | TransportReason;

export interface Link {
  /** Does what is due, one exchange after the other. Never rejects; a second call meanwhile does nothing. */
  tick(): Promise<void>;
  add(report: Report): void;
  /** Everything that waits is sent now, whatever the pace; false: not all of it was taken. */
  flush(): Promise<boolean>;
  state(): LinkState;
}

export function createLink(world: LinkWorld, known: readonly ProbeTask[]): Link {
  const { transport, clock, random, log, buffer, shelf, version } = world;
  let state: LinkState = 'new';
  let failures = 0;
  let restUntil = Number.NEGATIVE_INFINITY;
  let tasksAt = Number.NEGATIVE_INFINITY;
  let tasks = known;
  let gatherUntil: Milliseconds | null = null;
  let running: Promise<void> | null = null;

  return {
    state: () => state,
    add(report) {
      const held = buffer.add(report);
      if (state !== 'up' && state !== 'new') shelf.kept(held);
      gatherUntil ??= clock.monotonic() + GATHER_MS;
    },
    tick() {
      running ??= work().finally(() => {
        running = null;
      });
      return running;
    },
    async flush() {
      await running;
      restUntil = Number.NEGATIVE_INFINITY;
      while (buffer.size > 0) if (!(await sendBatch())) return false;
      return true;
    },
  };

  async function work(): Promise<void> {
    if (clock.monotonic() < restUntil) return;
    if (clock.monotonic() >= tasksAt && !(await askTasks())) return;
    const isDue = buffer.size >= BATCH_REPORTS || (gatherUntil !== null && clock.monotonic() >= gatherUntil);
    if (buffer.size > 0 && isDue) while (buffer.size > 0) if (!(await sendBatch())) return;
  }

  async function askTasks(): Promise<boolean> {
    const answer = await transport.tasks();
    if (!answer.ok) return failed(answer);
    worked();
    tasksAt = clock.monotonic() + TASKS_EVERY_MS * (1 - 0.2 * random.next());
    if (world.onTasks(answer.value)) tasks = answer.value;
    // What was kept over a restart goes at once.
    if (buffer.size > 0) gatherUntil ??= clock.monotonic();
    else shelf.settled(tasks);
    return true;
  }

  async function sendBatch(): Promise<boolean> {
    const batch = buffer.batch(BATCH_REPORTS, BATCH_BYTES);
    const answer = await transport.report({ version, dropped: buffer.dropped, reports: batch.map(({ json }) => json) });
    if (!answer.ok) return answer.reason === 'refused' ? divide(batch, answer.message) : failed(answer);
    worked();
    buffer.remove(batch);
    if (answer.value.unknown.length > 0) tasksAt = clock.monotonic();
    if (buffer.size === 0) {
      gatherUntil = null;
      shelf.settled(tasks);
    }
    return true;
  }

  /** One report that is never taken must not keep back the others: it is found by halves, and becomes a failure that is. */
  async function divide(batch: readonly HeldReport[], message: string): Promise<boolean> {
    if (batch.length <= 1) return giveUp(batch, message);
    for (const half of [batch.slice(0, batch.length >> 1), batch.slice(batch.length >> 1)]) {
      const answer = await transport.report({ version, dropped: buffer.dropped, reports: half.map(({ json }) => json) });
      if (answer.ok) buffer.remove(half);
      else if (answer.reason !== 'refused') return failed(answer);
      else if (!(await divide(half, answer.message))) return false;
    }
    return true;
  }

  function giveUp([held]: readonly HeldReport[], message: string): boolean {
    if (held === undefined) return true;
    log.warn('agent.report-refused', { probe: held.probe, message });
    if (held.json.includes(GIVEN_UP)) buffer.remove([held]);
    else {
      const outcome = { ok: false, reason: 'too-large', message: `${GIVEN_UP}: ${message}`.slice(0, 1_000) } as const;
      buffer.replace(held, { probe: held.probe, at: held.at, outcome });
    }
    return true;
  }

  function failed({
    reason,
    message,
    facts,
  }: {
    reason: TransportReason;
    message: string;
    facts: Readonly<Record<string, unknown>>;
  }): false {
    failures += 1;
    const asked = typeof facts.retryAfterMs === 'number' ? Math.min(facts.retryAfterMs, RETRY_AFTER_MAX_MS) : 0;
    const pace = reason === 'unreachable' || reason === 'busy' ? AWAY : SLOWED;
    const restMs = Math.max(fullJitterDelay(pace, failures, random), REST_LEAST_MS[reason], asked);
    restUntil = clock.monotonic() + restMs;
    if (state !== reason) {
      log.warn('agent.control-plane-lost', { reason, message, buffered: buffer.size });
      if (state === 'up' || state === 'new') shelf.spill();
      state = reason;
    }
    return false;
  }

  function worked(): void {
    failures = 0;
    if (state !== 'up') log.info('agent.control-plane-found', { buffered: buffer.size, dropped: buffer.dropped });
    state = 'up';
  }
}

const GIVEN_UP = 'the control plane refused the report of this probe';
