/** When samples happen. */
import { type Instant, instant } from '@glidepath/core';

/** 2026-01-01T00:00:00Z, and minutes after it. */
export const START = 1_767_225_600_000;
export function at(minutes: number): Instant {
  return instant(START + minutes * 60_000);
}
