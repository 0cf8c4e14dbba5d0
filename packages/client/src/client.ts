/**
 * The embedded client: answers at once from what was signed, and asks for more in the background.
 *
 * `check` reads a table. Everything else here keeps that table current, and nothing that happens outside (a server, a
 * disk, a clock, a listener) can make it throw, wait or answer otherwise than the signed path says.
 */
import { type Contribution, type Decision, explain, type Milliseconds, SECOND } from '@glidepath/core';
import { TABLE_MASK } from './answers.ts';
import type { Count } from './counters.ts';
import { type Health, healthOf } from './health.ts';
import { ownValue } from './held.ts';
import { Installation } from './installation.ts';
import { type ClientEvents, createListeners } from './listeners.ts';
import { type ClientOptions, settingsOf } from './options.ts';
import type { Platform } from './platform.ts';
import { createRefresher, type Refresher } from './refresher.ts';
import { type ClientStatus, statusOf } from './status.ts';
import { situationOf } from './terms-of-lease.ts';
import { Ticker } from './ticker.ts';
import { trustedNow } from './trusted-time.ts';

export interface Explanation {
  readonly decision: Decision;
  /** What each cause contributes; empty while nothing signed is held. */
  readonly causes: readonly Contribution[];
}

export interface LicenceClient {
  /** The decision about a feature. Synchronous, never throws, reads no clock and does no I/O. */
  check(feature: string): Decision;
  /** A limit of the tier in force; undefined where it has none of that name, or nothing signed was ever seen. */
  limit(name: string): number | undefined;
  explain(feature: string): Explanation;
  readonly status: ClientStatus;
  health(): Health;
  /** Calls a listener at each change; gives the function that ends it. */
  on<E extends keyof ClientEvents>(event: E, listener: (event: ClientEvents[E]) => void): () => void;
  /**
   * Waits until there is a word, or a reason why there is none, or the time is over. Never rejects. An application that
   * wants to start without its licence server calls it and goes on, whatever the status.
   */
  ready(options?: { readonly timeoutMs?: Milliseconds }): Promise<ClientStatus>;
  /** Asks the server now. Never rejects. */
  refresh(): Promise<ClientStatus>;
  /** Stops the loop; `check` goes on answering from the last table. `release` gives the seat back. */
  close(options?: { readonly release?: boolean }): Promise<void>;
}

const READY_MS: Milliseconds = 5 * SECOND;

/** Makes a client on a platform. `createClient` of the package does it for Node. */
export function createClientOn(platform: Platform, options: ClientOptions): LicenceClient {
  return assembleClient(platform, options).client;
}

/** The client with the installation behind it, for tests that compare the two. */
export function assembleClient(
  platform: Platform,
  options: ClientOptions,
): { readonly client: LicenceClient; readonly installation: Installation } {
  const settings = settingsOf(options);
  const { misconfiguration } = settings;
  const counters = new Map<string, number>();
  const count: Count = (name) => void counters.set(name, (counters.get(name) ?? 0) + 1);
  const listeners = createListeners(count);
  const installation = new Installation(settings, platform, count);
  const waiting = new Set<() => void>();
  let status: ClientStatus = misconfiguration === null ? 'not-ready' : 'fatal';
  let closed: Promise<void> | null = null;
  let isLoaded = false;

  const failed = (error: unknown): void => {
    count('internal');
    platform.log.warn('internal', { error: String(error) });
  };
  const moved = (): void => {
    const { held, time } = installation;
    const from = status;
    status = statusOf(misconfiguration, held, refresher.failure?.code, trustedNow(time));
    if (status === from) return;
    platform.log[status === 'ready' ? 'info' : 'warn']('status-changed', { from, to: status });
    listeners.tell('status', { from, to: status });
  };
  const settled = (): void => {
    ticker.tick();
    for (const look of waiting) look();
  };
  const refresher: Refresher = createRefresher(installation, settled, failed);
  const ticker: Ticker = new Ticker(installation, listeners, { moved, woke: () => refresher.wake(), failed });

  const loading = installation
    .load()
    .catch(failed)
    .then(() => {
      isLoaded = true;
      settled();
      if (closed === null && misconfiguration === null) refresher.start();
    })
    .catch(failed);

  const check = (feature: string): Decision => {
    if (typeof feature === 'string') {
      for (let entry = ticker.answers.table[feature.length & TABLE_MASK]; entry; entry = entry.next) {
        if (entry.name === feature) return entry.decision;
      }
    }
    if (ticker.standing !== null) count('unknown-feature');
    return ticker.answers.other(String(feature));
  };

  /** Nothing more can be learned by waiting: there is a word of this start, or somebody has to do something. */
  const isSettled = (): boolean => {
    const { lease, memory } = installation.held;
    const isEnough = lease !== null && (refresher.failure !== null || (lease.source !== 'bootstrap' && !memory.released));
    return closed !== null || (isLoaded && (isEnough || status === 'error' || status === 'fatal'));
  };

  const methods: Omit<LicenceClient, 'status'> = {
    check,
    limit: (name) => ownValue(ticker.answers.limits, name),
    explain(feature) {
      const situation = situationOf(installation.held);
      const causes = situation === null ? [] : explain(situation.terms, situation.observations, trustedNow(installation.time));
      return { decision: check(feature), causes };
    },
    health: () => healthOf({ status, installation, ticker, refresher, counters: Object.fromEntries(counters) }),
    on: (event, listener) => listeners.on(event, listener),
    ready({ timeoutMs = READY_MS } = {}) {
      return new Promise((resolve) => {
        const done = (): void => {
          waiting.delete(look);
          timer.cancel();
          resolve(status);
        };
        const look = (): void => {
          if (isSettled()) done();
        };
        const timer = platform.scheduler.after(timeoutMs, done);
        waiting.add(look);
        look();
      });
    },
    async refresh() {
      await loading;
      if (closed === null) await refresher.refresh();
      return status;
    },
    close({ release = false } = {}) {
      closed ??= (async () => {
        await loading;
        await refresher.stop();
        if (release) await refresher.release();
        ticker.stop();
        await installation.save();
        for (const look of waiting) look();
      })().catch(failed);
      return closed;
    },
  };
  // A getter in the literal would make it a dictionary to the engine, and every check would begin with a search in it.
  const client = Object.defineProperty(methods, 'status', { get: () => status, enumerable: true }) as LicenceClient;
  return { client, installation };
}
