/**
 * Use that waits until the control plane has counted it: through outages, restarts and kills, and counted once.
 *
 * Only an answer that says of each event what became of it lets events go. Everything else (no answer, a page of a proxy, a
 * 401, 429 or 500) keeps them all, and the next attempt comes later. What is full refuses the newest and says so; nothing is
 * ever dropped without a counter.
 */
import { type Clock, type Entropy, HOUR, type Milliseconds, type Random, type Scheduler, SECOND, type Timer } from '@glidepath/core';
import { encodeBase64Url } from '@glidepath/protocol/words';
import { askable, endpointsOf, judged } from '../endpoints.ts';
import type { Health } from '../health.ts';
import { failureDelayMs, parseRetryAfter } from '../pace.ts';
import type { Fetch, HttpAnswer } from '../platform.ts';
import { type ItemOutcome, outcomesIn } from './answer.ts';
import { eventOf, type KeptEvent, keptOf, type UsageReport } from './event.ts';
import { remainingOffline } from './offline.ts';
import type { UsageStore } from './store.ts';

export interface UsageOptions {
  /** One control plane, under one or several addresses. */
  readonly servers: string | readonly string[];
  readonly licenseKey: string;
  /** Names who reports; with an event's id it is what the control plane counts once. Default `glidepath-client`. */
  readonly source?: string;
  /** Most that waits. Default 100,000 events, 64 MiB. */
  readonly eventsMax?: number;
  readonly bytesMax?: number;
  /** Default 10 s. */
  readonly flushEveryMs?: Milliseconds;
  /** The client, for `remainingOffline`. */
  readonly licence?: { health(): Pick<Health, 'quotas'> };
  /** Called for each report that found no room. */
  readonly onFull?: (report: UsageReport) => void;
  /** Called for each event that will never count. It is in `rejected.jsonl`, too. */
  readonly onRejected?: (rejected: RejectedUsage) => void;
}

export interface RejectedUsage extends ItemOutcome {
  /** As it was sent. */
  readonly event: string;
}

/** `kept`: it will be counted, whatever happens next. `full`, `invalid`, `closed`: it will not, and a counter says so. */
export type Reported = 'kept' | 'full' | 'invalid' | 'closed';

export interface UsageHealth {
  /** `degraded`: events wait and cannot be sent, or were refused or rejected. */
  readonly state: 'ok' | 'degraded';
  readonly waiting: number;
  readonly waitingBytes: number;
  /** When the oldest that waits was used. */
  readonly oldestAt: number | null;
  readonly failure: { readonly code: string; readonly count: number } | null;
  readonly counters: Readonly<Record<string, number>>;
}

export interface UsageBuffer {
  /** Keeps a use until it is counted. Synchronous: it writes one line and waits for nobody. Never throws. */
  report(report: UsageReport): Reported;
  /** Sends what waits now, until nothing does or an attempt fails. Never rejects. */
  flush(): Promise<void>;
  /** How much may be used of a `sum` meter while nobody can be asked: the lease's slice, less what was used here since. Null: no quota is known. */
  remainingOffline(meter: string): number | null;
  health(): UsageHealth;
  /** Sends what waits, for at most 3 s, and leaves the rest on the disk for the next process. */
  close(): Promise<void>;
}

/** What a buffer needs of its machine. */
export interface UsagePlatform {
  readonly clock: Clock;
  readonly scheduler: Scheduler;
  readonly random: Random;
  readonly entropy: Entropy;
  readonly fetch: Fetch;
  readonly store: UsageStore;
}

interface Waiting extends KeptEvent {
  readonly segment: string | null;
}

const BATCH_MAX = 1_000;
const BATCH_MAX_BYTES = 1024 * 1024;
const BODY_MAX_BYTES = 4 * 1024 * 1024;
const REQUEST_MS: Milliseconds = 30 * SECOND;
const CLOSE_MS: Milliseconds = 3 * SECOND;
const KEEP_EVERY_MS: Milliseconds = SECOND;

export function createUsageBufferOn(platform: UsagePlatform, options: UsageOptions): UsageBuffer {
  const { clock, scheduler, random, entropy, store } = platform;
  const { source = 'glidepath-client', eventsMax = 100_000, bytesMax = 64 * 1024 * 1024, flushEveryMs = 10 * SECOND } = options;
  const counters = new Map<string, number>();
  const count = (name: string, by = 1): void => void counters.set(name, (counters.get(name) ?? 0) + by);
  const segments = new Map<string, number>();
  const closing = new AbortController();
  let endpoints = endpointsOf([options.servers].flat().map((url) => url.replace(/\/+$/, '')));
  let waiting: Waiting[] = [];
  let waitingBytes = 0;
  let batchMax = BATCH_MAX;
  let failure: UsageHealth['failure'] = null;
  let sentSince: { readonly meter: string; readonly amount: number; readonly at: number }[] = [];
  let running: Promise<void> | null = null;
  let timer: Timer | null = null;
  let keeper: Timer | null = null;
  let isClosed = false;

  const told = (tell: () => void): void => {
    try {
      tell();
    } catch {
      count('listener-failed');
    }
  };

  const hold = (event: KeptEvent, segment: string | null): void => {
    waiting.push({ ...event, segment });
    waitingBytes += event.bytes;
    if (segment !== null) segments.set(segment, (segments.get(segment) ?? 0) + 1);
  };

  const letGo = (events: readonly Waiting[]): void => {
    const gone = new Set(events);
    waiting = waiting.filter((event) => !gone.has(event));
    for (const { bytes, segment } of events) {
      waitingBytes -= bytes;
      if (segment === null) continue;
      const left = (segments.get(segment) ?? 1) - 1;
      segments.set(segment, left);
      if (left > 0) continue;
      segments.delete(segment);
      store.drop(segment);
    }
  };

  const report = (reported: UsageReport): Reported => {
    if (isClosed) return counted('closed');
    const event = eventOf(reported, source, () => encodeBase64Url(entropy.bytes(16)), clock.now());
    if (event === null) return counted('invalid');
    if (waiting.length >= eventsMax || waitingBytes + event.bytes > bytesMax) {
      told(() => options.onFull?.(reported));
      return counted('full');
    }
    const segment = store.append(event.text);
    if (segment === null) count('unwritten');
    hold(event, segment);
    keep();
    if (waiting.length === batchMax && failure === null) wait(0);
    return counted('kept');
  };

  const counted = (outcome: Reported): Reported => {
    count(outcome);
    return outcome;
  };

  const keep = (): void => {
    keeper ??= scheduler.after(KEEP_EVERY_MS, () => {
      keeper = null;
      void store.keep().catch(() => count('unsynced'));
      if (!isClosed && waiting.length > 0) keep();
    });
  };

  const takeOver = (): void => {
    while (waiting.length < eventsMax) {
      const found = store.takeOver(bytesMax - waitingBytes);
      if (found === null) break;
      const events = found.lines.map(keptOf);
      count('taken-over', events.length);
      for (const event of events) {
        if (event === null) count('torn');
        else hold(event, found.segment);
      }
      if (!segments.has(found.segment)) store.drop(found.segment);
    }
    if (waiting.length > 0) keep();
  };

  const wait = (delayMs: Milliseconds): void => {
    timer?.cancel();
    if (!isClosed) timer = scheduler.after(delayMs, () => void flush());
  };

  const usual = (): Milliseconds => Math.ceil(flushEveryMs * (0.5 + random.next() / 2));

  const flush = (): Promise<void> => {
    running ??= sendAll()
      .catch(() => count('internal'))
      .then(() => {
        running = null;
        if (failure === null) wait(usual());
      });
    return running;
  };

  const sendAll = async (): Promise<void> => {
    takeOver();
    while (waiting.length > 0) {
      const batch = nextBatch();
      if (!(await sendBatch(batch))) return;
      failure = null;
    }
  };

  const nextBatch = (): readonly Waiting[] => {
    let bytes = 0;
    const fits = waiting.slice(0, batchMax).findIndex((event) => {
      bytes += event.bytes;
      return bytes > BATCH_MAX_BYTES;
    });
    return waiting.slice(0, fits < 0 ? batchMax : Math.max(1, fits));
  };

  const sendBatch = async (batch: readonly Waiting[]): Promise<boolean> => {
    const body = `[${batch.map(({ text }) => text).join(',')}]`;
    let code = 'no-server';
    let retryAfterMs: Milliseconds | null = null;
    for (const { url } of askable(endpoints, clock.monotonic())) {
      const answer = await post(url, body);
      const outcomes = answer === null ? null : outcomesIn(answer, batch.length);
      endpoints = judged(endpoints, url, outcomes !== null, clock.monotonic());
      if (outcomes !== null) {
        settle(batch, outcomes);
        return true;
      }
      code = answer === null ? 'no-answer' : answer.status === 200 ? 'not-readable' : `http-${answer.status}`;
      retryAfterMs = answer === null ? null : parseRetryAfter(answer.retryAfter, clock.now());
      // Too large for somebody on the way: in smaller pieces.
      if (code === 'http-413') batchMax = Math.max(1, Math.floor(batch.length / 2));
      count(`failed.${code}`);
      if (closing.signal.aborted) break;
    }
    failure = { code, count: (failure?.count ?? 0) + 1 };
    wait(failureDelayMs({ count: failure.count, isRefused: /401|403/.test(code), retryAfterMs, ttlMs: HOUR }, random));
    return false;
  };

  const settle = (batch: readonly Waiting[], outcomes: readonly ItemOutcome[]): void => {
    batch.forEach(({ text, meter, amount, at }, place) => {
      const outcome = outcomes[place] ?? { outcome: 'duplicate' };
      count(outcome.outcome);
      if (outcome.outcome !== 'rejected') {
        sentSince.push({ meter, amount, at });
        return;
      }
      const rejected = { ...outcome, event: text };
      if (!store.layAside(JSON.stringify(rejected))) count('not-laid-aside');
      told(() => options.onRejected?.(rejected));
    });
    sentSince = sentSince.slice(-eventsMax);
    letGo(batch);
  };

  const post = async (url: string, body: string): Promise<HttpAnswer | null> => {
    const late = new AbortController();
    const signal = AbortSignal.any([closing.signal, late.signal]);
    const giveUp = scheduler.after(REQUEST_MS, () => late.abort());
    const headers = { authorization: `Bearer ${options.licenseKey}`, 'content-type': 'application/cloudevents-batch+json' };
    const isOver = new Promise<null>((resolve) => signal.addEventListener('abort', () => resolve(null)));
    const request = { method: 'POST', url: `${url}/v1/usage`, headers, body, bodyMaxBytes: BODY_MAX_BYTES, signal } as const;
    try {
      return await Promise.race([platform.fetch(request), isOver]);
    } catch {
      return null;
    } finally {
      giveUp.cancel();
    }
  };

  wait(usual());
  return {
    report,
    flush,
    remainingOffline(meter) {
      const quota = options.licence?.health().quotas.find((each) => each.meter === meter);
      if (quota === undefined) return null;
      sentSince = sentSince.filter(({ at }) => at > quota.asOf);
      return remainingOffline(quota, [...waiting, ...sentSince], clock.now());
    },
    health: () => ({
      state: failure === null && !counters.has('full') && !counters.has('rejected') ? 'ok' : 'degraded',
      waiting: waiting.length,
      waitingBytes,
      oldestAt: waiting.length === 0 ? null : waiting.reduce((oldest, { at }) => Math.min(oldest, at), Number.POSITIVE_INFINITY),
      failure,
      counters: Object.fromEntries(counters),
    }),
    async close() {
      if (isClosed) return;
      isClosed = true;
      const giveUp = scheduler.after(CLOSE_MS, () => closing.abort());
      await flush();
      giveUp.cancel();
      timer?.cancel();
      keeper?.cancel();
      await store.close();
    },
  };
}
