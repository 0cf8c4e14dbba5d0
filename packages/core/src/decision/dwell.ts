/** Lowering other than by elapsed time: one tier per 24 h after the holder has verified that it is coming. */
import { after, type Instant } from '../time.ts';
import { LONG_SINCE } from './course.ts';
import { LOWERING_DWELL_MS } from './terms.ts';

/** A reason to go down as far as `tier`, verified by this holder at `receivedAt` (`LONG_SINCE`: its dwell is over). */
export interface Announced {
  readonly tier: number;
  readonly receivedAt: Instant;
}

export interface Bite {
  readonly tier: number;
  readonly at: Instant;
}

/**
 * Says when each tier below `base` bites, best tier first.
 *
 * Tier k bites 24 h after the later of two instants: the receipt of the first announcement that reaches k, and the bite
 * of tier k−1. So however much is announced at once, a running application goes down one tier a day, and a holder that
 * was dark for a week falls no faster than one that watched.
 */
export function bitesOf(announced: readonly Announced[], base: number): readonly Bite[] {
  const deepest = announced.reduce((worst, { tier }) => Math.max(worst, tier), base);
  const bites: Bite[] = [];
  let previous: Instant = LONG_SINCE;
  for (let tier = base + 1; tier <= deepest; tier++) {
    const receipt = announced.find((announcement) => announcement.tier >= tier)?.receivedAt ?? LONG_SINCE;
    previous = after(receipt > previous ? receipt : previous, LOWERING_DWELL_MS);
    bites.push({ tier, at: previous });
  }
  return bites;
}
