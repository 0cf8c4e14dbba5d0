/** Rules of tiers: a lower tier only takes away, every limit is in every tier, essential features stay. */
import type { Facts, TierFact } from './facts.ts';
import { nearest } from './nearest.ts';
import type { Violation } from './policy.ts';
import { describe, oneOfThese, type Path, shown } from './reading.ts';
import { rungsOf } from './rules-path.ts';
import { valueViolation } from './violation.ts';

export function* tierNamedTwice({ tiers }: Facts): Iterable<Violation> {
  const seen = new Set<string>();
  for (const { name, path } of tiers ?? []) {
    if (seen.has(name))
      yield valueViolation('listed-twice', [...path, 'name'], `there is a better tier of this name`, describe(name), 'a name of its own');
    seen.add(name);
  }
}

export function* featureUnknown({ tiers, features }: Facts): Iterable<Violation> {
  if (!features) return;
  const known = [...features.keys()];
  for (const { tier, name, path } of listedFeatures(tiers)) {
    if (features.has(name)) continue;
    const message = `tier \`${shown(tier.name)}\` lists a feature that the policy does not have`;
    yield valueViolation('unknown-feature', path, message, describe(name), oneOfThese(known), nearest(name, known));
  }
}

export function* tierAddsFeature({ tiers, features }: Facts): Iterable<Violation> {
  for (const { tier, name, path, better } of listedFeatures(tiers)) {
    if (!better?.features || better.featureSet.has(name) || !features?.has(name)) continue;
    const message = `tier \`${shown(tier.name)}\` has a feature that the better tier \`${shown(better.name)}\` lacks`;
    yield valueViolation('tier-adds-feature', path, message, describe(name), `a feature of \`${shown(better.name)}\``);
  }
}

export function* limitMissing({ tiers }: Facts): Iterable<Violation> {
  const all = new Set((tiers ?? []).flatMap(({ limits }) => [...(limits?.keys() ?? [])]));
  for (const { name, path, limits } of tiers ?? []) {
    for (const limit of limits ? all : []) {
      if (limits?.has(limit)) continue;
      const message = `tier \`${shown(name)}\` does not say its \`${shown(limit)}\`, which another tier has`;
      const near = nearest(limit, [...(limits?.keys() ?? [])]);
      yield valueViolation(
        'limit-missing',
        [...path, 'limits', limit],
        message,
        near ? `\`${shown(near)}\`` : 'no such limit',
        'every limit in every tier',
      );
    }
  }
}

export function* limitRaised({ tiers }: Facts): Iterable<Violation> {
  const least = new Map<string, { readonly tier: string; readonly value: number }>();
  for (const { name, path, limits } of tiers ?? []) {
    for (const [limit, value] of limits ?? []) {
      if (value === undefined) continue;
      const better = least.get(limit);
      if (better && value > better.value) {
        const message = `tier \`${shown(name)}\` raises \`${shown(limit)}\` above the better tier \`${shown(better.tier)}\``;
        yield valueViolation('tier-raises-limit', [...path, 'limits', limit], message, describe(value), `at most ${better.value}`);
      } else least.set(limit, { tier: name, value });
    }
  }
}

/**
 * A tier without an essential feature, at each place through which a license comes to it other than a suspended or revoked path.
 *
 * The tiers between are better, so they have what the lowest has: only the tiers that the document names need a look.
 */
export function* tierWithoutEssential(facts: Facts): Iterable<Violation> {
  const essential = [...(facts.features?.values() ?? [])].filter(({ isEssential }) => isEssential);
  for (const { position, path, through } of reachedTiers(facts)) {
    const tier = facts.tiers?.[position];
    if (!tier?.features) continue;
    const lost = essential.filter(({ name }) => !tier.featureSet.has(name)).map(({ name }) => `\`${shown(name)}\``);
    if (lost.length === 0) continue;
    const message = `${through} leads to tier \`${shown(tier.name)}\`, which lacks essential features: ${lost.slice(0, 12).join(', ')}`;
    yield valueViolation('tier-without-essential', path, message, describe(tier.name), 'a tier with every essential feature');
  }
}

interface ReachedTier {
  readonly position: number;
  readonly path: Path;
  readonly through: string;
}

function* reachedTiers({ spec, tierPosition }: Facts): Iterable<ReachedTier> {
  const reached = function* (name: string | undefined, path: Path, through: string): Iterable<ReachedTier> {
    const position = name === undefined ? undefined : tierPosition.get(name);
    if (position !== undefined) yield { position, path, through };
  };
  for (const { name, path, item } of spec.plans ?? []) {
    const plan = `plan \`${shown(name)}\``;
    yield* reached(item?.tier, [...path, 'tier'], plan);
    yield* reached(item?.seats?.whenFull, [...path, 'seats', 'whenFull'], `a full ${plan}`);
    yield* reached(item?.bootstrap?.tier, [...path, 'bootstrap', 'tier'], `the bootstrap lease of ${plan}`);
  }
  for (const { cause, path, rungs } of rungsOf(spec)) {
    if (cause === 'suspended' || cause === 'revoked') continue;
    for (const [index, rung] of rungs.entries()) yield* reached(rung?.tier, [...path, index, 'tier'], `the path \`${cause}\``);
  }
}

interface ListedFeature {
  readonly tier: TierFact;
  readonly name: string;
  readonly path: Path;
  /** The next better tier; null for the best. */
  readonly better: TierFact | null;
}

function* listedFeatures(tiers: Facts['tiers']): Iterable<ListedFeature> {
  for (const [position, tier] of (tiers ?? []).entries()) {
    const better = tiers?.[position - 1] ?? null;
    for (const [index, name] of (tier.features ?? []).entries())
      if (name !== undefined) yield { tier, name, path: [...tier.path, 'features', index], better };
  }
}
