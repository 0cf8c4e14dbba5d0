/**
 * The loop that asks for words: when, whom, what, and what then. One attempt at a time.
 *
 * An attempt that brings no word changes nothing but when the next one is made. Before each, the cache is looked at:
 * where another process of the installation has renewed, this one need not.
 */
import { MINUTE, type Milliseconds, type Timer } from '@glidepath/core';
import { grantsToReport } from './break-glass.ts';
import { askable, endpointsOf, judged } from './endpoints.ts';
import { ask, isRefusal, type Line, type NoWord, requestOf, type Silence, send } from './exchange.ts';
import { nextOperation } from './held.ts';
import { createHints } from './hints.ts';
import type { Installation } from './installation.ts';
import { failureDelayMs, renewDelayMs } from './pace.ts';
import { isLease, type Word } from './reading-words.ts';

const SOON_MS: Milliseconds = 250;
const WAKE_MS: Milliseconds = 5_000;
const REFUSED_AGAIN_MS: Milliseconds = MINUTE;
const REQUEST_MS: Milliseconds = 10_000;
/** Whoever gives a seat back is on the way out. */
const RELEASE_MS: Milliseconds = 3_000;
/** As many as a request may name. */
const GRANTS_MAX = 16;

export interface Failure {
  readonly code: Silence;
  readonly detail: string;
  /** Attempts in a row that brought no word. */
  readonly count: number;
}

export interface Refresher {
  /** Why there is no word; null after one. */
  readonly failure: Failure | null;
  /** Begins: at once without a lease that is current, else when the lease is due. */
  start(): void;
  /** The machine slept, or its clock was set: a word would say what time it is. */
  wake(): void;
  /** Makes an attempt now, or joins the one that is being made. Never rejects. */
  refresh(): Promise<void>;
  /** Stops asking. What is under way is given up. */
  stop(): Promise<void>;
  /** Gives the seat back, after the loop has stopped. */
  release(): Promise<void>;
}

/** `settled`: a word was taken over, or an attempt brought none; `failed`: something is wrong in this package itself. */
export function createRefresher(installation: Installation, settled: () => void, failed: (error: unknown) => void): Refresher {
  const { platform, settings, count } = installation;
  const { clock, random, log } = platform;
  const closing = new AbortController();
  const { signal } = closing;
  let endpoints = endpointsOf(settings.servers);
  let failure: Failure | null = null;
  let timer: Timer | null = null;
  let running: Promise<void> | null = null;
  /** The next attempt asks the server, whatever another process has heard: that may have been before the change. */
  let isHinted = false;
  /** The last word, on its way to the disk, which nobody waits for but whoever closes. */
  let kept: Promise<void> = Promise.resolve();

  const wait = (delayMs: Milliseconds): void => {
    timer?.cancel();
    if (!signal.aborted) timer = platform.scheduler.after(delayMs, () => void refresh());
  };

  const refresh = (): Promise<void> => {
    running ??= attempt()
      .catch((error: unknown) => {
        failed(error);
        wait(MINUTE);
      })
      .then(() => {
        running = null;
        settled();
      })
      .catch(failed);
    return running;
  };

  const lineTo = (url: string): Line => ({ installation, url, timeoutMs: REQUEST_MS, closing: signal });

  /** After what is under way, which may have been answered before the change. */
  const listen = createHints(installation, signal, lineTo, () => {
    isHinted = true;
    void (running ?? Promise.resolve()).then(refresh);
  });

  const attempt = async (): Promise<void> => {
    if (installation.key === null || settings.misconfiguration !== null) return;
    const isUrgent = isHinted;
    isHinted = false;
    if (await installation.adopt()) {
      failure = null;
      settled();
      const due = dueInMs();
      if (due > 0 && !isUrgent) return wait(due);
    }
    count('attempts');
    const grants = grantsToReport(installation.held.memory).slice(0, GRANTS_MAX);
    const op = nextOperation(installation.held);
    const request = requestOf(installation, installation.key, op, grants);
    const outcome = await askAll(op === 'renew' ? '/v1/leases/renew' : '/v1/leases', request);
    if (outcome !== null && 'claims' in outcome) heard(outcome, grants);
    else if (outcome !== null && !signal.aborted) await unheard(outcome);
  };

  /** Until the lease in hand is to be renewed; not above 0 where it is due, or was not given by the server. */
  const dueInMs = (): Milliseconds => {
    const { held } = installation;
    if (held.lease === null || nextOperation(held) !== 'renew') return 0;
    return renewDelayMs(held.lease.claims, random) - (installation.now() - held.lease.claims.iatMs);
  };

  const askAll = async (path: string, request: ReturnType<typeof requestOf>): Promise<Word | NoWord | null> => {
    let last: Word | NoWord | null = null;
    for (const { url } of askable(endpoints, clock.monotonic())) {
      last = await ask(lineTo(url), path, request);
      const isAlive = 'claims' in last || last.code.startsWith('http-4');
      endpoints = judged(endpoints, url, isAlive, clock.monotonic());
      if ('claims' in last) listen(url);
      if ('claims' in last || signal.aborted) break;
      count(`silence.${last.code}`);
    }
    return last;
  };

  const heard = (word: Word, grants: readonly string[]): void => {
    kept = installation.receive(word, grants).catch(failed);
    count(isLease(word) ? 'leases' : `verdicts.${word.claims.verdict}`);
    failure = null;
    wait(delayAfter(isLease(word) ? null : word.claims.retryAfterMs));
  };

  const delayAfter = (askedMs: Milliseconds | null): Milliseconds => {
    const { lease, isUnknown } = installation.held;
    if (isUnknown) return SOON_MS;
    if (lease !== null) return Math.max(askedMs ?? 0, renewDelayMs(lease.claims, random));
    return Math.ceil((askedMs ?? REFUSED_AGAIN_MS) * (1 + random.next()));
  };

  const unheard = async ({ code, detail, retryAfterMs }: NoWord): Promise<void> => {
    const ttlMs = installation.held.lease?.claims.ttlMs ?? null;
    if (failure?.code !== code) log.warn('no-word', { code, detail });
    failure = { code, detail, count: (failure?.count ?? 0) + 1 };
    const lease = await installation.breakGlass();
    if (lease !== null) log.warn('break-glass-used', { grant: lease.grant?.jti, tier: lease.claims.tier });
    wait(failureDelayMs({ count: failure.count, isRefused: isRefusal(code), retryAfterMs, ttlMs }, random));
  };

  return {
    get failure() {
      return failure;
    },
    start: () => wait(installation.time.gaps.length > 0 ? 0 : Math.max(0, dueInMs())),
    wake: () => {
      if (running === null) wait(Math.floor(random.next() * WAKE_MS));
    },
    refresh,
    async stop() {
      closing.abort();
      timer?.cancel();
      await running;
      await kept;
    },
    async release() {
      const { key, held } = installation;
      if (key === null || held.lease?.via !== 'issuer' || held.lease.source === 'bootstrap') return;
      const { body } = requestOf(installation, key, 'release', []);
      const line = { installation, timeoutMs: RELEASE_MS, closing: new AbortController().signal };
      for (const { url } of askable(endpoints, clock.monotonic())) {
        const answer = await send({ ...line, url }, '/v1/leases/release', body);
        const isReleased = 'body' in answer && answer.status === 200;
        count(isReleased ? 'released' : 'release-failed');
        if (isReleased) return installation.markReleased();
      }
    },
  };
}
