/**
 * What must hold between the parts of a policy before it may be published, as a list. Each rule is named for the violation
 * that it finds, and says nothing about parts that could not be read.
 */
import type { Facts } from './facts.ts';
import type { Violation } from './policy.ts';
import {
  atNotAscending,
  leadTimeTakesTier,
  rungSaysNothing,
  rungTierUnknown,
  tierRises,
  tierSkipped,
  unreachableEndsWithoutTier,
} from './rules-path.ts';
import {
  matchNeedsTooMany,
  overageReopensWhileOpen,
  planTierUnknown,
  quotaMeterUnknown,
  reservedAboveLimit,
  tierAbovePlan,
} from './rules-plan.ts';
import { guaranteedFeatureUnknown, listedTwice } from './rules-promise.ts';
import { featureUnknown, limitMissing, limitRaised, tierAddsFeature, tierNamedTwice, tierWithoutEssential } from './rules-tier.ts';

export type Rule = (facts: Facts) => Iterable<Violation>;

export const RULES: readonly Rule[] = [
  // tiers: a lower one only takes away
  tierNamedTwice,
  featureUnknown,
  tierAddsFeature,
  limitMissing,
  limitRaised,
  // plans: what they name exists and can be kept
  planTierUnknown,
  tierAbovePlan,
  quotaMeterUnknown,
  overageReopensWhileOpen,
  matchNeedsTooMany,
  reservedAboveLimit,
  // paths: they only go down, one tier at a time
  rungSaysNothing,
  rungTierUnknown,
  leadTimeTakesTier,
  atNotAscending,
  tierRises,
  tierSkipped,
  unreachableEndsWithoutTier,
  // promises
  tierWithoutEssential,
  guaranteedFeatureUnknown,
  listedTwice,
];
