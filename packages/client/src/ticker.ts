/**
 * Keeps the answers current: compiles what is held to a timeline, and swaps the table when a breakpoint is reached.
 *
 * Timers are chained and short, because a long one overflows and none fires during a sleep; each looks at both clocks
 * anew. A check reads the table and nothing else.
 */
import {
  compile,
  HOUR,
  type Instant,
  instant,
  isSameStanding,
  MINUTE,
  type Milliseconds,
  type Notify,
  type Origin,
  type Standing,
  type Timer,
  type VerdictClaims,
} from '@glidepath/core';
import { type Answers, answersOn, answersRefused, answersRemoved, answersUnsigned, originOf } from './answers.ts';
import type { Descent } from './descent.ts';
import type { Held } from './held.ts';
import type { Installation } from './installation.ts';
import type { Listeners } from './listeners.ts';
import { carriedOver, type Glide, momentOf, startingDescent } from './standing-now.ts';
import { holdEndsAt, removalOf } from './status.ts';
import { situationOf } from './terms-of-lease.ts';
import { gapCountsInMs, gapMs, noticeNow, trustedNow } from './trusted-time.ts';

/** At most an hour; short enough that a machine which slept notices soon after it woke. */
const TICK_MAX_MS: Milliseconds = 15 * MINUTE;
const SAVE_EVERY_MS: Milliseconds = HOUR;
/** A wall clock that moves so much further than the monotonic one: the machine slept, or somebody set it. */
const WOKE_MS: Milliseconds = MINUTE;

const NONE = 'none';

export interface Watchers {
  /** The table or the time changed: the status may have, too. */
  moved(): void;
  /** The machine slept, or its clock was set: ask the server soon. */
  woke(): void;
  /** Something is wrong in this package itself; the application must not notice. */
  failed(error: unknown): void;
}

export class Ticker {
  answers: Answers;
  /** What is shown now; null without a lease. */
  standing: Standing | null = null;
  readonly #installation: Installation;
  readonly #listeners: Listeners;
  readonly #watchers: Watchers;
  #compiledFor: Held | null = null;
  #glide: Glide | null = null;
  #descent: Descent | null = null;
  #origin: Origin | null = null;
  #tier: string | null = null;
  #takenAt: Instant | null = null;
  #refusal: VerdictClaims | null = null;
  #notify: Notify = 'none';
  #savedAt: Milliseconds;
  #timer: Timer | null = null;
  #isStopped = false;

  constructor(installation: Installation, listeners: Listeners, watchers: Watchers) {
    this.#installation = installation;
    this.#listeners = listeners;
    this.#watchers = watchers;
    this.answers = answersUnsigned(installation.settings);
    this.#savedAt = installation.platform.clock.monotonic();
  }

  /** Name of the tier in force; null before the first word. */
  get tier(): string | null {
    return this.#tier;
  }

  get notify(): Notify {
    return this.#notify;
  }

  get glide(): Glide | null {
    return this.#glide;
  }

  /** Looks at the clocks, takes what is due, and sets the next timer. */
  tick(): void {
    const installation = this.#installation;
    const gapBefore = gapMs(installation.time);
    installation.now();
    installation.observe();
    this.#recompile();
    this.#show();
    this.#watchers.moved();
    if (gapMs(installation.time) - gapBefore > WOKE_MS) this.#watchers.woke();
    const { monotonic } = installation.time.reading;
    if (monotonic - this.#savedAt >= SAVE_EVERY_MS) this.#save();
    this.#schedule();
  }

  stop(): void {
    this.#isStopped = true;
    this.#timer?.cancel();
  }

  #save(): void {
    this.#savedAt = this.#installation.time.reading.monotonic;
    this.#installation
      .save()
      .then((adopted) => {
        if (adopted) this.tick();
      })
      .catch((error: unknown) => this.#watchers.failed(error));
  }

  #recompile(): void {
    const { held, time, position } = this.#installation;
    if (held === this.#compiledFor) return;
    this.#compiledFor = held;
    const situation = situationOf(held);
    const before = this.#glide;
    this.#glide = situation && { terms: situation.terms, timeline: compile(situation.terms, situation.observations, trustedNow(time)) };
    if (this.#glide === null) return;
    if (this.#descent !== null && before !== null) this.#descent = carriedOver(this.#descent, before.terms, this.#glide.terms);
    this.#descent ??= startingDescent(this.#glide, position, held.lease?.source !== 'cache', time);
  }

  #show(): void {
    const { held, time } = this.#installation;
    const removal = removalOf(held);
    const origin = originOf(held);
    if (this.#glide === null || this.#descent === null) {
      this.#showNothing(held.refusal);
      return;
    }
    const { terms } = this.#glide;
    const moment = momentOf(this.#glide, this.#descent, time, this.#takenAt);
    const isSame = this.standing !== null && isSameStanding(this.standing, moment.shown) && isSameOrigin(this.#origin, origin);
    this.#descent = moment.descent;
    this.standing = moment.shown;
    this.#origin = origin;
    if (removal !== null) {
      this.answers = answersRemoved(terms, removal, origin);
      this.#descent = { tier: terms.path.tiers.length, stepAt: null };
    } else if (!isSame || this.#tier === NONE) this.answers = answersOn(terms, moment.shown, origin);
    this.#tell(removal === null ? moment.tier : NONE, moment.shown);
  }

  /** No lease: a signed "no", or nothing signed at all. */
  #showNothing(refusal: VerdictClaims | null): void {
    const { settings } = this.#installation;
    if (this.#refusal !== refusal || this.standing !== null) {
      this.answers = refusal === null ? answersUnsigned(settings) : answersRefused(refusal);
    }
    this.#refusal = refusal;
    this.#descent = null;
    this.standing = null;
    const since = trustedNow(this.#installation.time);
    if (this.#tier !== null) this.#tell(NONE, { code: 'degraded', tier: null, cause: 'none', since, notify: 'none', next: null });
  }

  #tell(tier: string, shown: Standing): void {
    const { count, time, platform } = this.#installation;
    const { cause, next } = shown;
    const at = trustedNow(time);
    const stepAt = this.#descent?.stepAt ?? null;
    this.#installation.position = { tier, stepAt: stepAt === null ? null : instant(at + Math.max(0, stepAt - time.reading.monotonic)) };
    const from = this.#tier;
    if (tier !== from) {
      this.#tier = tier;
      this.#takenAt = at;
      if (from !== null) count('tier-changed');
      const say = from === null || shown.code === 'ok' ? platform.log.info : platform.log.warn;
      say.call(platform.log, 'tier-changed', { from, to: tier, cause, next });
      this.#listeners.tell('tier', { from, to: tier, cause, at, next });
      this.#save();
    }
    const before = this.#notify;
    if (shown.notify !== before) {
      this.#notify = shown.notify;
      if (shown.notify !== 'none') platform.log.warn('notice', { notify: shown.notify, tier, cause, next });
      this.#listeners.tell('notice', { from: before, to: shown.notify, tier, cause, next });
    }
  }

  #schedule(): void {
    this.#timer?.cancel();
    if (this.#isStopped) return;
    this.#timer = this.#installation.platform.scheduler.after(this.#nextInMs(), () => this.#guarded());
  }

  /** A timer's exception would end the process that we are to keep running. */
  #guarded(): void {
    try {
      this.tick();
    } catch (error) {
      this.#watchers.failed(error);
      if (!this.#isStopped) this.#timer = this.#installation.platform.scheduler.after(TICK_MAX_MS, () => this.#guarded());
    }
  }

  /** Until whatever comes first: a breakpoint, a step, a gap that counts, the end of the hold. */
  #nextInMs(): Milliseconds {
    const { time, held } = this.#installation;
    const now = trustedNow(time);
    const notice = noticeNow(time);
    const segments = this.#glide?.timeline.segments ?? [];
    const holdEnds = holdEndsAt(held);
    const stepAt = this.#descent?.stepAt ?? null;
    const waits = [
      TICK_MAX_MS,
      ...segments.flatMap(({ from }) => [from - now, from - notice]),
      ...(stepAt === null ? [] : [stepAt - time.reading.monotonic]),
      ...(holdEnds === null ? [] : [holdEnds - now]),
      gapCountsInMs(time) ?? TICK_MAX_MS,
    ];
    return Math.max(1, Math.ceil(Math.min(...waits.filter((wait) => wait > 0))));
  }
}

function isSameOrigin(a: Origin | null, b: Origin): boolean {
  return a !== null && a.source === b.source && a.asOf === b.asOf;
}
