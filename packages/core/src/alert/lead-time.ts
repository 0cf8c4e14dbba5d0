/** How long a renewal takes, and the stages of notice that follow from it. */
import { higherNotify } from '../decision/course.ts';
import type { Notify, Policy, Severity } from '../policy/policy.ts';
import { DAY, type Instant, type Milliseconds } from '../time.ts';
import type { LeadTime } from './alert-facts.ts';

/** Where nobody has said how long a renewal takes. A notice says that this was assumed. */
export const LEAD_TIME_DEFAULT_MS: Milliseconds = 14 * DAY;

export interface KnownLeadTime {
  /** The sum: a vendor, an approval and a rollout follow each other. */
  readonly ms: Milliseconds;
  readonly from: 'license' | 'policy' | 'default';
}

/** A license's own lead time, else its policy's, else 14 days. One that says zero in sum says nothing. */
export function leadTimeOf(own: readonly LeadTime[], policy: Pick<Policy, 'renewal'>): KnownLeadTime {
  const sum = (parts: readonly LeadTime[]): Milliseconds => parts.reduce((total, { ms }) => total + ms, 0);
  const ownMs = sum(own);
  if (ownMs > 0) return { ms: ownMs, from: 'license' };
  const policyMs = sum(policy.renewal?.leadTime ?? []);
  return policyMs > 0 ? { ms: policyMs, from: 'policy' } : { ms: LEAD_TIME_DEFAULT_MS, from: 'default' };
}

/** From `at` (negative: before the end) on, at least this severity. */
export interface Stage {
  readonly at: Milliseconds;
  readonly severity: Severity;
}

/**
 * The notices of a policy's expiry path, rungs in lead times among those in days, earliest first.
 *
 * A severity never falls along it: what was critical a week before the end is critical on the day.
 */
export function heldPath(policy: Pick<Policy, 'glidePath'>, leadTimeMs: Milliseconds): readonly Stage[] {
  const { timed, leadTime } = policy.glidePath;
  const stages = [
    ...(timed.expiry ?? []).flatMap(({ at, notify }) => (notify === undefined ? [] : [{ at, severity: notify }])),
    ...leadTime.map(({ leadTimes, notify }) => ({ at: -Math.round(Math.abs(leadTimes) * leadTimeMs), severity: notify })),
  ].sort((a, b) => a.at - b.at);
  let highest: Severity = 'info';
  return stages.map(({ at, severity }) => {
    highest = higherNotify(highest, severity);
    return { at, severity: highest };
  });
}

/** The stage that holds `elapsed` ms after the end (negative: before it), and since when; null before the first. */
export function stageReached(
  stages: readonly Stage[],
  endsAt: Instant,
  now: Instant,
): { readonly severity: Severity; readonly since: Instant } | null {
  const reached = stages.filter(({ at }) => endsAt + at <= now);
  const last = reached.at(-1);
  if (!last) return null;
  const first = reached.find(({ severity }) => severity === last.severity) ?? last;
  return { severity: last.severity, since: (endsAt + first.at) as Instant };
}

/** The higher of two, where one may be none. */
export function worse(a: Notify, b: Notify): Notify {
  return higherNotify(a, b);
}
