/**
 * Which of several servers to ask: one breaker each, so that a dead one costs one attempt in a while. Pure; `now` is monotonic.
 *
 * A breaker never keeps the client from asking at all: where every one is open, the one that has rested longest is asked.
 * How often is the loop's business (`pace.ts`).
 */
import { MINUTE, type Milliseconds, SECOND } from '@glidepath/core';

const FAILURES_TO_OPEN = 3;
const REST_FIRST_MS = 30 * SECOND;
const REST_MAX_MS = 5 * MINUTE;

export interface Endpoint {
  readonly url: string;
  readonly failures: number;
  /** Until when it rests; null while its breaker is closed. */
  readonly restsUntil: Milliseconds | null;
}

export function endpointsOf(urls: readonly string[]): readonly Endpoint[] {
  return urls.map((url) => ({ url, failures: 0, restsUntil: null }));
}

/** The order in which to ask: those that rest are left out, unless all do. */
export function askable(endpoints: readonly Endpoint[], now: Milliseconds): readonly Endpoint[] {
  const awake = endpoints.filter(({ restsUntil }) => restsUntil === null || restsUntil <= now);
  if (awake.length > 0) return awake;
  const [first] = [...endpoints].sort((a, b) => (a.restsUntil ?? 0) - (b.restsUntil ?? 0));
  return first === undefined ? [] : [first];
}

/** The endpoints after one of them answered with a word, or did not. */
export function judged(endpoints: readonly Endpoint[], url: string, isGood: boolean, now: Milliseconds): readonly Endpoint[] {
  return endpoints.map((endpoint) => {
    if (endpoint.url !== url) return endpoint;
    if (isGood) return { url, failures: 0, restsUntil: null };
    const failures = endpoint.failures + 1;
    const rest = Math.min(REST_MAX_MS, REST_FIRST_MS * 2 ** Math.min(failures - FAILURES_TO_OPEN, 10));
    return { url, failures, restsUntil: failures < FAILURES_TO_OPEN ? null : now + rest };
  });
}
