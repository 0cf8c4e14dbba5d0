/** One situation of a plan, as the words of `given` say it, and what is decided of it. Every state of a proof goes through here. */
import type { Course } from '../decision/course.ts';
import { coursesOf } from '../decision/courses.ts';
import { type Judgement, judge } from '../decision/decide.ts';
import { situationOf } from '../decision/decide-given.ts';
import { type Given, parseGiven } from '../decision/given.ts';
import type { Terms } from '../decision/terms.ts';
import { DURATION_MAX_MS, formatDuration } from '../policy/durations.ts';
import type { Plan, Policy } from '../policy/policy.ts';
import { invariant } from '../result.ts';
import { instant, type Milliseconds, SECOND, YEAR } from '../time.ts';

/** Words of `given` without `plan`. */
export type Words = Readonly<Record<string, unknown>>;

/** A path in the document. */
export type Path = readonly (string | number)[];

export interface Judged {
  readonly terms: Terms;
  readonly courses: readonly Course[];
  readonly judgement: Judgement;
}

/** Any instant would do: a situation holds distances only. */
export const NOW = instant(0);

/** The words as whoever replays them would write them: the plan is always said. */
export function givenWords(policy: Policy, plan: Plan, words: Words): Words {
  return { plan: plan.name, ...restingWords(policy), ...words };
}

/**
 * How far the end is while expiry has not begun: a year, which is what no word means, or before the first rung where that
 * comes earlier still.
 */
function restingWords({ glidePath }: Policy): Words {
  const first = Math.min(0, ...(glidePath.timed.expiry ?? []).map(({ at }) => at));
  return first <= -YEAR ? elapsedWords('expiry', Math.max(first - SECOND, -DURATION_MAX_MS)) : {};
}

export function givenOf(policy: Policy, plan: Plan, words: Words): Given {
  const given = parseGiven(policy, givenWords(policy, plan, words));
  invariant(given.ok, `a proof writes words that can be read: ${given.ok ? '' : given.message}`);
  return given.value;
}

/** Judges a situation of a started license. */
export function judged(policy: Policy, plan: Plan, words: Words): Judged {
  const { terms, observations } = situationOf(policy, givenOf(policy, plan, words), NOW);
  const courses = coursesOf(terms, observations);
  return { terms, courses, judgement: judge(terms, courses, NOW) };
}

/** Words of two causes at once. */
export function both(one: Words, other: Words): Words {
  if (!('usage' in one) || !('usage' in other)) return { ...one, ...other };
  return { ...one, ...other, usage: { ...(one.usage as object), ...(other.usage as object) } };
}

/** The word of each cause that counts elapsed time. */
const ELAPSED_WORD = {
  unreachable: 'unreachableFor',
  suspended: 'suspendedFor',
  revoked: 'revokedFor',
  trust: 'trustLostFor',
  identity: 'identityChangedFor',
  clock: 'clockBehindFor',
} as const;

/** So long after a cause began: after the end of the license for expiry, negative before it. */
export function elapsedWords(cause: keyof typeof ELAPSED_WORD | 'expiry', ms: Milliseconds): Words {
  if (cause === 'expiry') return { expiresIn: formatDuration(ms === 0 ? 0 : -ms) };
  return { [ELAPSED_WORD[cause]]: formatDuration(ms) };
}
