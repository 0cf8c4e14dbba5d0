/**
 * The decision as a table: exact at every millisecond from its first instant on, for as long as the observations hold.
 *
 * A client reads one segment and sleeps until the next; a proof walks them all. Whoever observes something new
 * compiles anew.
 */
import { invariant } from '../result.ts';
import type { Instant } from '../time.ts';
import { breakpointsAfter, coursesOf } from './courses.ts';
import { type Judgement, judge, nextOf, notStarted, standingOf } from './decide.ts';
import type { Next, Standing } from './decision.ts';
import type { Observations, Terms } from './terms.ts';

export interface Segment {
  readonly from: Instant;
  /** Holds until the `from` of the next segment; in the last one, for ever. */
  readonly standing: Standing;
}

export interface Timeline {
  /** Ascending; the first begins where the table does. Neighbours differ. */
  readonly segments: readonly [Segment, ...Segment[]];
}

/**
 * Compiles the standing from an instant on, with the breakpoints of both directions: the start, each rung, each bite of
 * a lowering, and the end of a quota's window.
 *
 * Walks backwards, because what comes next is known only from behind: the whole table costs one judgement per
 * breakpoint. Equal neighbours are one segment; a change of `notify` or `next` alone makes one of its own.
 */
export function compile(terms: Terms, observations: Observations, from: Instant): Timeline {
  const courses = coursesOf(terms, observations);
  const segments: Segment[] = [];
  let next: Next | null = null;
  let later: { readonly at: Instant; readonly judgement: Judgement } | null = null;
  for (const at of [from, ...breakpointsAfter(terms, courses, from)].reverse()) {
    if (at < terms.startsAt) {
      prepend(segments, { from: at, standing: notStarted(terms) });
      continue;
    }
    const judgement = judge(terms, courses, at);
    if (later !== null && later.judgement.tier > judgement.tier) next = nextOf(terms.path.tiers, later.judgement, later.at);
    prepend(segments, { from: at, standing: standingOf(terms, judgement, next) });
    later = { at, judgement };
  }
  const [first, ...rest] = segments;
  invariant(first !== undefined, 'a timeline has the segment at which it begins');
  return { segments: [first, ...rest] };
}

function prepend(segments: Segment[], segment: Segment): void {
  const [following] = segments;
  if (following !== undefined && isSameStanding(following.standing, segment.standing)) segments[0] = segment;
  else segments.unshift(segment);
}

export function isSameStanding(a: Standing, b: Standing): boolean {
  return (
    a.code === b.code &&
    a.tier === b.tier &&
    a.cause === b.cause &&
    a.since === b.since &&
    a.notify === b.notify &&
    a.next?.at === b.next?.at &&
    a.next?.cause === b.next?.cause &&
    a.next?.tier === b.next?.tier
  );
}

/**
 * Looks up the standing at an instant. Before the table's first instant its first standing is given: a clock that was
 * set back must not invent a past.
 */
export function standingAt(timeline: Timeline, now: Instant): Standing {
  return segmentAt(timeline, now).standing;
}

/** The segment that holds at an instant; its successor's `from` is when a holder has to look again. */
export function segmentAt({ segments }: Timeline, now: Instant): Segment {
  let held = segments[0];
  let low = 1;
  let high = segments.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const segment = segments[middle];
    if (segment === undefined || segment.from > now) high = middle;
    else {
      held = segment;
      low = middle + 1;
    }
  }
  return held;
}
