/**
 * What another version of a policy would have made of a decision: nothing else, less, more, or no seat.
 *
 * Both versions decide the same facts, by the same rule. A seat that was denied for what records do not keep (a group's
 * reservation, a reassignment quota) is denied under both.
 */

import type { DifferenceKind } from '../compare/policy-difference.ts';
import { tierName } from '../decision/decide.ts';
import type { Cause, Policy, Tier } from '../policy/policy.ts';
import type { ObservedDecision } from './observed-decision.ts';
import type { Replayed, Replayer } from './replay.ts';

/** `denial`: who got a seat would get none. A `change` takes and gives nothing: the tier has another name. */
export type ObservedKind = DifferenceKind | 'denial';

export interface TierChange {
  readonly before: string;
  readonly after: string;
  readonly featuresLost: readonly string[];
  readonly featuresGained: readonly string[];
  /** Null: the tier has no such limit. */
  readonly limits: readonly { readonly name: string; readonly before: number | null; readonly after: number | null }[];
}

export interface ObservedChange {
  readonly kind: ObservedKind;
  /** Why the lower of the two is lower. */
  readonly cause: Cause;
  readonly tier: TierChange;
  readonly isDeniedBefore: boolean;
  readonly isDeniedAfter: boolean;
}

export interface Compared {
  /** Null: both come to the same. */
  readonly change: ObservedChange | null;
  readonly isDeniedBefore: boolean;
  readonly isDeniedAfter: boolean;
  /** Below the plan's own tier, whatever the cause. */
  readonly isDegradedBefore: boolean;
  readonly isDegradedAfter: boolean;
}

export interface Comparison {
  readonly before: Policy;
  readonly after: Policy;
  /** `decidedBy`: which of the two the record is of. Null: one of them lacks the plan, so that it would decide nothing. */
  compare(observed: ObservedDecision, decidedBy: 'before' | 'after'): Compared | null;
}

export function createComparison(before: Replayer, after: Replayer): Comparison {
  const tiers = tierChanges(before.policy.tiers, after.policy.tiers);
  return {
    before: before.policy,
    after: after.policy,
    compare(observed, decidedBy) {
      const was = before.replay(observed);
      const would = after.replay(observed);
      if (was === null || would === null) return null;
      const isUnexplained = observed.isDenied && !(decidedBy === 'before' ? was : would).isDenied;
      const isDeniedBefore = was.isDenied || isUnexplained;
      const isDeniedAfter = would.isDenied || isUnexplained;
      const change = changeOf(was, would, { isDeniedBefore, isDeniedAfter }, tiers(was.tier, would.tier));
      return { change, isDeniedBefore, isDeniedAfter, isDegradedBefore: was.cause !== 'none', isDegradedAfter: would.cause !== 'none' };
    },
  };
}

function changeOf(
  was: Replayed,
  would: Replayed,
  denied: { readonly isDeniedBefore: boolean; readonly isDeniedAfter: boolean },
  { kind, tier }: FoundTierChange,
): ObservedChange | null {
  const { isDeniedBefore, isDeniedAfter } = denied;
  if (isDeniedBefore !== isDeniedAfter) {
    return isDeniedAfter
      ? { kind: 'denial', cause: denier(would), tier, ...denied }
      : { kind: 'gain', cause: denier(was), tier, ...denied };
  }
  // Who gets no seat either way goes by none of these tiers.
  if (kind === null || isDeniedBefore) return null;
  return { kind, cause: kind === 'gain' ? was.cause : would.cause, tier, ...denied };
}

function denier({ cause }: Replayed): Cause {
  return cause === 'revoked' || cause === 'suspended' ? cause : 'seats';
}

interface FoundTierChange {
  /** Null: both are the same. */
  readonly kind: DifferenceKind | null;
  readonly tier: TierChange;
}

/** Each pair of tiers is compared once: a policy has few of them, and a replay millions of decisions. */
function tierChanges(before: readonly Tier[], after: readonly Tier[]) {
  const known = new Map<number, FoundTierChange>();
  return (was: number | null, would: number | null): FoundTierChange => {
    const key = ((was ?? -1) + 1) * (after.length + 1) + (would ?? -1) + 1;
    const found = known.get(key);
    if (found !== undefined) return found;
    const change = tierChange(tierName(before, was), tierName(after, would), tierOf(before, was), tierOf(after, would));
    known.set(key, change);
    return change;
  };
}

const NO_TIER_AT_ALL: Pick<Tier, 'features' | 'limits'> = { features: [], limits: {} };

function tierOf(tiers: readonly Tier[], position: number | null): Pick<Tier, 'features' | 'limits'> {
  return (position === null ? undefined : tiers[position]) ?? NO_TIER_AT_ALL;
}

function tierChange(
  before: string,
  after: string,
  was: Pick<Tier, 'features' | 'limits'>,
  would: Pick<Tier, 'features' | 'limits'>,
): FoundTierChange {
  const featuresLost = was.features.filter((name) => !would.features.includes(name));
  const featuresGained = would.features.filter((name) => !was.features.includes(name));
  const names = [...new Set([...Object.keys(was.limits), ...Object.keys(would.limits)])];
  const limits = names
    .map((name) => ({ name, before: was.limits[name] ?? null, after: would.limits[name] ?? null }))
    .filter((limit) => limit.before !== limit.after);
  const isLess = featuresLost.length > 0 || limits.some((limit) => (limit.after ?? 0) < (limit.before ?? 0));
  const isMore = featuresGained.length > 0 || limits.some((limit) => (limit.after ?? 0) > (limit.before ?? 0));
  const tier = { before, after, featuresLost, featuresGained, limits };
  // Whoever loses something is not consoled by what else there is.
  const kind = isLess ? 'loss' : isMore ? 'gain' : before === after ? null : 'change';
  return { kind, tier };
}
