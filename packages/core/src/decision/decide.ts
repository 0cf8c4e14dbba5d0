/**
 * Decides what a license gives at an instant: a pure function of its terms, what this holder has observed, and `now`.
 *
 * It looks at nothing else. Whether a feature is in the tier is `decisionFor`'s business, which seat the next holder
 * gets is `seatFor`'s; `compile` is the same rule as a table.
 */
import type { Cause, Notify, Tier } from '../policy/policy.ts';
import type { Instant } from '../time.ts';
import { type Course, higherNotify, LONG_SINCE, stepAt } from './course.ts';
import { breakpointsAfter, coursesOf } from './courses.ts';
import type { Next, Standing } from './decision.ts';
import type { Observations, Terms } from './terms.ts';

/**
 * Decides the standing of a license.
 *
 * - Before the start nothing is granted.
 * - The effective tier is the lowest over the lease's own and every cause's; it moves no other way.
 * - If that is the plan's own tier or a better one, the cause is `none`; on a tie it is the first of `CAUSE_ORDER`.
 * - The notify is the highest that any cause has reached, whether or not it took a tier.
 * - Next is the first later instant at which the effective tier falls, if everything stays as it is.
 */
export function decide(terms: Terms, observations: Observations, now: Instant): Standing {
  if (now < terms.startsAt) return notStarted(terms);
  const courses = coursesOf(terms, observations);
  return standingOf(terms, judge(terms, courses, now), nextLower(terms, courses, now));
}

export function notStarted(terms: Terms): Standing {
  return { code: 'not-started', tier: null, cause: 'none', since: terms.startsAt, notify: 'none', next: null };
}

/** What holds at an instant, without what comes next. */
export interface Judgement {
  readonly tier: number;
  readonly cause: Cause;
  readonly since: Instant;
  readonly notify: Notify;
}

/** The rule itself, for an instant at or after the start. */
export function judge(terms: Terms, courses: readonly Course[], now: Instant): Judgement {
  const reached = courses.map((course) => ({ cause: course.cause, step: stepAt(course, now) }));
  const tier = reached.reduce((worst, { step }) => Math.max(worst, step.tier ?? 0), 0);
  const notify = reached.reduce<Notify>((highest, { step }) => higherNotify(highest, step.notify), 'none');
  const culprit = tier > terms.planTier ? reached.find(({ step }) => step.tier === tier) : undefined;
  const since = culprit === undefined || culprit.step.since === LONG_SINCE ? terms.startsAt : culprit.step.since;
  return { tier, cause: culprit?.cause ?? 'none', since, notify };
}

export function standingOf(terms: Terms, judgement: Judgement, next: Next | null): Standing {
  const { tier, cause, since, notify } = judgement;
  return { code: tier > terms.planTier ? 'degraded' : 'ok', tier, cause, since, notify, next };
}

/** The first breakpoint after `now` at which the effective tier is lower than just before it. */
function nextLower(terms: Terms, courses: readonly Course[], now: Instant): Next | null {
  let before = judge(terms, courses, now);
  for (const at of breakpointsAfter(terms, courses, now)) {
    const judgement = judge(terms, courses, at);
    if (judgement.tier > before.tier) return nextOf(terms.path.tiers, judgement, at);
    before = judgement;
  }
  return null;
}

export function nextOf(tiers: readonly Tier[], { cause, tier }: Judgement, at: Instant): Next {
  return { cause, at, tier: tierName(tiers, tier) };
}

/** What a decision says where no tier holds. */
export const NO_TIER = 'none';

/** The name of a tier; `none` for null and for a position that the terms do not have. */
export function tierName(tiers: readonly Tier[], position: number | null): string {
  return (position === null ? undefined : tiers[position]?.name) ?? NO_TIER;
}
