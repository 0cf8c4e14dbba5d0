/** What a policy says of a situation, and how that differs from what another one says of it. */
import { decideGiven, type GivenAnswer } from '../decision/decide-given.ts';
import { formatDuration } from '../policy/durations.ts';
import { planNamed } from '../policy/lookup.ts';
import type { Policy } from '../policy/policy.ts';
import { invariant } from '../result.ts';
import type { DifferenceKind, StateDifference } from './policy-difference.ts';
import type { Situation } from './ranges.ts';

/** What differs, without where. */
export type Changed = Pick<StateDifference, 'kind' | 'tier' | 'featuresLost' | 'featuresGained' | 'limits' | 'seat' | 'notify'>;

/** Decides a situation for a plan that the policy has. Use of a meter that its plan does not limit decides nothing. */
export function decideSituation(policy: Policy, planName: string, situation: Situation): GivenAnswer {
  const plan = planNamed(policy, planName);
  invariant(plan !== null, `the policy ${policy.name} has the plan ${planName}`);
  const usage = situation.usage.flatMap(({ meter, used }) => {
    const quota = plan.quotas.find((candidate) => candidate.meter === meter);
    return quota === undefined ? [] : [{ meter, used, limit: quota.limit }];
  });
  return decideGiven(policy, { ...situation, plan, usage });
}

/** Null: the two answers are the same to a holder, whatever comes next. */
export function changed(before: GivenAnswer, after: GivenAnswer): Changed | null {
  const featuresLost = allowedIn(before).filter((name) => after.features[name] !== 'allow');
  const featuresGained = allowedIn(after).filter((name) => before.features[name] !== 'allow');
  const limits = [...new Set([...Object.keys(before.limits), ...Object.keys(after.limits)])]
    .map((name) => ({ name, before: before.limits[name] ?? null, after: after.limits[name] ?? null }))
    .filter((limit) => limit.before !== limit.after);
  const seat = before.seat === after.seat ? null : { before: before.seat, after: after.seat };
  const notify = before.notify === after.notify ? null : { before: before.notify, after: after.notify };
  const tier = { before: before.tier, after: after.tier };
  const isSame = featuresLost.length + featuresGained.length + limits.length === 0 && seat === null && notify === null;
  if (isSame && before.tier === after.tier) return null;
  const signs = [
    ...featuresLost.map(() => -1),
    ...featuresGained.map(() => 1),
    ...limits.map((limit) => sign(limit.before ?? Number.POSITIVE_INFINITY, limit.after ?? Number.POSITIVE_INFINITY)),
    ...(seat === null ? [] : [sign(-seatRank(seat.before), -seatRank(seat.after))]),
  ];
  return { kind: kindOf(signs), tier, featuresLost, featuresGained, limits, seat, notify };
}

/** A loss outweighs what is gained beside it: it is what somebody has to have read. */
function kindOf(signs: readonly number[]): DifferenceKind {
  if (signs.some((each) => each < 0)) return 'loss';
  return signs.some((each) => each > 0) ? 'gain' : 'change';
}

function sign(before: number, after: number): number {
  return before === after ? 0 : after > before ? 1 : -1;
}

function allowedIn({ features }: GivenAnswer): readonly string[] {
  return Object.keys(features).filter((name) => features[name] === 'allow');
}

/** How far an answer is from a seat of one's own. Where none are counted, everybody has one. */
function seatRank(answer: string | null): number {
  switch (answer) {
    case null:
    case 'granted':
      return 0;
    case 'overage':
      return 1;
    case 'queue':
      return 3;
    case 'deny':
      return 4;
    default:
      return 2;
  }
}

/** Two of these are the same difference in two places. */
export function signatureOf({ kind, tier, featuresLost, featuresGained, limits, seat, notify }: Changed): string {
  return JSON.stringify([kind, tier.before, tier.after, featuresLost, featuresGained, limits, seat, notify]);
}

const WORDS = {
  unreachable: 'unreachableFor',
  suspended: 'suspendedFor',
  revoked: 'revokedFor',
  trust: 'trustLostFor',
  identity: 'identityChangedFor',
  clock: 'clockBehindFor',
} as const;

/** The situation in the words of `given`; what is not said in it is as `parseGiven` takes it. */
export function givenOf(plan: string, situation: Situation, still: Situation): Readonly<Record<string, unknown>> {
  const { expiresInMs, elapsedMs, seatsUsed, overageForMs, usage } = situation;
  return {
    plan,
    ...(expiresInMs === still.expiresInMs && expiresInMs < DEFAULTED ? {} : { expiresIn: formatDuration(expiresInMs) }),
    ...Object.fromEntries(
      Object.entries(WORDS).flatMap(([cause, word]) => {
        const ms = elapsedMs[cause as keyof typeof WORDS];
        return ms === undefined ? [] : [[word, formatDuration(ms)]];
      }),
    ),
    ...(seatsUsed === null ? {} : { seatsUsed }),
    ...(overageForMs === null ? {} : { overageFor: formatDuration(overageForMs) }),
    ...(usage.length === 0 ? {} : { usage: Object.fromEntries(usage.map(({ meter, used }) => [meter, used])) }),
  };
}

/** `expiresIn` may be left unsaid below this: it is the year that `given` takes for granted. */
const DEFAULTED = 366 * 86_400_000;
