/**
 * The loop that asks for words: when, whom, what, and what then. One attempt at a time.
 *
 * An attempt that brings no word changes nothing but when the next one is made. Before each, the cache is looked at:
 * where another process of the installation has renewed, this one need not.
 */
import { MINUTE, type Milliseconds, type Timer } from '@glidepath/core';
import { grantsToReport } from './break-glass.ts';
import { askable, type Endpoint, endpointsOf, judged } from './endpoints.ts';
import { type Answered, ask, isRefusal, type Lines, newProof, type Outcome, type Silence, send } from './exchange.ts';
import { nextOperation } from './held.ts';
import type { Installation } from './installation.ts';
import { parseBundle } from './key-ring.ts';
import { failureDelayMs, renewDelayMs } from './pace.ts';

/** The server is alive and said something: its breaker stays closed. */
const ALIVE: readonly Silence[] = ['unauthorized', 'forbidden', 'not-found', 'rate-limited', 'client-error', 'not-believed'];
/** An unsigned "no such lease": asking anew costs nothing. */
const ASK_ANEW: readonly Silence[] = ['not-found', 'client-error'];
const SOON_MS: Milliseconds = 250;
const WAKE_MS: Milliseconds = 5_000;
const REFUSED_AGAIN_MS: Milliseconds = MINUTE;
/** As many as a request may name. */
const GRANTS_MAX = 16;
const RELEASE_MS: Milliseconds = 3_000;
const KEY_SET_AGE_MS: Milliseconds = 24 * 60 * MINUTE;

export interface Failure {
  readonly code: Silence;
  readonly detail: string;
  /** Attempts in a row that brought no word. */
  readonly count: number;
}

/** What the loop reports to whoever made it. */
export interface Follower {
  /** A word was taken over, or an attempt brought none. */
  settled(): void;
  failed(error: unknown): void;
}

export class Refresher {
  failure: Failure | null = null;
  readonly #installation: Installation;
  readonly #follower: Follower;
  readonly #closing = new AbortController();
  #endpoints: readonly Endpoint[];
  #timer: Timer | null = null;
  #running: Promise<void> | null = null;
  /** The last word, on its way to the disk, which nobody waits for but whoever closes. */
  #kept: Promise<void> = Promise.resolve();
  /** The server answered a renewal without a word and as if the lease were gone. */
  #isLeaseGone = false;
  #keySetAt: Milliseconds | null = null;

  constructor(installation: Installation, follower: Follower) {
    this.#installation = installation;
    this.#follower = follower;
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
        this.#follower.failed(error);
        this.#wait(MINUTE);
      })
      .then(() => {
        this.#running = null;
        this.#follower.settled();
      })
      .catch((error: unknown) => this.#follower.failed(error));
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

  #lines(closing: AbortSignal): Lines | null {
    const { platform, settings, key, count } = this.#installation;
    return key === null ? null : { platform, licenseKey: settings.licenseKey, key, count, closing };
  }

  async #attempt(): Promise<void> {
    const installation = this.#installation;
    const lines = this.#lines(this.#closing.signal);
    if (lines === null || installation.settings.misconfiguration !== null) return;
    if (await installation.adopt()) {
      this.failure = null;
      this.#follower.settled();
      const dueInMs = this.#dueInMs();
      if (dueInMs > 0) return this.#wait(dueInMs);
    }
    installation.count('attempts');
    const grants = grantsToReport(installation.held.memory);
    const outcome = await this.#askAll(lines, grants);
    if (this.#closing.signal.aborted && outcome.kind === 'silence') return;
    if (outcome.kind === 'word') this.#heard(outcome, grants);
    else await this.#unheard(outcome);
  }

  /** Until the lease in hand is to be renewed; not above 0 where it is due, or was not given by the server. */
  #dueInMs(): Milliseconds {
    const { held, platform } = this.#installation;
    if (held.lease === null || nextOperation(held) !== 'renew') return 0;
    return renewDelayMs(held.lease.claims, platform.random) - (this.#installation.now() - held.lease.claims.iatMs);
  }

  async #askAll(lines: Lines, grants: readonly string[]): Promise<Outcome> {
    const installation = this.#installation;
    const { held, settings, platform, ring } = installation;
    const op = this.#isLeaseGone ? 'acquire' : nextOperation(held);
    const { nonce, proof } = newProof(lines, op, installation.keyHash, op === 'renew' && held.lease !== null ? held.lease.claims : null);
    const fingerprint = platform.fingerprint();
    const body = {
      proof,
      ...(Object.keys(fingerprint).length === 0 ? {} : { fingerprint }),
      ...(settings.person === null ? {} : { person: settings.person }),
      ...(settings.group === null ? {} : { group: settings.group }),
      ...(settings.client === null ? {} : { client: settings.client }),
      ...(grants.length === 0 ? {} : { grantsUsed: grants.slice(0, GRANTS_MAX) }),
      ...(ring.held === null ? {} : { keySet: { version: ring.held.version } }),
    };
    const path = op === 'renew' ? '/v1/leases/renew' : '/v1/leases';
    let last: Outcome = { kind: 'silence', code: 'refused', detail: 'no server', retryAfterMs: null };
    for (const { url } of askable(this.#endpoints, platform.clock.monotonic())) {
      await this.#renewKeySet(lines, url);
      last = await ask(lines, `${url}${path}`, body, () => installation.expectedAnswer(nonce), {
        version: () => ring.held?.version ?? 0,
        take: () => this.#takeKeySet(lines, url),
      });
      const isAlive = last.kind === 'word' || ALIVE.includes(last.code);
      this.#endpoints = judged(this.#endpoints, url, isAlive, platform.clock.monotonic());
      if (last.kind === 'word') return last;
      installation.count(`silence.${last.code}`);
      this.#isLeaseGone = op === 'renew' && ASK_ANEW.includes(last.code);
      if (this.#closing.signal.aborted) return last;
    }
    return last;
  }

  #heard({ word }: Extract<Outcome, { kind: 'word' }>, grants: readonly string[]): void {
    const installation = this.#installation;
    this.#kept = installation.receive(word, grants).catch((error: unknown) => this.#follower.failed(error));
    installation.count(word.kind === 'lease' ? 'leases' : `verdicts.${word.claims.verdict}`);
    this.#isLeaseGone = false;
    this.failure = null;
    this.#wait(this.#delayAfter(word));
  }

  #delayAfter(word: Answered): Milliseconds {
    const { held, platform } = this.#installation;
    if (held.isUnknown) return SOON_MS;
    const asked = word.kind === 'verdict' ? word.claims.retryAfterMs : null;
    if (held.lease !== null) return Math.max(asked ?? 0, renewDelayMs(held.lease.claims, platform.random));
    return Math.ceil((asked ?? REFUSED_AGAIN_MS) * (1 + platform.random.next()));
  }

  async #unheard({ code, detail, retryAfterMs }: Extract<Outcome, { kind: 'silence' }>): Promise<void> {
    const { held, platform } = this.#installation;
    const count = (this.failure?.count ?? 0) + 1;
    if (this.failure?.code !== code) platform.log.warn('no-word', { code, detail });
    this.failure = { code, detail, count };
    const lease = await this.#installation.breakGlass();
    if (lease !== null) platform.log.warn('break-glass-used', { grant: lease.grant, tier: lease.claims.tier });
    const ttlMs = held.lease?.claims.ttlMs ?? null;
    const delay = failureDelayMs({ count, isRefused: isRefusal(code), retryAfterMs, ttlMs }, platform.random);
    this.#wait(this.#isLeaseGone && count === 1 ? SOON_MS : delay);
  }

  /** Once a day in any case, to hear of compromised keys. */
  async #renewKeySet(lines: Lines, url: string): Promise<void> {
    const { monotonic } = this.#installation.reading();
    this.#keySetAt ??= monotonic;
    if (monotonic - this.#keySetAt > KEY_SET_AGE_MS) await this.#takeKeySet(lines, url);
  }

  async #takeKeySet(lines: Lines, url: string): Promise<boolean> {
    const sent = await send(lines, 'GET', `${url}/v1/keyset`, null);
    this.#keySetAt = this.#installation.platform.clock.monotonic();
    if (sent.kind === 'silence') {
      this.#installation.count(`key-set.${sent.code}`);
      return false;
    }
    return this.#installation.takeKeySet(parseBundle(sent.answer.body));
  }

  /** Gives the seat back, after the loop has stopped. True when the server has it. */
  async release(): Promise<boolean> {
    const installation = this.#installation;
    const { lease } = installation.held;
    const giveUp = new AbortController();
    const lines = this.#lines(giveUp.signal);
    if (lines === null || lease === null || lease.source === 'bootstrap' || lease.via !== 'issuer') return false;
    const timer = installation.platform.scheduler.after(RELEASE_MS, () => giveUp.abort());
    const { proof } = newProof(lines, 'release', installation.keyHash, lease.claims);
    try {
      for (const { url } of askable(this.#endpoints, installation.platform.clock.monotonic())) {
        const sent = await send(lines, 'POST', `${url}/v1/leases/release`, JSON.stringify({ proof }));
        if (sent.kind === 'answer' && sent.answer.status === 200) {
          installation.markReleased();
          return true;
        }
      }
      installation.count('release-failed');
      return false;
    } finally {
      timer.cancel();
    }
  }
}
