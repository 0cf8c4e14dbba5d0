/** Situations in the words of `given`, and tests made from them: what is decided there, as the policy is now. */
import { decideGiven } from '../decision/decide-given.ts';
import { parseGiven } from '../decision/given.ts';
import { formatDuration } from '../policy/durations.ts';
import type { Plan, Policy, TimedCause } from '../policy/policy.ts';
import type { Milliseconds } from '../time.ts';

export type GivenWords = Readonly<Record<string, unknown>>;

/** A test as a policy has it, ready to be written into one. */
export interface SuggestedTest {
  readonly name: string;
  readonly given: GivenWords;
  readonly expect: Readonly<Record<string, unknown>>;
}

const WORDS: Readonly<Record<Exclude<TimedCause, 'expiry'>, string>> = {
  unreachable: 'unreachableFor',
  suspended: 'suspendedFor',
  revoked: 'revokedFor',
  trust: 'trustLostFor',
  identity: 'identityChangedFor',
  clock: 'clockBehindFor',
};

/** So long after a cause has begun; of expiry also before it. Null: there is no such time. */
export function timedWords(plan: Plan, cause: TimedCause, elapsedMs: Milliseconds): GivenWords | null {
  if (cause === 'expiry') return { plan: plan.name, expiresIn: formatDuration(-elapsedMs || 0) };
  return elapsedMs < 0 ? null : { plan: plan.name, [WORDS[cause]]: formatDuration(elapsedMs) };
}

/** The least use that reaches a share of a quota; null: the plan has no such quota. */
export function usageWords(plan: Plan, meter: string, percent: number): GivenWords | null {
  const limit = plan.quotas.find((quota) => quota.meter === meter)?.limit;
  return limit === undefined ? null : { plan: plan.name, usage: { [meter]: Math.ceil((percent * limit) / 100) } };
}

/** The least seats that reach a share of the limit; null: the plan has none. */
export function seatWords(plan: Plan, percent: number): GivenWords | null {
  return plan.seats === null ? null : { plan: plan.name, seatsUsed: Math.ceil((percent * plan.seats.limit) / 100) };
}

/** A test that holds of the policy as it is; null: these words are no situation of it. */
export function testOf(policy: Policy, name: string, given: GivenWords): SuggestedTest | null {
  const parsed = parseGiven(policy, given);
  if (!parsed.ok) return null;
  const { tier, cause, notify, seat } = decideGiven(policy, parsed.value);
  return { name, given, expect: { tier, cause, notify, ...(seat === null || !('seatsUsed' in given) ? {} : { seat }) } };
}
