/**
 * What holds at this moment: the signed path at trusted time, with at most one tier lost per step. Pure.
 *
 * `due` is what the path says; `shown` is what a running application gets, which is higher while it is on its way down.
 */
import { instant, type Notify, type Standing, standingAt, type Terms, type Timeline } from '@glidepath/core';
import { type Descent, descend } from './descent.ts';
import type { Position } from './installation.ts';
import { noticeNow, type TrustedTime, trustedNow } from './trusted-time.ts';

export interface Glide {
  readonly terms: Terms;
  readonly timeline: Timeline;
}

export interface Moment {
  readonly shown: Standing;
  /** Name of the tier in force; `none` before the start. */
  readonly tier: string;
  readonly descent: Descent;
}

const NONE = 'none';

/** Where a running application stands, as a position in these terms; null where it stands nowhere yet. */
export function startingDescent({ terms, timeline }: Glide, position: Position, isFresh: boolean, time: TrustedTime): Descent {
  const { tiers } = terms.path;
  const stepAt = position.stepAt === null ? null : time.reading.monotonic + Math.max(0, position.stepAt - trustedNow(time));
  if (position.tier === NONE) return { tier: tiers.length, stepAt };
  const place = tiers.findIndex(({ name }) => name === position.tier);
  if (place >= 0) return { tier: place, stepAt };
  // Nobody has run on these terms: whoever starts loses nothing. A cache without memory starts from what the lease gives.
  const due = standingAt(timeline, trustedNow(time)).tier ?? tiers.length;
  return { tier: isFresh ? due : terms.tier, stepAt: null };
}

/** The same place in the tiers of other terms, by name; the lease's own tier where there is none of that name. */
export function carriedOver(descent: Descent, from: Terms, to: Terms): Descent {
  const name = from.path.tiers[descent.tier]?.name;
  if (name === undefined) return { ...descent, tier: to.path.tiers.length };
  const place = to.path.tiers.findIndex((tier) => tier.name === name);
  return { ...descent, tier: place < 0 ? to.tier : place };
}

export function momentOf({ terms, timeline }: Glide, descent: Descent, time: TrustedTime, takenAt: number | null): Moment {
  const { tiers } = terms.path;
  const due = standingAt(timeline, trustedNow(time));
  const moved = descend(descent, due.tier ?? tiers.length, time.reading.monotonic);
  const notify = higher(due.notify, standingAt(timeline, noticeNow(time)).notify);
  const isDue = moved.tier === (due.tier ?? tiers.length);
  const shown = isDue ? due : onTheWay(terms, due, moved, time, descent.tier === moved.tier ? takenAt : null);
  return { shown: shown.notify === notify ? shown : { ...shown, notify }, tier: tiers[moved.tier]?.name ?? NONE, descent: moved };
}

/** The standing one or more tiers above what is due. */
function onTheWay(terms: Terms, due: Standing, { tier, stepAt }: Descent, time: TrustedTime, takenAt: number | null): Standing {
  const now = trustedNow(time);
  const below = terms.path.tiers[tier + 1]?.name ?? NONE;
  const next = stepAt === null ? null : { cause: due.cause, at: instant(now + Math.max(0, stepAt - time.reading.monotonic)), tier: below };
  const isLower = tier > terms.planTier;
  return {
    code: isLower ? 'degraded' : 'ok',
    tier,
    cause: isLower ? due.cause : 'none',
    since: isLower ? instant(takenAt ?? now) : terms.startsAt,
    notify: due.notify,
    next,
  };
}

const SEVERITIES: readonly Notify[] = ['none', 'info', 'warning', 'critical'];

export function higher(a: Notify, b: Notify): Notify {
  return SEVERITIES.indexOf(a) >= SEVERITIES.indexOf(b) ? a : b;
}
