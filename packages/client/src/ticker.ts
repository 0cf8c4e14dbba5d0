/**
 * Keeps the answers current: compiles what is held to a timeline, and swaps the table when a breakpoint is reached.
 *
 * Timers are chained and short, because a long one overflows and none fires during a sleep; each looks at both clocks
 * anew. A check reads the table and nothing else.
 */
import {
  type Cause,
  compile,
  HOUR,
  isSameStanding,
  MINUTE,
  type Milliseconds,
  type Next,
  type Notify,
  type Standing,
  type Timer,
} from '@glidepath/core';
import { type Answers, answersOn, answersRefused, answersUnsigned, originOf } from './answers.ts';
import type { Held } from './held.ts';
import type { Installation } from './installation.ts';
import type { Listeners } from './listeners.ts';
import { type Glide, momentOf, NONE } from './standing-now.ts';
import { holdEndsAt, refusalOf } from './status.ts';
import { situationOf } from './terms-of-lease.ts';
import { gapCountsInMs, gapMs, noticeNow, trustedNow } from './trusted-time.ts';

/** At most an hour; short enough that a machine which slept notices soon after it woke. */
const TICK_MAX_MS: Milliseconds = 15 * MINUTE;
const SAVE_EVERY_MS: Milliseconds = HOUR;
/** A wall clock that moves so much further than the monotonic one: the machine slept, or somebody set it. */
const WOKE_MS: Milliseconds = MINUTE;

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
  /** Name of the tier in force; null before the first word. */
  tier: string | null = null;
  notify: Notify = 'none';
  readonly #installation: Installation;
  readonly #listeners: Listeners;
  readonly #watchers: Watchers;
  #compiledFor: Held | null = null;
  #glide: Glide | null = null;
  #savedAtMs: Milliseconds;
  #timer: Timer | null = null;
  #isStopped = false;

  constructor(installation: Installation, listeners: Listeners, watchers: Watchers) {
    this.#installation = installation;
    this.#listeners = listeners;
    this.#watchers = watchers;
    this.answers = answersUnsigned(installation.settings);
    this.#savedAtMs = installation.time.monotonicAt;
  }

  /** Looks at the clocks, takes what is due, and sets the next timer. */
  tick(): void {
    const installation = this.#installation;
    const gapBefore = gapMs(installation.time);
    installation.now();
    installation.observe();
    this.#show();
    this.#watchers.moved();
    const { time } = installation;
    if (gapMs(time) - gapBefore > WOKE_MS) this.#watchers.woke();
    if (time.monotonicAt - this.#savedAtMs >= SAVE_EVERY_MS) this.#save();
    this.#wait(this.#nextInMs());
  }

  stop(): void {
    this.#isStopped = true;
    this.#timer?.cancel();
  }

  #save(): void {
    this.#savedAtMs = this.#installation.time.monotonicAt;
    this.#installation
      .save()
      .then((adopted) => {
        if (adopted) this.tick();
      })
      .catch(this.#watchers.failed);
  }

  #show(): void {
    const { held, time, position, settings } = this.#installation;
    const isNew = held !== this.#compiledFor;
    if (isNew) this.#recompile(held);
    const refusal = refusalOf(held);
    const glide = this.#glide;
    const { lease, verdicts } = held;
    if (glide === null || lease === null || refusal !== null) {
      if (isNew) this.answers = refusal === null ? answersUnsigned(settings) : answersRefused(refusal);
      this.standing = null;
      if (this.tier !== null || lease !== null) this.#tell(NONE, 'none', null, 'none');
      return;
    }
    const { shown, position: next } = momentOf(glide, position, lease.source !== 'cache', time, this.standing);
    if (isNew || this.standing === null || !isSameStanding(this.standing, shown))
      this.answers = answersOn(glide.terms, shown, originOf(lease, verdicts));
    this.standing = shown;
    this.#tell(next.tier ?? NONE, shown.cause, shown.next, shown.notify, next.stepAt);
  }

  #recompile(held: Held): void {
    this.#compiledFor = held;
    const situation = situationOf(held);
    const now = trustedNow(this.#installation.time);
    this.#glide = situation && { terms: situation.terms, timeline: compile(situation.terms, situation.observations, now) };
  }

  /** Tells and remembers where the application stands now. */
  #tell(to: string, cause: Cause, next: Next | null, notify: Notify, stepAt: Parameters<typeof momentOf>[1]['stepAt'] = null): void {
    const { count, time, platform } = this.#installation;
    const { tier: from, notify: before } = this;
    this.#installation.position = { tier: to, stepAt };
    this.tier = to;
    this.notify = notify;
    if (to !== from) {
      if (from !== null) count('tier-changed');
      platform.log[from === null || cause === 'none' ? 'info' : 'warn']('tier-changed', { from, to, cause, next });
      this.#listeners.tell('tier', { from, to, cause, at: trustedNow(time), next });
      this.#save();
    }
    if (notify !== before) {
      if (notify !== 'none') platform.log.warn('notice', { notify, tier: to, cause, next });
      this.#listeners.tell('notice', { from: before, to: notify, tier: to, cause, next });
    }
  }

  #wait(delayMs: Milliseconds): void {
    this.#timer?.cancel();
    if (this.#isStopped) return;
    this.#timer = this.#installation.platform.scheduler.after(delayMs, () => {
      try {
        this.tick();
      } catch (error) {
        // A timer's exception would end the process that we are to keep running.
        this.#watchers.failed(error);
        this.#wait(TICK_MAX_MS);
      }
    });
  }

  /** Until whatever comes first: a breakpoint, a step, a gap that counts, the end of the hold. */
  #nextInMs(): Milliseconds {
    const { time, held, position } = this.#installation;
    const now = trustedNow(time);
    const breakpoints = this.#glide?.timeline.segments.map(({ from }) => from) ?? [];
    const waits = [
      TICK_MAX_MS,
      gapCountsInMs(time),
      ...breakpoints.map((at) => at - noticeNow(time)),
      ...[...breakpoints, position.stepAt ?? now, holdEndsAt(held) ?? now].map((at) => at - now),
    ];
    return Math.min(...waits.filter((wait) => wait > 0));
  }
}
