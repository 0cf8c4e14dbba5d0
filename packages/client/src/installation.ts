/**
 * One installation: its key, its words, its memory and its time, in this process and on the disk that others may share.
 *
 * All changes of what is held go through here, and each is one synchronous step, so that a save never sees half of one.
 * Saving reads what other processes wrote, joins it, and writes: nothing is locked, because joining is the same in any
 * order and every process writes again within the hour. What a lost write can cost is an hour of unverified running time.
 */
import { compareCounters, type Instant, type LeaseClaims } from '@glidepath/core';
import { hashSecret } from '@glidepath/protocol/ids';
import type { KeySet } from '@glidepath/protocol/keys';
import type { SigningKey } from '@glidepath/protocol/words';
import { usable } from './break-glass.ts';
import { Cache, KEY_SET, LEASE } from './cache.ts';
import type { Count } from './counters.ts';
import { type Held, type HeldLease, nothingHeld, withLease, withVerdict } from './held.ts';
import { identityObserved } from './identity.ts';
import { installationKey } from './installation-key.ts';
import { parseJson, readKeySet } from './key-ring.ts';
import { findStart, type Start, withBootstrap } from './load.ts';
import type { Settings } from './options.ts';
import type { Platform } from './platform.ts';
import { type Expected, isLease, readLease, type Word } from './reading-words.ts';
import { BLANK, hasHeardLater, type Memory, mergeMemories, type Sidecar, union } from './sidecar.ts';
import type { Position } from './standing-now.ts';
import {
  anchored,
  atLeast,
  isClockBehind,
  joined,
  type Reading,
  resumed,
  sample,
  type TrustedTime,
  trustedNow,
  unanchored,
} from './trusted-time.ts';

const KEYS_MAX = 8;

export class Installation {
  readonly settings: Settings;
  readonly platform: Platform;
  readonly count: Count;
  readonly keyHash: string;
  held: Held = nothingHeld(BLANK);
  time: TrustedTime;
  position: Position = BLANK;
  key: SigningKey | null = null;
  /** What words are verified with. */
  keySet: KeySet | null = null;
  readonly #cache: Cache;
  #savedAtMs: number;
  #verdicts = '';
  /** The held key set as it came. */
  #bundle = '';
  #last: Promise<unknown> = Promise.resolve();

  constructor(settings: Settings, platform: Platform, count: Count) {
    const { crypto } = platform;
    this.settings = settings;
    this.platform = platform;
    this.count = count;
    this.keyHash = hashSecret(settings.licenseKey, crypto);
    this.#cache = new Cache(platform, count);
    const reading = this.#reading();
    this.time = unanchored(reading);
    this.#savedAtMs = reading.monotonic;
  }

  #reading(): Reading {
    const { clock } = this.platform;
    return { wall: clock.now(), monotonic: clock.monotonic() };
  }

  /** Trusted time, read anew. */
  now(): Instant {
    this.time = sample(this.time, this.#reading());
    return trustedNow(this.time);
  }

  /** Finds key, key set, words and memory; afterwards the installation holds what a process before it held. */
  async load(): Promise<void> {
    const { settings, platform, count } = this;
    this.key = await installationKey(this.#cache, platform.crypto, platform.entropy);
    await this.#loadKeySet();
    const found = await this.#cache.newSidecar();
    const start = await this.#find(found);
    const isForeign = found !== null && !this.#isOwn(found.memory);
    if (isForeign) count('cache.other-license');
    const held = isForeign ? nothingHeld(BLANK) : start.held;
    // What a product ships with may be about the vendor's license, not about one's own.
    const word = typeof settings.bootstrap === 'object' ? settings.bootstrap.word : settings.bootstrap;
    const isEmpty = held.lease === null && word !== undefined;
    const own = { held, time: start.time };
    this.#begin(isEmpty ? withBootstrap(own, word, this.#expected({ nonce: null }), count) : own);
    this.position = this.held.memory;
    this.#remember({ firstRunAt: this.held.memory.firstRunAt ?? trustedNow(this.time), keys: this.#keys() });
    this.observe();
  }

  async #loadKeySet(): Promise<void> {
    const { bootstrap } = this.settings;
    for (const text of await this.#cache.pair(KEY_SET)) {
      this.#bundle = text;
      if (this.#take(parseJson(text), true)) return;
    }
    if (typeof bootstrap === 'object') this.#take(bootstrap.keySet, true);
  }

  /** A bundle that does not verify changes nothing and is counted; the key set that is held stays. */
  #take(bundle: unknown, isOwnCopy: boolean): boolean {
    const keySet = readKeySet(bundle, this.settings, this.platform.crypto, this.keySet, this.now(), isOwnCopy);
    const isTaken = typeof keySet === 'object';
    this.count(`key-set.${isTaken ? 'taken' : keySet}`);
    if (isTaken) this.keySet = keySet;
    return isTaken;
  }

  /** What lies in the cache, seen with this memory. */
  async #find(sidecar: Sidecar | null): Promise<Start> {
    return findStart({
      leases: await this.#cache.pair(LEASE),
      verdicts: await this.#cache.verdicts(),
      sidecar,
      expected: this.#expected({ license: this.#licenseIn(sidecar?.memory ?? BLANK) }),
      reading: this.#reading(),
      bootId: this.platform.bootId(),
      count: this.count,
    });
  }

  #begin({ held, time }: Start): void {
    this.held = held;
    this.time = time;
    this.#verdicts = verdictLines(held);
  }

  /** What a word must fit to be believed by this installation. */
  #expected(more: Pick<NonNullable<Expected>, 'nonce' | 'license' | 'after'>): Expected {
    const { keySet, platform, settings, key } = this;
    if (keySet === null) return null;
    return { keys: keySet, iss: keySet.iss, env: settings.env, crypto: platform.crypto, holder: key?.kid, ...more };
  }

  /** What the answer to a request must fit; null: a word that answers nobody. */
  expectedAnswer(nonce: string | null): Expected {
    const { memory } = this.held;
    return this.#expected({ nonce, license: this.#licenseIn(memory), after: memory.seq });
  }

  #licenseIn({ license }: Memory): string | undefined {
    return this.settings.license ?? license ?? undefined;
  }

  /** A cache is about another license where it says so: by the key under which its words came, or by the license that is pinned. */
  #isOwn({ license, keys }: Memory): boolean {
    const { license: pinned } = this.settings;
    return license === null || (pinned === undefined ? keys.includes(this.keyHash) : license === pinned);
  }

  #keys(): readonly string[] {
    return union(this.held.memory.keys, [this.keyHash]).slice(-KEYS_MAX);
  }

  /**
   * Takes over the word that answered a request: it also says what time it is. What is held changes before this returns;
   * the promise is that of the disk.
   */
  async receive(word: Word, grantsReported: readonly string[]): Promise<void> {
    const { iatMs } = word.claims;
    const previous = this.held.lease;
    this.time = anchored(iatMs, this.#reading());
    this.held = isLease(word) ? withLease(this.held, { ...word, source: 'lease' }, iatMs) : withVerdict(this.held, word, iatMs);
    const { memory } = this.held;
    this.#remember({ heard: memory.heard + 1, keys: this.#keys(), grantsReported: union(memory.grantsReported, grantsReported) });
    // The server gave the seat anew, to this machine as it is now. A renewal does not: else a change would be forgotten with it.
    if (isLease(word) && isNewHold(previous, word.claims)) {
      this.#remember({ fingerprint: this.settings.fingerprint ?? {}, identityChangedAt: null });
    }
    this.observe();
    if (isLease(word)) await this.#cache.keep(LEASE, word.compact, previous?.compact);
    await this.save();
  }

  /** Takes a key set over. A lease that the new one condemns is read as one at the next start; online, the next replaces it. */
  async takeKeySet(bundle: unknown): Promise<boolean> {
    const isTaken = this.#take(bundle, false);
    const text = JSON.stringify(bundle);
    if (isTaken) await this.#cache.keep(KEY_SET, text, this.#bundle);
    if (isTaken) this.#bundle = text;
    return isTaken;
  }

  /** What this machine says about itself: a clock that is behind, an identity that changed. */
  observe(): void {
    const now = trustedNow(this.time);
    const { lease, memory } = this.held;
    const clockBehindAt = isClockBehind(this.time) ? (memory.clockBehindAt ?? now) : null;
    const identityChangedAt = identityObserved(lease, memory, this.settings.fingerprint ?? {}, now);
    if (clockBehindAt !== memory.clockBehindAt || identityChangedAt !== memory.identityChangedAt) {
      this.#remember({ clockBehindAt, identityChangedAt });
    }
  }

  markReleased(): void {
    this.#remember({ released: true });
  }

  #remember(facts: Partial<Memory>): void {
    this.held = { ...this.held, memory: { ...this.held.memory, ...facts } };
  }

  /** Uses the break-glass lease that lies ready, if it is one, was not used here before, and gives more than there is. */
  async breakGlass(): Promise<HeldLease | null> {
    const text = await this.platform.breakGlass().catch(() => null);
    if (text === null) return null;
    const { memory, lease: previous } = this.held;
    const lease = usable(readLease(text.trim(), this.expectedAnswer(null)), memory, this.position.tier, this.count);
    if (!lease?.grant) return null;
    this.now();
    this.time = atLeast(this.time, lease.claims.iatMs);
    this.held = withLease(this.held, lease, trustedNow(this.time));
    this.#remember({ grantsUsed: [...memory.grantsUsed, lease.grant.jti] });
    await this.#cache.keep(LEASE, lease.compact, previous?.compact);
    await this.save();
    return lease;
  }

  /** True when another process of the installation has heard a later word, which this one has now taken over. */
  adopt(): Promise<boolean> {
    return this.#serially(() => this.#adopt());
  }

  async #adopt(): Promise<boolean> {
    const sidecar = await this.#cache.newSidecar();
    if (!sidecar?.time || !this.#isOwn(sidecar.memory)) return false;
    this.now();
    const { time } = sidecar;
    const bootId = this.platform.bootId();
    const own = this.held.memory;
    const memory = mergeMemories(own, sidecar.memory);
    if (hasHeardLater(sidecar.memory, own)) {
      const { held } = await this.#find({ memory, time });
      if (held.lease === null) return false;
      this.#begin({ held: { ...held, lease: { ...held.lease, source: 'lease' } }, time: resumed(time, this.#reading(), bootId) });
      this.observe();
      return true;
    }
    if (!hasHeardLater(own, sidecar.memory)) this.time = joined(this.time, time, bootId, this.#savedAtMs);
    this.#remember(memory);
    return false;
  }

  /** Joins this process's memory with that of others, and writes it. True where another has heard a later word. */
  save(): Promise<boolean> {
    return this.#serially(async () => {
      const adopted = await this.#adopt();
      this.now();
      const verdicts = verdictLines(this.held);
      if (verdicts !== this.#verdicts) await this.#cache.keepVerdicts(verdicts);
      this.#verdicts = verdicts;
      this.#savedAtMs = this.time.monotonicAt;
      const { tier, stepAt } = this.position;
      await this.#cache.keepSidecar({
        memory: { ...this.held.memory, tier, stepAt },
        time: { ...this.time, bootId: this.platform.bootId() },
      });
      return adopted;
    });
  }

  #serially<T>(step: () => Promise<T>): Promise<T> {
    const result = this.#last.then(step);
    this.#last = result.catch(() => {});
    return result;
  }
}

function isNewHold(previous: HeldLease | null, { epoch, lease }: LeaseClaims): boolean {
  return previous === null || previous.claims.lease !== lease || compareCounters(previous.claims.epoch, epoch) !== 0;
}

/** One word a line. */
function verdictLines({ verdicts }: Held): string {
  return verdicts.map(({ compact }) => `${compact}\n`).join('');
}
