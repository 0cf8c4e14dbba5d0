/**
 * Decides which probes run now: what is due, as far as places are free, one at a time per vendor's server, each server no
 * oftener than its connector allows, and a server that keeps failing left in peace.
 *
 * Elapsed time is monotonic, so that a clock that is set silences nothing and hurries nothing. Starts nothing itself.
 */
import {
  type AskedUntil,
  askBreaker,
  askServer,
  BREAKER_CLOSED,
  type Breaker,
  breakerAfter,
  type Connector,
  firstProbeAt,
  type Instant,
  nextProbeAt,
  PROBE_BREAKER,
  PROBE_FAILURES,
  type Random,
} from '@glidepath/core';
import type { ProbeTask, ReportedOutcome } from '../link/transport.ts';
import { serverKeyOf } from './server-key.ts';

/** A server may be asked so often at once, by as many probes; on average no oftener than its connector says. */
const SERVER_BURST = 10;

export interface Planned {
  readonly task: ProbeTask;
  /** Null: this agent knows no such kind. */
  readonly connector: Connector | null;
  readonly server: string | null;
}

interface Entry extends Planned {
  readonly text: string;
  dueAt: Instant;
  failures: number;
  isRunning: boolean;
  /** Of the last report; null before the first. */
  last: string | null;
}

interface ServerState {
  breaker: Breaker;
  askedUntil: AskedUntil;
  isAsked: boolean;
}

export interface ScheduleOptions {
  readonly connectorNamed: (kind: string) => Connector | null;
  readonly random: Random;
  /** Probes at once, over all servers. */
  readonly atOnceMax: number;
}

export interface Start extends Planned {
  /** The server is left in peace: nothing is run, and this is to be reported. */
  readonly isResting: boolean;
}

/** What a run changed in what is known of its probe: its last word was another one. */
export interface Change {
  readonly from: string | null;
  readonly to: string;
}

export class Schedule {
  readonly #options: ScheduleOptions;
  readonly #entries = new Map<string, Entry>();
  readonly #servers = new Map<string, ServerState>();
  /** Due, oldest first; filled by `refill`, emptied by `next`. */
  #ready: Entry[] = [];
  #running = 0;

  constructor(options: ScheduleOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#entries.size;
  }
  get running(): number {
    return this.#running;
  }

  /** Takes over what is to be probed. What stays as it was keeps its time; what is new or changed begins within a minute. */
  assign(tasks: readonly ProbeTask[], now: Instant): { readonly added: number; readonly removed: number } {
    const before = this.#entries.size;
    const names = new Set(tasks.map(({ name }) => name));
    for (const [name] of this.#entries) if (!names.has(name)) this.#entries.delete(name);
    const removed = before - this.#entries.size;
    let added = 0;
    for (const task of tasks) {
      const text = JSON.stringify(task);
      if (this.#entries.get(task.name)?.text === text) continue;
      this.#entries.set(task.name, this.#entryOf(task, text, now, tasks.length));
      added += 1;
    }
    if (added > 0 || removed > 0) this.#ready = this.#ready.filter((entry) => this.#entries.get(entry.task.name) === entry);
    return { added, removed };
  }

  #entryOf(task: ProbeTask, text: string, now: Instant, count: number): Entry {
    const connector = this.#options.connectorNamed(task.kind);
    const server = connector === null ? null : serverKeyOf(connector, task.settings);
    // A few begin at once: whoever has just written them is waiting.
    const dueAt = firstProbeAt({ everyMs: Math.min(task.everyMs, count * 100) }, now, this.#options.random);
    return { task, connector, server, text, dueAt, failures: 0, isRunning: false, last: null };
  }

  /** Everything is due now; for a single round by hand. */
  hasten(now: Instant): void {
    for (const entry of this.#entries.values()) entry.dueAt = now;
  }

  /** Finds what has become due. */
  refill(now: Instant): void {
    const waiting = new Set(this.#ready);
    const due = [...this.#entries.values()].filter((entry) => entry.dueAt <= now && !entry.isRunning && !waiting.has(entry));
    if (due.length > 0) this.#ready = [...this.#ready, ...due].sort((a, b) => a.dueAt - b.dueAt);
  }

  /** What is to be started now; each must be `ended`. */
  next(now: Instant): readonly Start[] {
    const starts: Start[] = [];
    const left: Entry[] = [];
    for (const entry of this.#ready) {
      if (this.#running >= this.#options.atOnceMax) left.push(entry);
      else {
        const answer = this.#mayStart(entry, now);
        if (answer === 'wait') left.push(entry);
        else if (answer !== 'later') starts.push({ ...entry, isResting: answer === 'resting' });
      }
    }
    this.#ready = left;
    return starts;
  }

  #mayStart(entry: Entry, now: Instant): 'start' | 'wait' | 'later' | 'resting' {
    const server = entry.server === null ? null : this.#serverOf(entry.server);
    if (server?.isAsked === true) return 'wait';
    if (server !== null && entry.connector !== null) {
      const rest = askBreaker(server.breaker, now, PROBE_BREAKER);
      if (!rest.allowed) {
        entry.dueAt = rest.at ?? now;
        // Told once, and only where no failure was told already.
        if (entry.last !== null && entry.last !== 'ok') return 'later';
        entry.last = 'resting';
        return 'resting';
      }
      const asked = askServer(server.askedUntil, now, { everyMs: entry.connector.everyAtLeastMs, burst: SERVER_BURST });
      if (!asked.allowed) {
        entry.dueAt = asked.at;
        return 'later';
      }
      server.breaker = rest.breaker;
      server.askedUntil = asked.askedUntil;
      server.isAsked = true;
    }
    entry.isRunning = true;
    this.#running += 1;
    return 'start';
  }

  #serverOf(key: string): ServerState {
    const known = this.#servers.get(key) ?? { breaker: BREAKER_CLOSED, askedUntil: null, isAsked: false };
    this.#servers.set(key, known);
    return known;
  }

  /** A started probe came to an end; null: nothing has changed in what it says. */
  ended({ task, server, connector }: Planned, outcome: ReportedOutcome, now: Instant): Change | null {
    this.#running -= 1;
    const isGood = outcome.ok || !PROBE_FAILURES[outcome.reason].isSourceAtFault;
    if (server !== null) {
      const state = this.#serverOf(server);
      state.isAsked = false;
      state.breaker = breakerAfter(state.breaker, isGood, now, PROBE_BREAKER, this.#options.random);
    }
    const entry = this.#entries.get(task.name);
    // Gone or changed meanwhile: the new one has its own time.
    if (entry === undefined || entry.task !== task) return null;
    entry.isRunning = false;
    entry.failures = outcome.ok ? 0 : entry.failures + 1;
    const pace = { everyMs: task.everyMs, everyAtLeastMs: connector?.everyAtLeastMs ?? 0, failures: entry.failures };
    entry.dueAt = nextProbeAt(pace, now, this.#options.random);
    const to = outcome.ok ? 'ok' : outcome.reason;
    const from = entry.last;
    entry.last = to;
    return from === to ? null : { from, to };
  }
}
