/** What the rules between parts look up: the names that a document defines, as far as they could be read. */
import type { WrittenPolicy, WrittenSpec, WrittenTier } from './document.ts';
import type { Path } from './reading.ts';

export interface FeatureFact {
  readonly name: string;
  readonly isEssential: boolean;
}

export interface TierFact {
  readonly name: string;
  readonly path: Path;
  /** As written, by position; null when they could not be read. */
  readonly features: readonly (string | undefined)[] | null;
  readonly featureSet: ReadonlySet<string>;
  /** Null when they could not be read; an undefined limit is one that was refused. */
  readonly limits: ReadonlyMap<string, number | undefined> | null;
}

/** Null stands for "could not be read": a rule that needs it says nothing, because the reason has been said. */
export interface Facts {
  readonly spec: Partial<WrittenSpec>;
  readonly features: ReadonlyMap<string, FeatureFact> | null;
  readonly meters: ReadonlySet<string> | null;
  /** Best first. */
  readonly tiers: readonly TierFact[] | null;
  /** Position by name; the first of several of one name. */
  readonly tierPosition: ReadonlyMap<string, number>;
  /** The best tier that a plan starts from; null when no plan says. */
  readonly bestPlanTier: number | null;
}

export function factsOf(written: WrittenPolicy | undefined): Facts {
  const spec: Partial<WrittenSpec> = written?.spec ?? {};
  const tiers = tierFacts(spec);
  const tierPosition = new Map<string, number>();
  for (const [position, { name }] of (tiers ?? []).entries()) if (!tierPosition.has(name)) tierPosition.set(name, position);
  return {
    spec,
    features: featureFacts(spec),
    meters: spec.keys?.has('meters') && !spec.meters ? null : new Set(spec.meters?.map(({ name }) => name)),
    tiers,
    tierPosition,
    bestPlanTier: bestPlanTier(spec, tierPosition),
  };
}

function featureFacts({ features }: Partial<WrittenSpec>): Facts['features'] {
  return features ? new Map(features.map(({ name, item }) => [name, { name, isEssential: item?.essential === true }])) : null;
}

/** Null as soon as one tier has no name: every reference might mean that one. */
function tierFacts({ tiers }: Partial<WrittenSpec>): readonly TierFact[] | null {
  const facts = tiers?.map((tier) => (tier?.name === undefined ? null : tierFact(tier, tier.name)));
  return facts?.every((fact) => fact !== null) ? facts : null;
}

function tierFact(tier: WrittenTier, name: string): TierFact {
  const isUnread = tier.keys.has('limits') && !tier.limits;
  return {
    name,
    path: tier.path,
    features: tier.features ?? null,
    featureSet: new Set(tier.features?.filter((feature) => feature !== undefined)),
    limits: isUnread ? null : new Map(tier.limits?.map((limit) => [limit.name, limit.item])),
  };
}

function bestPlanTier({ plans }: Partial<WrittenSpec>, tierPosition: ReadonlyMap<string, number>): number | null {
  const positions = (plans ?? []).map(({ item }) => tierPosition.get(item?.tier ?? '')).filter((position) => position !== undefined);
  return positions.length > 0 ? Math.min(...positions) : null;
}
