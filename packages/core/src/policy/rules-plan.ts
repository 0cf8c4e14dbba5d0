/** Rules of plans: what they name exists, and what they promise about seats can be kept. */
import { formatDuration } from './durations.ts';
import type { Facts } from './facts.ts';
import { nearest } from './nearest.ts';
import type { Violation } from './policy.ts';
import { describe, oneOfThese, type Path, shown } from './reading.ts';
import { unknownTier } from './rules-path.ts';
import { keyViolation, valueViolation } from './violation.ts';

/** The words of `whenFull` that are no tier. */
export const WHEN_FULL_WORDS = ['deny', 'queue'] as const;

interface NamedTier {
  readonly name: string;
  readonly path: Path;
  readonly planTier: string | undefined;
}

export function* planTierUnknown(facts: Facts): Iterable<Violation> {
  if (!facts.tiers) return;
  const tiers = [...facts.tierPosition.keys()];
  for (const { name, path } of namedTiers(facts)) {
    if (facts.tierPosition.has(name)) continue;
    const isWhenFull = path.at(-1) === 'whenFull';
    yield unknownTier(path, name, isWhenFull ? [...WHEN_FULL_WORDS, ...tiers] : tiers);
  }
}

/** A full license and a bootstrap give the plan's tier or a lower one, never more than the plan. */
export function* tierAbovePlan(facts: Facts): Iterable<Violation> {
  for (const { name, path, planTier } of namedTiers(facts)) {
    const own = facts.tierPosition.get(planTier ?? '');
    const position = facts.tierPosition.get(name);
    if (own !== undefined && position !== undefined && position < own)
      yield valueViolation(
        'tier-above-plan',
        path,
        "this tier is better than the plan's own",
        describe(name),
        `\`${shown(planTier ?? '')}\` or lower`,
      );
  }
}

export function* quotaMeterUnknown({ spec, meters }: Facts): Iterable<Violation> {
  if (!meters) return;
  const known = [...meters];
  const named = [...(spec.plans ?? []).flatMap(({ item }) => item?.quotas ?? []), ...(spec.glidePath?.quota ?? [])];
  for (const { name, path } of named)
    if (!meters.has(name))
      yield keyViolation('unknown-meter', path, 'no meter has this name', describe(name), oneOfThese(known), nearest(name, known));
}

/** `again` counts from when overage opened: no longer than `for`, overage would never close and the limit mean nothing. */
export function* overageReopensWhileOpen({ spec }: Facts): Iterable<Violation> {
  for (const { item, path } of spec.plans ?? []) {
    const overage = item?.seats?.overage;
    if (overage?.for === undefined || overage.again === undefined || overage.again > overage.for) continue;
    const at = [...path, 'seats', 'overage', 'again'];
    yield valueViolation(
      'overage-reopens-while-open',
      at,
      'overage would open again before it has closed',
      formatDuration(overage.again),
      `longer than ${formatDuration(overage.for)}`,
    );
  }
}

export function* matchNeedsTooMany({ spec }: Facts): Iterable<Violation> {
  for (const { item } of spec.plans ?? []) {
    const match = item?.seats?.match;
    if (match?.of && match.need !== undefined && match.need > match.of.length)
      yield valueViolation(
        'match-needs-too-many',
        [...match.path, 'need'],
        'more components must match than there are',
        describe(match.need),
        `at most ${match.of.length}`,
      );
  }
}

export function* reservedAboveLimit({ spec }: Facts): Iterable<Violation> {
  for (const { item } of spec.plans ?? []) {
    const seats = item?.seats;
    const reserved = (seats?.reserve ?? []).reduce((sum, group) => sum + (group.item ?? 0), 0);
    if (seats?.limit !== undefined && reserved > seats.limit)
      yield valueViolation(
        'reserved-above-limit',
        [...seats.path, 'reserve'],
        'more seats are reserved than there are',
        `${reserved} in all`,
        `at most ${seats.limit}`,
      );
  }
}

function* namedTiers({ spec }: Facts): Iterable<NamedTier> {
  for (const { item, path } of spec.plans ?? []) {
    const planTier = item?.tier;
    if (planTier !== undefined) yield { name: planTier, path: [...path, 'tier'], planTier };
    const whenFull = item?.seats?.whenFull;
    if (whenFull !== undefined && !WHEN_FULL_WORDS.some((word) => word === whenFull))
      yield { name: whenFull, path: [...path, 'seats', 'whenFull'], planTier };
    const bootstrap = item?.bootstrap?.tier;
    if (bootstrap !== undefined) yield { name: bootstrap, path: [...path, 'bootstrap', 'tier'], planTier };
  }
}
