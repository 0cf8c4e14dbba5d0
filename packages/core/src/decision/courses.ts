/** Every cause of a license over time: the one list that deciding, explaining and compiling read. */
import { CAUSE_ORDER, type TimedCause } from '../policy/policy.ts';
import type { Instant } from '../time.ts';
import { type Course, LONG_SINCE, UNTOUCHED } from './course.ts';
import { bestTierOf, leaseCourse } from './lease-course.ts';
import { quotaCourse } from './quota-course.ts';
import { shareNotify } from './shares.ts';
import type { Observations, Terms } from './terms.ts';
import { timedCourse } from './timed-course.ts';

/** The courses of one license, in the order in which causes win a tie; the lease's own tier comes last. */
export function coursesOf(terms: Terms, observations: Observations): readonly Course[] {
  return [...CAUSE_ORDER.flatMap((cause) => coursesOfCause(cause, terms, observations)), leaseCourse(terms, observations)];
}

function coursesOfCause(cause: (typeof CAUSE_ORDER)[number], terms: Terms, observations: Observations): readonly Course[] {
  switch (cause) {
    case 'quota':
      return quotaCourses(terms, observations);
    case 'seats':
      return [seatCourse(terms, observations)];
    case 'bootstrap':
      return [bootstrapCourse(terms)];
    case 'grant':
    case 'none':
      return [];
    default:
      return [timedCourse(cause, terms.path.timed[cause] ?? [], beginningOf(cause, terms, observations))];
  }
}

/** The instant from which a timed cause counts; null when it has not begun. Expiry always counts, if there is an end. */
export function beginningOf(cause: TimedCause, terms: Terms, observations: Observations): Instant | null {
  switch (cause) {
    case 'expiry':
      return terms.expiresAt;
    case 'unreachable':
      return observations.lastSignedWordAt;
    case 'suspended':
      return observations.suspendedAt;
    case 'revoked':
      return observations.revokedAt;
    case 'trust':
      return observations.trustLostAt;
    case 'identity':
      return observations.identityChangedAt;
    case 'clock':
      return observations.clockBehindAt;
  }
}

function quotaCourses(terms: Terms, observations: Observations): readonly Course[] {
  const base = bestTierOf(terms);
  return observations.usage.flatMap((observed) => {
    const rungs = Object.hasOwn(terms.path.quota, observed.meter) ? terms.path.quota[observed.meter] : undefined;
    return rungs === undefined ? [] : [quotaCourse(observed, rungs, base)];
  });
}

/** Seats notify and take nothing: the tier of a lease without a seat is the lease's own, with the cause `seats`. */
function seatCourse(terms: Terms, { seats }: Observations): Course {
  const notify = seats === null ? 'none' : shareNotify(terms.path.seats, seats.used, seats.limit);
  return { cause: 'seats', begunAt: null, steps: [{ ...UNTOUCHED, notify }] };
}

/** A bootstrap lease that has outlived its time keeps its tier and says so loudly. */
function bootstrapCourse({ bootstrapEndsAt }: Terms): Course {
  if (bootstrapEndsAt === undefined || bootstrapEndsAt === null) return { cause: 'bootstrap', begunAt: null, steps: [UNTOUCHED] };
  return {
    cause: 'bootstrap',
    begunAt: null,
    steps: [UNTOUCHED, { at: bootstrapEndsAt, tier: null, since: bootstrapEndsAt, notify: 'critical' }],
  };
}

/** Every instant after `from` at which something may change, ascending and each once. */
export function breakpointsAfter(terms: Terms, courses: readonly Course[], from: Instant): readonly Instant[] {
  const instants = courses.flatMap(({ steps }) => steps.map(({ at }) => at));
  return [...new Set([terms.startsAt, ...instants])].filter((at) => at > from && at > LONG_SINCE).sort((a, b) => a - b);
}
