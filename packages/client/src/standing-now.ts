/**
 * What holds at this moment: the signed path at trusted time, with at most one tier lost per step. Pure.
 *
 * `due` is what the path says; `shown` is what a running application gets, which is higher while it is on its way down.
 */
import { higherNotify, type Instant, type Standing, standingAt, type Terms, type Timeline } from '@glidepath/core';
import { type Descent, descend } from './descent.ts';
import { noticeNow, type TrustedTime, trustedNow } from './trusted-time.ts';

/** Where a running application stands, for the next moment and the next process: by name, because tiers move in policies. */
export interface Position {
  /** Null before any word; `none` where there is no tier. */
  readonly tier: string | null;
  readonly stepAt: Instant | null;
}

export interface Glide {
  readonly terms: Terms;
  readonly timeline: Timeline;
}

export interface Moment {
  readonly shown: Standing;
  readonly position: Position;
}

export const NONE = 'none';

/**
 * The next moment of whoever stands at `position` and was last shown `before`. `isFresh`: the lease came from the server,
 * so that one who stands nowhere yet starts where the path is; with a cache alone, from what the lease gives.
 */
export function momentOf(
  { terms, timeline }: Glide,
  position: Position,
  isFresh: boolean,
  time: TrustedTime,
  before: Standing | null,
): Moment {
  const { tiers } = terms.path;
  const now = trustedNow(time);
  const due = standingAt(timeline, now);
  const dueTier = due.tier ?? tiers.length;
  const held = position.tier === NONE ? tiers.length : tiers.findIndex(({ name }) => name === position.tier);
  const start = isFresh && position.tier === null ? dueTier : terms.tier;
  const descent = descend({ tier: held < 0 ? start : held, stepAt: position.stepAt }, dueTier, now);
  const nameOf = (tier: number) => tiers[tier]?.name ?? NONE;
  const standing = descent.tier === dueTier ? due : onTheWay(terms, due, descent, nameOf(descent.tier + 1), before, now);
  const notify = higherNotify(due.notify, standingAt(timeline, noticeNow(time)).notify);
  return { shown: { ...standing, notify }, position: { tier: nameOf(descent.tier), stepAt: descent.stepAt } };
}

/** The standing one or more tiers above what is due. */
function onTheWay(terms: Terms, due: Standing, { tier, stepAt }: Descent, below: string, before: Standing | null, now: Instant): Standing {
  const next = stepAt === null ? null : { cause: due.cause, at: stepAt, tier: below };
  if (tier <= terms.planTier) return { ...due, code: 'ok', tier, cause: 'none', since: terms.startsAt, next };
  return { ...due, code: 'degraded', tier, since: before?.tier === tier ? before.since : now, next };
}
