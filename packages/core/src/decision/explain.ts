/**
 * What every cause contributes to a decision, whether or not it is the one that decides: for whoever asks "why", and
 * "what else is on its way".
 */
import { durationWords, formatInstant } from '../format-instant.ts';
import { CAUSE_ORDER, type Cause, type Notify } from '../policy/policy.ts';
import type { Instant, Milliseconds } from '../time.ts';
import { type Course, higherNotify, type Step, stepAt, UNTOUCHED } from './course.ts';
import { breakpointsAfter, coursesOf } from './courses.ts';
import { tierName } from './decide.ts';
import type { Observations, Terms } from './terms.ts';

export interface Contribution {
  /** `none` stands for the license's own tier, with a lowering that has not bitten yet. */
  readonly cause: Cause;
  readonly began: boolean;
  /** The instant from which it counts; for expiry the end, which may lie ahead. Null: not begun, or reached long since. */
  readonly since: Instant | null;
  /** Time from `since` to now; negative ahead of the end. */
  readonly elapsedMs: Milliseconds | null;
  /** The tier that it alone would take the license to; null: none. */
  readonly tier: string | null;
  readonly notify: Notify;
  /** When it alone next goes to a lower tier. */
  readonly next: { readonly at: Instant; readonly tier: string } | null;
  readonly sentence: string;
}

/**
 * Explains an instant: one contribution for the license's own tier, then one for each cause in the order in which causes
 * win a tie. Before the start no cause counts.
 */
export function explain(terms: Terms, observations: Observations, now: Instant): readonly Contribution[] {
  const causes = ['none', ...CAUSE_ORDER] as const;
  if (now < terms.startsAt) return causes.map((cause) => beforeStart(cause, terms));
  const courses = [...coursesOf(terms, observations), ...planCourse(terms)];
  return causes.map((cause) => contributionOf(terms, cause, courses, now));
}

/** The plan's tier stands in the list also where the lease has another one. */
function planCourse({ tierCause, planTier, startsAt }: Terms): readonly Course[] {
  return tierCause === 'none' ? [] : [{ cause: 'none', begunAt: startsAt, steps: [{ ...UNTOUCHED, tier: planTier }] }];
}

function beforeStart(cause: Cause, { startsAt }: Terms): Contribution {
  const sentence = `${cause}: nothing counts before the license starts at ${formatInstant(startsAt)}`;
  return { cause, began: false, since: null, elapsedMs: null, tier: null, notify: 'none', next: null, sentence };
}

function contributionOf(terms: Terms, cause: Cause, courses: readonly Course[], now: Instant): Contribution {
  const own = courses.filter((course) => course.cause === cause);
  const held = heldBy(own, now);
  const since = cause === 'none' ? terms.startsAt : (own.find(({ begunAt }) => begunAt !== null)?.begunAt ?? null);
  const tier = held.tier === null ? null : tierName(terms.path.tiers, held.tier);
  const facts = {
    cause,
    began: held.tier !== null || held.notify !== 'none' || (since !== null && since <= now),
    since,
    elapsedMs: since === null ? null : now - since,
    tier,
    notify: held.notify,
    next: nextOf(terms, own, now),
  };
  return { ...facts, sentence: sentenceOf(facts, now) };
}

/** One form for all causes: `unreachable: began 15 days ago; takes tier reduced, notifies critical; tier essential in 15 days`. */
function sentenceOf({ cause, began, elapsedMs, tier, notify, next }: Omit<Contribution, 'sentence'>, now: Instant): string {
  const holding = `${cause === 'none' ? 'gives' : 'takes'} ${tier === null ? 'nothing' : `tier ${tier}`}`;
  const parts = [beginningWords(cause, began, elapsedMs), notify === 'none' ? holding : `${holding}, notifies ${notify}`];
  if (next !== null) parts.push(`tier ${next.tier} in ${durationWords(next.at - now)}`);
  return `${cause}: ${parts.join('; ')}`;
}

function beginningWords(cause: Cause, began: boolean, elapsedMs: Milliseconds | null): string {
  if (elapsedMs === null) return began ? 'reached' : 'has not begun';
  const words = durationWords(elapsedMs);
  if (cause === 'expiry') return elapsedMs < 0 ? `the end is in ${words}` : `the end was ${words} ago`;
  return elapsedMs < 0 ? `begins in ${words}` : `began ${words} ago`;
}

type Held = Pick<Step, 'tier' | 'notify'>;

/** What several courses of one cause (meters) come to together. */
function heldBy(courses: readonly Course[], now: Instant): Held {
  return courses
    .map((course) => stepAt(course, now))
    .reduce<Held>((held, { tier, notify }) => ({ tier: lower(held.tier, tier), notify: higherNotify(held.notify, notify) }), {
      tier: null,
      notify: 'none',
    });
}

function lower(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.max(a, b);
}

function nextOf(terms: Terms, courses: readonly Course[], now: Instant): Contribution['next'] {
  let before = heldBy(courses, now);
  for (const at of breakpointsAfter(terms, courses, now)) {
    const held = heldBy(courses, at);
    if (held.tier !== null && held.tier > (before.tier ?? terms.planTier)) return { at, tier: tierName(terms.path.tiers, held.tier) };
    before = held;
  }
  return null;
}
