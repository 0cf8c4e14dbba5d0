/**
 * The loop that asks for words: when, whom, what, and what then. One attempt at a time.
 *
 * An attempt that brings no word changes nothing but when the next one is made. Before each, the cache is looked at:
 * where another process of the installation has renewed, this one need not.
 */
import { MINUTE, type Milliseconds, type Timer } from '@glidepath/core';
import { grantsToReport } from './break-glass.ts';
import { askable, type Endpoint, endpointsOf, judged } from './endpoints.ts';
import { ask, isRefusal, isToBeMended, type Lines, type NoWord, newProof, type Silence, send } from './exchange.ts';
import { nextOperation } from './held.ts';
import type { Installation } from './installation.ts';
import { parseJson } from './key-ring.ts';
import { failureDelayMs, renewDelayMs } from './pace.ts';
import { isLease, type Word } from './reading-words.ts';

const SOON_MS: Milliseconds = 250;
const WAKE_MS: Milliseconds = 5_000;
const REFUSED_AGAIN_MS: Milliseconds = MINUTE;
/** As many as a request may name. */
const GRANTS_MAX = 16;
const REQUEST_MS: Milliseconds = 10_000;
/** Whoever gives a seat back is on the way out. */
const RELEASE_MS: Milliseconds = 3_000;

export interface Failure {
  readonly code: Silence;
  readonly detail: string;
  /** Attempts in a row that brought no word. */
  readonly count: number;
}

export class Refresher {
  failure: Failure | null = null;
  readonly #installation: Installation;
  /** A word was taken over, or an attempt brought none. */
  readonly #settled: () => void;
  /** Something is wrong in this package itself. */
  readonly #failed: (error: unknown) => void;
  readonly #closing = new AbortController();
  #endpoints: readonly Endpoint[];
  #timer: Timer | null = null;
  #running: Promise<void> | null = null;
  /** The last word, on its way to the disk, which nobody waits for but whoever closes. */
  #kept: Promise<void> = Promise.resolve();

  constructor(installation: Installation, settled: () => void, failed: (error: unknown) => void) {
    this.#installation = installation;
    this.#settled = settled;
    this.#failed = failed;
    this.#endpoints = endpointsOf(installation.settings.servers);
  }

  /** Begins: at once without a lease that is current, else when the lease is due. */
  start(): void {
    const isVerified = this.#installation.time.gaps.length === 0;
    this.#wait(isVerified ? Math.max(0, this.#dueInMs()) : 0);
  }

  /** The machine slept, or its clock was set: a word would say what time it is. */
  wake(): void {
    if (this.#running === null) this.#wait(Math.floor(this.#installation.platform.random.next() * WAKE_MS));
  }

  /** Makes an attempt now, or joins the one that is being made. Never rejects. */
  refresh(): Promise<void> {
    this.#running ??= this.#attempt()
      .catch((error: unknown) => {
        this.#failed(error);
        this.#wait(MINUTE);
      })
      .then(() => {
        this.#running = null;
        this.#settled();
      })
      .catch(this.#failed);
    return this.#running;
  }

  /** Stops asking. What is under way is given up. */
  async stop(): Promise<void> {
    this.#closing.abort();
    this.#timer?.cancel();
    await this.#running;
    await this.#kept;
  }

  #wait(delayMs: Milliseconds): void {
    this.#timer?.cancel();
    if (this.#closing.signal.aborted) return;
    this.#timer = this.#installation.platform.scheduler.after(delayMs, () => void this.refresh());
  }

  #lines(closing: AbortSignal, timeoutMs: Milliseconds): Lines | null {
    const { platform, settings, key, count } = this.#installation;
    return key && { platform, licenseKey: settings.licenseKey, key, count, timeoutMs, closing };
  }

  async #attempt(): Promise<void> {
    const installation = this.#installation;
    const lines = this.#lines(this.#closing.signal, REQUEST_MS);
    if (lines === null || installation.settings.misconfiguration !== null) return;
    if (await installation.adopt()) {
      this.failure = null;
      this.#settled();
      const dueInMs = this.#dueInMs();
      if (dueInMs > 0) return this.#wait(dueInMs);
    }
    installation.count('attempts');
    const grants = grantsToReport(installation.held.memory).slice(0, GRANTS_MAX);
    const outcome = await this.#askAll(lines, grants);
    if ('claims' in outcome) this.#heard(outcome, grants);
    else if (!lines.closing.aborted) await this.#unheard(outcome);
  }

  /** Until the lease in hand is to be renewed; not above 0 where it is due, or was not given by the server. */
  #dueInMs(): Milliseconds {
    const { held, platform } = this.#installation;
    if (held.lease === null || nextOperation(held) !== 'renew') return 0;
    return renewDelayMs(held.lease.claims, platform.random) - (this.#installation.now() - held.lease.claims.iatMs);
  }

  async #askAll(lines: Lines, grants: readonly string[]): Promise<Word | NoWord> {
    const installation = this.#installation;
    const { held, settings, platform, ring } = installation;
    const { person, group, client, fingerprint } = settings;
    const isRenewal = nextOperation(held) === 'renew';
    const { nonce, proof } = newProof(
      lines,
      isRenewal ? 'renew' : 'acquire',
      installation.keyHash,
      isRenewal && held.lease !== null ? held.lease.claims : null,
    );
    const body = {
      proof,
      fingerprint,
      person,
      group,
      client,
      grantsUsed: grants.length > 0 ? grants : undefined,
      keySet: ring.held ? { version: ring.held.version } : undefined,
    };
    let last: Word | NoWord = { code: 'refused', detail: 'no server', retryAfterMs: null };
    for (const { url } of askable(this.#endpoints, platform.clock.monotonic())) {
      last = await ask(lines, `${url}/v1/leases${isRenewal ? '/renew' : ''}`, body, () => installation.expectedAnswer(nonce), {
        version: () => ring.held?.version ?? 0,
        take: () => this.#takeKeySet(lines, url),
      });
      const isAlive = 'claims' in last || isToBeMended(last.code) || last.code === 'http-429';
      this.#endpoints = judged(this.#endpoints, url, isAlive, platform.clock.monotonic());
      if ('claims' in last) return last;
      installation.count(`silence.${last.code}`);
      if (lines.closing.aborted) return last;
    }
    return last;
  }

  #heard(word: Word, grants: readonly string[]): void {
    const { count } = this.#installation;
    this.#kept = this.#installation.receive(word, grants).catch(this.#failed);
    count(isLease(word) ? 'leases' : `verdicts.${word.claims.verdict}`);
    this.failure = null;
    this.#wait(this.#delayAfter(isLease(word) ? null : word.claims.retryAfterMs));
  }

  #delayAfter(askedMs: Milliseconds | null): Milliseconds {
    const { held, platform } = this.#installation;
    if (held.isUnknown) return SOON_MS;
    if (held.lease !== null) return Math.max(askedMs ?? 0, renewDelayMs(held.lease.claims, platform.random));
    return Math.ceil((askedMs ?? REFUSED_AGAIN_MS) * (1 + platform.random.next()));
  }

  async #unheard({ code, detail, retryAfterMs }: NoWord): Promise<void> {
    const { held, platform } = this.#installation;
    const count = (this.failure?.count ?? 0) + 1;
    if (this.failure?.code !== code) platform.log.warn('no-word', { code, detail });
    this.failure = { code, detail, count };
    const lease = await this.#installation.breakGlass();
    if (lease !== null) platform.log.warn('break-glass-used', { grant: lease.grant?.jti, tier: lease.claims.tier });
    const ttlMs = held.lease?.claims.ttlMs ?? null;
    this.#wait(failureDelayMs({ count, isRefused: isRefusal(code), retryAfterMs, ttlMs }, platform.random));
  }

  async #takeKeySet(lines: Lines, url: string): Promise<boolean> {
    const answer = await send(lines, `${url}/v1/keyset`, null);
    if ('body' in answer) return this.#installation.takeKeySet(parseJson(answer.body));
    this.#installation.count(`key-set.${answer.code}`);
    return false;
  }

  /** Gives the seat back, after the loop has stopped. */
  async release(): Promise<void> {
    const { held, keyHash, platform, count } = this.#installation;
    const { lease } = held;
    const lines = this.#lines(new AbortController().signal, RELEASE_MS);
    if (lines === null || lease?.via !== 'issuer' || lease.source === 'bootstrap') return;
    const body = JSON.stringify({ proof: newProof(lines, 'release', keyHash, lease.claims).proof });
    for (const { url } of askable(this.#endpoints, platform.clock.monotonic())) {
      const answer = await send(lines, `${url}/v1/leases/release`, body);
      const isReleased = 'body' in answer && answer.status === 200;
      if (isReleased) this.#installation.markReleased();
      count(isReleased ? 'released' : 'release-failed');
      if (isReleased) break;
    }
  }
}
