/**
 * Which time it is, for a client whose wall clock may be a year off: pure arithmetic on two readings, no clock inside.
 *
 * Two clocks, each for one thing. The **monotonic** one says how much time has passed; it is anchored to the `iatMs` of
 * the last word that answered this client, which makes it *signed time*. The **wall** clock says only one thing that the
 * monotonic one cannot: that it moved further, because the machine slept or was off, or because somebody set it. Nobody
 * has verified which, so such a *gap* counts at once for notices, and for tiers only after 24 h of running time; the next
 * word that answers this client clears it. A wall clock that goes back moves nothing: time never runs backwards, except
 * that a word answering this very client is believed against everything before it.
 *
 * Limits: a sleep of the machine is seen at the next sample. Where the wall clock was set back while no word could be
 * had, later sleeps stay hidden until it catches up; the cause `clock` is what counts then.
 */
import { after, HOUR, type Instant, instant, MINUTE, type Milliseconds, SECOND } from '@glidepath/core';

/** Both clocks, read together. */
export interface Reading {
  readonly wall: Instant;
  readonly monotonic: Milliseconds;
}

/** Wall time that nobody has verified, and the running time at which it was first and last seen to grow. */
export interface Gap {
  readonly ms: Milliseconds;
  readonly openedAtRunMs: Milliseconds;
  readonly grewAtRunMs: Milliseconds;
}

/** Trusted time at one sample. */
export interface TrustedTime {
  /** Signed time: the anchor and what the monotonic clock has added. */
  readonly signedAt: Instant;
  /** Gaps that 24 h of running time have made count. */
  readonly acceptedMs: Milliseconds;
  /** Oldest first; at most one per hour of running time. */
  readonly gaps: readonly Gap[];
  /** Running time since the last verified word, over all processes of the installation. */
  readonly unverifiedRunMs: Milliseconds;
  /** How far the wall clock was ahead when it was last compared with a word. */
  readonly skewMs: Milliseconds;
  /** What both clocks showed then. */
  readonly wallAt: Instant;
  readonly monotonicAt: Milliseconds;
}

/** Running time after which a gap counts. */
export const GAP_RUN_MS: Milliseconds = 24 * HOUR;
/** Gaps that are noticed within this much running time of one another are one gap. */
const GAP_GATHER_MS: Milliseconds = HOUR;
/** Drift of two clocks, not an event: it does not hold up the gap that it adds to. */
const DRIFT_MS: Milliseconds = MINUTE;
/** Two clocks that are read one after the other never agree to the millisecond. */
const NOISE_MS: Milliseconds = SECOND;
/** A wall clock further than this behind signed time is wrong (the cause `clock`). */
export const CLOCK_BEHIND_MS: Milliseconds = 5 * MINUTE;

/**
 * Time where there is at most a signed word and nothing beside it: as late as the word says, and what the wall clock adds
 * is a gap. Where there is no word either, the wall clock is all there is, for want of anything better.
 */
export function unanchored({ wall, monotonic }: Reading, iatMs = wall): TrustedTime {
  return settled({ signedAt: iatMs, acceptedMs: 0, gaps: [], unverifiedRunMs: 0, skewMs: 0, wallAt: wall, monotonicAt: monotonic });
}

/** The time by which tiers are taken. */
export function trustedNow(time: TrustedTime): Instant {
  return instant(time.signedAt + time.acceptedMs);
}

/** The time by which people are told: with the gaps that nobody has verified. */
export function noticeNow(time: TrustedTime): Instant {
  return instant(trustedNow(time) + gapMs(time));
}

export function gapMs({ gaps }: TrustedTime): Milliseconds {
  return sumOf(gaps);
}

/** True while the wall clock is behind signed time by over 5 minutes. */
export function isClockBehind({ signedAt, wallAt }: TrustedTime): boolean {
  return signedAt - wallAt > CLOCK_BEHIND_MS;
}

/** How much running time until the oldest gap counts; 0 where there is none. */
export function gapCountsInMs({ gaps: [oldest], unverifiedRunMs }: TrustedTime): Milliseconds {
  return oldest === undefined ? 0 : oldest.grewAtRunMs + GAP_RUN_MS - unverifiedRunMs;
}

/** Time goes on, within one process. */
export function sample(time: TrustedTime, { wall, monotonic }: Reading): TrustedTime {
  const passed = Math.max(0, monotonic - time.monotonicAt);
  return settled({
    ...time,
    signedAt: after(time.signedAt, passed),
    unverifiedRunMs: time.unverifiedRunMs + passed,
    wallAt: wall,
    monotonicAt: time.monotonicAt + passed,
  });
}

/** A word that answers this client was received: it says what time it is, and everything unverified is cleared. */
export function anchored(iatMs: Instant, reading: Reading): TrustedTime {
  return { ...unanchored(reading, iatMs), gaps: [], skewMs: reading.wall - iatMs };
}

/** A signed word that answered nobody here (a cache, a grant) was seen: it is at least so late. */
export function atLeast(time: TrustedTime, iatMs: Instant): TrustedTime {
  return iatMs <= trustedNow(time) ? time : settled({ ...time, signedAt: iatMs, acceptedMs: 0, gaps: [] });
}

/** Trusted time as the sidecar keeps it, for a process that comes later. */
export interface SavedTime extends TrustedTime {
  readonly bootId: string | null;
}

/**
 * Time goes on, in another process. Within one start of the machine the monotonic clock tells how long there was none;
 * otherwise time stands where it stood, and what the wall clock has moved since is a gap. Running time is not added: none ran.
 */
export function resumed({ bootId: savedBoot, ...time }: SavedTime, { wall, monotonic }: Reading, bootId: string | null): TrustedTime {
  const passed = bootId !== null && savedBoot === bootId ? Math.max(0, monotonic - time.monotonicAt) : 0;
  return settled({ ...time, signedAt: after(time.signedAt, passed), wallAt: wall, monotonicAt: monotonic });
}

/**
 * Joins the time of another process with this one's, where both stand on the same word: the later time of the two, and
 * the running time of both. Running time that the other has counted already is not counted twice; where the starts of
 * the machine cannot be compared, `since` (this process's own last save) bounds what is this one's alone.
 */
export function joined(own: TrustedTime, other: SavedTime, bootId: string | null, since: Milliseconds): TrustedTime {
  const { wallAt, monotonicAt } = own;
  const theirs = resumed(other, { wall: wallAt, monotonic: monotonicAt }, bootId);
  const countedUntil = bootId !== null && other.bootId === bootId ? Math.max(other.monotonicAt, since) : since;
  const together = other.unverifiedRunMs + Math.max(0, monotonicAt - countedUntil);
  const later = trustedNow(theirs) > trustedNow(own) ? theirs : own;
  return settled({ ...later, unverifiedRunMs: Math.max(own.unverifiedRunMs, together) });
}

/** Compares the wall clock with trusted time, and lets gaps that are old enough count. */
function settled(time: TrustedTime): TrustedTime {
  const ahead = time.wallAt - time.skewMs - trustedNow(time);
  const all = withGaps(time, ahead < NOISE_MS ? 0 : ahead);
  const gaps = all.filter(({ grewAtRunMs }) => time.unverifiedRunMs - grewAtRunMs < GAP_RUN_MS);
  const acceptedMs = time.acceptedMs + sumOf(all) - sumOf(gaps);
  return { ...time, gaps, acceptedMs };
}

/** The gaps of a wall clock that is `total` ahead: the newest grow or shrink, and none is older than it was. */
function withGaps({ gaps, unverifiedRunMs }: TrustedTime, total: Milliseconds): readonly Gap[] {
  const by = total - sumOf(gaps);
  const newest = gaps.at(-1);
  if (by <= 0) {
    let left = total;
    return gaps.flatMap((gap) => {
      const ms = Math.min(gap.ms, left);
      left -= ms;
      return ms > 0 ? [{ ...gap, ms }] : [];
    });
  }
  if (newest === undefined || unverifiedRunMs - newest.openedAtRunMs >= GAP_GATHER_MS) {
    return [...gaps, { ms: by, openedAtRunMs: unverifiedRunMs, grewAtRunMs: unverifiedRunMs }];
  }
  const grewAtRunMs = by > DRIFT_MS ? unverifiedRunMs : newest.grewAtRunMs;
  return [...gaps.slice(0, -1), { ...newest, ms: newest.ms + by, grewAtRunMs }];
}

function sumOf(gaps: readonly Gap[]): Milliseconds {
  return gaps.reduce((sum, { ms }) => sum + ms, 0);
}
