/**
 * A node's time: its monotonic clock anchored to the database's wall clock, so that all nodes of one store agree and a
 * stepped wall clock of the machine moves nothing.
 *
 * `sync` is called on start and every few seconds. Half of the round trip is the uncertainty of a reading; among recent ones
 * the caller takes what comes. A drift below the limit is taken over at once, and where it would run backwards the clock
 * waits. A larger one is skew: the node says so and keeps its own time until two readings in a row agree, because one slow
 * answer must not move the time of every lease; then the clock follows, back too.
 *
 * Between two readings the machine's own wall clock is the witness: when it moves otherwise than the monotonic one, either
 * it was set, or the machine slept and its monotonic clock with it. The next reading tells which; until then it is skew.
 */
import { type Clock, type Instant, type Milliseconds, SECOND } from '@glidepath/core';
import type { Examiner, Finding } from '../../findings.ts';

export const SKEW_MAX_MS = SECOND;
/** A reading whose round trip took longer says too little. */
const ROUND_TRIP_MAX_MS = 2 * SECOND;

export interface AnchoredClock {
  readonly clock: Clock;
  /** Reads the store's time and compares. Throws what the store throws. */
  sync(): Promise<void>;
  /** How far this node was from the store at the last reading (0 before the first), or its wall clock has moved since. */
  skewMs(): Milliseconds;
  isSkewed(): boolean;
  readonly examiner: Examiner;
}

export function anchorClock(own: Clock, store: { now(): Promise<Instant> }): AnchoredClock {
  let offsetMs = own.now() - own.monotonic();
  let last = 0;
  let skewMs = 0;
  let suspectMs: Milliseconds | null = null;
  let isAnchored = false;
  let wallOffsetMs = own.now() - own.monotonic();
  const wallMovedMs = (): Milliseconds => own.now() - own.monotonic() - wallOffsetMs;

  const clock: Clock = {
    monotonic: () => own.monotonic(),
    now() {
      last = Math.max(last, Math.trunc(own.monotonic() + offsetMs));
      return last as Instant;
    },
  };

  async function sync(): Promise<void> {
    const asked = own.monotonic();
    const theirs = await store.now();
    const answered = own.monotonic();
    if (answered - asked > ROUND_TRIP_MAX_MS && isAnchored) return;
    const offset = theirs - (asked + answered) / 2;
    skewMs = Math.round(offset - offsetMs);
    const isConfirmed = suspectMs !== null && Math.abs(offset - suspectMs) <= SKEW_MAX_MS;
    if (!isAnchored || isConfirmed) return anchor(offset, { mayStepBack: true });
    if (Math.abs(skewMs) <= SKEW_MAX_MS) return anchor(offset, { mayStepBack: false });
    suspectMs = offset;
  }

  function anchor(offset: Milliseconds, { mayStepBack }: { readonly mayStepBack: boolean }): void {
    if (mayStepBack) last = 0;
    isAnchored = true;
    suspectMs = null;
    offsetMs = offset;
    wallOffsetMs = own.now() - own.monotonic();
  }

  const isSkewed = () => suspectMs !== null || Math.abs(wallMovedMs()) > SKEW_MAX_MS;
  const skewNowMs = () => (suspectMs === null && isSkewed() ? Math.round(wallMovedMs()) : skewMs);
  const examiner: Examiner = { name: 'clock', forReadiness: true, examine: async () => findings(isSkewed(), skewNowMs()) };
  return { clock, sync, skewMs: skewNowMs, isSkewed, examiner };
}

function findings(isSkewed: boolean, skewMs: Milliseconds): readonly Finding[] {
  if (!isSkewed) return [];
  const message = `This node's clock and the database's differ by ${skewMs} ms; nothing is reaped until they agree.`;
  return [
    { code: 'clock-skewed', severity: 'critical', blocksReadiness: true, subject: 'clock', message, mend: 'check NTP on both machines' },
  ];
}
