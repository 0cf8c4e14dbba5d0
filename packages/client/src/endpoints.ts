/**
 * Which of several servers to ask: one breaker each, so that a dead one costs one attempt in a while. Pure; `now` is monotonic.
 *
 * A breaker never keeps the client from asking at all: where every one is open, the one that has rested longest is asked.
 * How often is the loop's business (`pace.ts`).
 */
import { MINUTE, type Milliseconds } from '@glidepath/core';

const FAILURES_TO_OPEN = 3;
const REST_MS = 2 * MINUTE;

export interface Endpoint {
  readonly url: string;
  readonly failures: number;
  /** Until when it rests; its breaker is closed where that is past. */
  readonly restsUntil: Milliseconds;
}

export function endpointsOf(urls: readonly string[]): readonly Endpoint[] {
  return urls.map((url) => ({ url, failures: 0, restsUntil: 0 }));
}

/** The order in which to ask: those that rest are left out, unless all do. */
export function askable(endpoints: readonly Endpoint[], now: Milliseconds): readonly Endpoint[] {
  const awake = endpoints.filter(({ restsUntil }) => restsUntil <= now);
  return awake.length > 0 ? awake : endpoints.toSorted((a, b) => a.restsUntil - b.restsUntil).slice(0, 1);
}

/** The endpoints after one of them answered with a word, or did not. */
export function judged(endpoints: readonly Endpoint[], url: string, isGood: boolean, now: Milliseconds): readonly Endpoint[] {
  return endpoints.map((endpoint) => {
    if (endpoint.url !== url) return endpoint;
    const failures = isGood ? 0 : endpoint.failures + 1;
    return { url, failures, restsUntil: failures < FAILURES_TO_OPEN ? 0 : now + REST_MS };
  });
}
