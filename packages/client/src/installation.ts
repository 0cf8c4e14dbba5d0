/**
 * One installation: its key, its words, its memory and its time, in this process and on the disk that others may share.
 *
 * All changes of what is held go through here, and each is one synchronous step, so that a save never sees half of one.
 * Saving reads what other processes wrote, joins it, and writes: nothing is locked, because joining is the same in any
 * order and every process writes again within the hour. What a lost write can cost is an hour of unverified running time.
 */
import { compareCounters, type Instant, type LeaseClaims } from '@glidepath/core';
import { hashSecret } from '@glidepath/protocol/ids';
import type { SigningKey } from '@glidepath/protocol/words';
import { readBreakGlass } from './break-glass.ts';
import { type Cache, FILES } from './cache.ts';
import type { Count } from './counters.ts';
import { type Held, type HeldLease, nothingHeld, withLease, withTrust, withVerdict } from './held.ts';
import { identityObserved } from './identity.ts';
import { installationKey } from './installation-key.ts';
import { createKeyRing, type KeyRing, parseBundle } from './key-ring.ts';
import { findStart } from './load.ts';
import type { Settings } from './options.ts';
import type { Platform } from './platform.ts';
import { type Expected, heldLease, type ReadWord, readWord, signerOf } from './reading-words.ts';
import { BLANK, hasHeardLater, type Memory, mergeMemories } from './sidecar.ts';
import {
  anchored,
  atLeast,
  firstTime,
  isClockBehind,
  joined,
  type Reading,
  resumed,
  sample,
  saved,
  type TrustedTime,
  trustedNow,
} from './trusted-time.ts';

/** Where a running application stands, for the next process. */
export interface Position {
  readonly tier: string | null;
  readonly stepAt: Instant | null;
}

export class Installation {
  readonly settings: Settings;
  readonly platform: Platform;
  readonly cache: Cache;
  readonly count: Count;
  readonly ring: KeyRing;
  readonly keyHash: string;
  held: Held = nothingHeld(BLANK);
  time: TrustedTime;
  position: Position = { tier: null, stepAt: null };
  key: SigningKey | null = null;
  #savedAtMs: number;
  #verdictsText = '';
  #last: Promise<void> = Promise.resolve();

  constructor(settings: Settings, platform: Platform, cache: Cache, count: Count) {
    this.settings = settings;
    this.platform = platform;
    this.cache = cache;
    this.count = count;
    this.ring = createKeyRing({ roots: settings.roots, env: settings.env, issuer: settings.issuer, crypto: platform.crypto }, count);
    this.keyHash = hashSecret(settings.licenseKey, platform.crypto);
    const reading = this.reading();
    this.time = firstTime(reading);
    this.#savedAtMs = reading.monotonic;
  }

  reading(): Reading {
    const { clock } = this.platform;
    return { wall: clock.now(), monotonic: clock.monotonic() };
  }

  /** Trusted time, read anew. */
  now(): Instant {
    this.time = sample(this.time, this.reading());
    return trustedNow(this.time);
  }

  /** Finds key, key set, words and memory; afterwards the installation holds what a process before it held. */
  async load(): Promise<void> {
    const { settings, platform, cache, count } = this;
    this.key = await installationKey(cache, platform.crypto, platform.entropy);
    await this.#loadKeySet();
    const found = await cache.sidecar();
    const isForeign = found !== null && !this.#isOwn(found.memory);
    if (isForeign) count('cache.other-license');
    const sidecar = isForeign ? { memory: BLANK, time: found.time } : found;
    const start = findStart({
      leases: isForeign ? [] : await cache.pair(FILES.lease),
      verdicts: isForeign ? [] : await cache.verdicts(),
      sidecar,
      bootstrap: settings.bootstrap?.word ?? null,
      reading: this.reading(),
      bootId: platform.bootId(),
      read: (compact, nonce) => this.#readKept(compact, nonce, sidecar?.memory ?? BLANK),
      count,
    });
    this.held = start.held;
    this.time = start.time;
    this.position = { tier: start.held.memory.tier, stepAt: start.held.memory.stepAt };
    this.#verdictsText = verdictLines(start.held).join('\n');
    this.#remember({ firstRunAt: this.held.memory.firstRunAt ?? trustedNow(this.time), keys: this.#withOwnKey() });
    this.observe();
  }

  #withOwnKey(): readonly string[] {
    return [...new Set([...this.held.memory.keys, this.keyHash])].slice(-KEYS_MAX);
  }

  /** A word from the disk. The lease that a product ships with (nonce null) may be about another license than one's own. */
  #readKept(compact: string, nonce: null | undefined, memory: Memory): ReadWord {
    return readWord(compact, this.expected(nonce, nonce === null ? null : this.#licenseIn(memory), null));
  }

  async #loadKeySet(): Promise<void> {
    const { ring, settings } = this;
    const wall = this.reading().wall;
    for (const text of await this.cache.pair(FILES.keySet)) if (ring.take(parseBundle(text), wall, true)) return;
    if (settings.bootstrap?.keySet) ring.take(settings.bootstrap.keySet, wall, true);
  }

  /** What a word must fit to be believed by this installation. */
  expected(nonce: string | null | undefined, license: string | null, after: Memory['seq']): Expected {
    const { ring, platform, settings, key } = this;
    const holder = key?.kid ?? '';
    return { ring, crypto: platform.crypto, env: settings.env, holder, ...(nonce === undefined ? {} : { nonce }), license, after };
  }

  /** What the answer to a request must fit. */
  expectedAnswer(nonce: string): Expected {
    const { memory } = this.held;
    return this.expected(nonce, this.#licenseIn(memory), memory.seq);
  }

  #licenseIn(memory: Memory): string | null {
    return this.settings.license ?? memory.license;
  }

  /** A cache is about another license where it says so: by the key under which its words came, or by the license that is pinned. */
  #isOwn({ license, keys }: Memory): boolean {
    if (license === null) return true;
    return this.settings.license === null ? keys.includes(this.keyHash) : license === this.settings.license;
  }

  /**
   * Takes over the word that answered a request: it also says what time it is. What is held changes before this returns;
   * the promise is that of the disk.
   */
  async receive(word: Exclude<ReadWord, { kind: 'no' }>, grantsReported: readonly string[]): Promise<void> {
    const reading = this.reading();
    const claims = word.kind === 'lease' ? word.opened.claims : word.claims;
    const previous = this.held.lease;
    this.time = anchored(claims.iatMs, reading);
    this.held =
      word.kind === 'lease' ? withLease(this.held, heldLease(word, 'lease'), claims.iatMs) : withVerdict(this.held, word, claims.iatMs);
    const { memory } = this.held;
    this.#remember({
      heard: memory.heard + 1,
      keys: this.#withOwnKey(),
      grantsReported: [...new Set([...memory.grantsReported, ...grantsReported])],
    });
    if (word.kind === 'lease' && isNewHold(previous, word.opened.claims)) this.#bindIdentity();
    this.observe();
    if (word.kind === 'lease')
      await this.cache.keep(FILES.lease, word.compact, previous?.source === 'bootstrap' ? null : (previous?.compact ?? null));
    await this.save();
  }

  /** Takes a key set over, and looks at the lease in hand with its eyes. */
  async takeKeySet(bundle: unknown): Promise<boolean> {
    const { ring } = this;
    const previous = ring.text;
    if (!ring.take(bundle, this.now(), false)) return false;
    const { lease } = this.held;
    const kid = lease === null ? null : signerOf(lease, this.platform.crypto);
    const entry = ring.held?.keys.find((key) => key.kid === kid);
    if (entry !== undefined)
      this.held = withTrust(this.held, entry.status === 'compromised' ? 'compromised' : 'good', trustedNow(this.time));
    if (ring.text !== null && ring.text !== previous) await this.cache.keep(FILES.keySet, ring.text, previous);
    return true;
  }

  /** What this machine says about itself: a clock that is behind, an identity that changed. */
  observe(): void {
    const now = trustedNow(this.time);
    const { memory } = this.held;
    const clockBehindAt = isClockBehind(this.time) ? (memory.clockBehindAt ?? now) : null;
    if (clockBehindAt !== memory.clockBehindAt) this.#remember({ clockBehindAt });
    const changedAt = identityObserved(this.held.lease, memory, this.platform.fingerprint(), now);
    if (changedAt !== memory.identityChangedAt) this.#remember({ identityChangedAt: changedAt });
  }

  /** The server gave the seat anew, to this machine as it is now. A renewal does not: else a change would be forgotten with it. */
  #bindIdentity(): void {
    this.#remember({ fingerprint: this.platform.fingerprint(), identityChangedAt: null });
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
    const now = this.now();
    const { memory } = this.held;
    const word = readWord(text.trim(), this.expected(null, this.#licenseIn(memory), memory.seq));
    const lease = readBreakGlass(word, memory, this.position.tier, now, this.count);
    if (lease === null || lease.grant === null) return null;
    const previous = this.held.lease?.compact ?? null;
    this.time = atLeast(this.time, lease.claims.iatMs);
    this.held = withLease(this.held, lease, trustedNow(this.time));
    this.#remember({ grantsUsed: [...memory.grantsUsed, lease.grant] });
    await this.cache.keep(FILES.lease, lease.compact, previous);
    await this.save();
    return lease;
  }

  /** True when another process of the installation has heard a later word, which this one has now taken over. */
  adopt(): Promise<boolean> {
    return this.#serially(() => this.#adopt());
  }

  async #adopt(): Promise<boolean> {
    const sidecar = await this.cache.othersSidecar();
    if (sidecar === null || sidecar.time === null || !this.#isOwn(sidecar.memory)) return false;
    this.now();
    const own = this.held.memory;
    const memory = mergeMemories(own, sidecar.memory);
    if (!hasHeardLater(sidecar.memory, own)) {
      const isSame = !hasHeardLater(own, sidecar.memory);
      if (isSame) this.time = joined(this.time, sidecar.time, this.platform.bootId(), this.#savedAtMs);
      this.held = { ...this.held, memory };
      return false;
    }
    const { held } = findStart({
      leases: await this.cache.pair(FILES.lease),
      verdicts: await this.cache.verdicts(),
      sidecar: { memory, time: sidecar.time },
      bootstrap: null,
      reading: this.reading(),
      bootId: this.platform.bootId(),
      read: (compact, nonce) => this.#readKept(compact, nonce, memory),
      count: this.count,
    });
    if (held.lease === null) return false;
    this.held = { ...held, lease: { ...held.lease, source: 'lease' } };
    this.time = resumed(sidecar.time, this.reading(), this.platform.bootId());
    this.#verdictsText = verdictLines(this.held).join('\n');
    this.observe();
    return true;
  }

  /** Joins this process's memory with that of others, and writes it. True where another has heard a later word. */
  save(): Promise<boolean> {
    return this.#serially(async () => {
      const adopted = await this.#adopt();
      this.now();
      const lines = verdictLines(this.held);
      if (lines.join('\n') !== this.#verdictsText) {
        this.#verdictsText = lines.join('\n');
        await this.cache.keepVerdicts(lines);
      }
      this.#savedAtMs = this.time.reading.monotonic;
      const memory: Memory = { ...this.held.memory, ...this.position };
      await this.cache.keepSidecar({ memory, time: saved(this.time, this.platform.bootId()) });
      return adopted;
    });
  }

  #serially<T>(step: () => Promise<T>): Promise<T> {
    const result = this.#last.then(step);
    this.#last = result.then(
      () => undefined,
      () => undefined,
    );
    return result;
  }
}

const KEYS_MAX = 8;

function isNewHold(previous: HeldLease | null, { epoch, lease }: LeaseClaims): boolean {
  return previous === null || previous.claims.lease !== lease || compareCounters(previous.claims.epoch, epoch) !== 0;
}

function verdictLines({ verdicts }: Held): readonly string[] {
  return verdicts.map(({ compact }) => compact);
}
