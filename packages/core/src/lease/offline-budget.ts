/**
 * What a dark holder costs, bounded: the promises outstanding to silent holders, and the shorter path beyond their budget.
 *
 * A lease keeps its promise for weeks of silence, its seat only for its hold. Whoever acquires, goes dark and acquires again
 * under another key would have the tier as often as it likes: past the budget a new lease has the same rungs of silence in
 * order, one hold after the other. A whole lease is never shortened, and a shortened one is made whole when there is room.
 */
import { isShareReached } from '../decision/shares.ts';
import type { PathTerms } from '../decision/terms.ts';
import type { Notify, Policy, Rung, Severity } from '../policy/policy.ts';
import type { Lease } from '../ports/records.ts';
import { after, type Instant, instant, type Milliseconds } from '../time.ts';
import type { SeatInput } from './seat-decision.ts';
import { seatLimit, tierOfLease } from './seat-rules.ts';

/** `silent` counts the reaped holders that were promised more than has passed. */
export function isBudgetUsed({ plan, terms }: Pick<SeatInput, 'plan' | 'terms'>, silent: number): boolean {
  const percent = plan.seats?.offlineBudgetPercent ?? null;
  const limit = seatLimit(plan, terms);
  return percent !== null && limit !== null && isShareReached(silent, percent, limit);
}

/** A lease is signed for silence from `renewedAt` on; a longer promise of an earlier word is not taken back by a later one. */
export function promising(input: Pick<SeatInput, 'policy' | 'plan'>, lease: Lease): Lease {
  return { ...lease, promisedUntil: instant(Math.max(lease.promisedUntil, promiseOf(input, lease))) };
}

/** Until when the path keeps more than its last tier, which it keeps for ever. */
function promiseOf({ policy, plan }: Pick<SeatInput, 'policy' | 'plan'>, lease: Lease): Instant {
  const whole = unreachableOf(policy);
  const rungs = lease.isShortened ? shortenedRungs(whole, plan.lease.ttlMs) : whole;
  const lowest = rungs.findLast(({ tier }) => tier !== undefined)?.tier ?? 0;
  if (tierOfLease(policy, plan, lease) >= lowest) return lease.renewedAt;
  return after(lease.renewedAt, rungs.find(({ tier }) => tier !== undefined && tier >= lowest)?.at ?? 0);
}

function unreachableOf({ glidePath }: Policy): readonly Rung[] {
  return glidePath.timed.unreachable ?? [];
}

const SEVERITIES: readonly Notify[] = ['none', 'info', 'warning', 'critical'];

/** The rungs with a tier in their order, the first at one hold of silence and each next one a hold later, none later than it was. */
export function shortenedRungs(rungs: readonly Rung[], ttlMs: Milliseconds): readonly Rung[] {
  const steps = rungs
    .filter(({ tier }) => tier !== undefined)
    .map((rung, index) => ({ ...rung, at: Math.min(rung.at, (index + 1) * ttlMs) }));
  const told = Math.max(SEVERITIES.indexOf('warning'), ...rungs.map(({ notify }) => SEVERITIES.indexOf(notify ?? 'none')));
  const notify = SEVERITIES[told] as Severity;
  const [first, ...rest] = steps;
  return first?.at === 0 ? [{ ...first, notify }, ...rest] : [{ at: 0, notify }, ...steps];
}

const shortened = new WeakMap<PathTerms, Map<Milliseconds, PathTerms>>();

/** The path of a shortened lease; the same object for the same path, so that its text is kept where it is written. */
export function shortenedPath(path: PathTerms, ttlMs: Milliseconds): PathTerms {
  const byTtl = shortened.get(path) ?? new Map<Milliseconds, PathTerms>();
  shortened.set(path, byTtl);
  const known = byTtl.get(ttlMs);
  if (known !== undefined) return known;
  const made = { ...path, timed: { ...path.timed, unreachable: shortenedRungs(path.timed.unreachable ?? [], ttlMs) } };
  byTtl.set(ttlMs, made);
  return made;
}
