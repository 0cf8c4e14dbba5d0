/** Rules of guarantees, tests and lists: what they name exists, and once. Whether a guarantee is kept is proved elsewhere. */
import type { Facts } from './facts.ts';
import { nearest } from './nearest.ts';
import type { Violation } from './policy.ts';
import { describe, oneOfThese, type Path } from './reading.ts';
import { valueViolation } from './violation.ts';

export function* guaranteedFeatureUnknown({ spec, features }: Facts): Iterable<Violation> {
  if (!features) return;
  const known = [...features.keys()];
  for (const guarantee of spec.guarantees ?? []) {
    const name = guarantee?.kind === 'always' ? guarantee.entry.always : undefined;
    if (name !== undefined && guarantee && !features.has(name))
      yield valueViolation(
        'unknown-feature',
        [...guarantee.entry.path, 'always'],
        'no feature has this name',
        describe(name),
        oneOfThese(known),
        nearest(name, known),
      );
  }
}

/** What is listed where order and number mean nothing is listed once. */
export function* listedTwice({ spec, tiers }: Facts): Iterable<Violation> {
  for (const tier of tiers ?? []) yield* repeated(tier.features ?? [], [...tier.path, 'features']);
  for (const { item } of spec.plans ?? [])
    if (item?.seats?.match) yield* repeated(item.seats.match.of ?? [], [...item.seats.match.path, 'of']);
  yield* repeated(
    (spec.tests ?? []).map((test) => test?.name),
    ['spec', 'tests'],
    'name',
  );
  if (spec.renewal) yield* repeated(spec.renewal.windows ?? [], [...spec.renewal.path, 'windows']);
  for (const guarantee of spec.guarantees ?? [])
    if (guarantee?.kind === 'always') yield* repeated(guarantee.entry.unless ?? [], [...guarantee.entry.path, 'unless']);
}

function* repeated(items: readonly (string | undefined)[], path: Path, ...below: readonly string[]): Iterable<Violation> {
  const seen = new Set<string>();
  for (const [index, item] of items.entries()) {
    if (item === undefined) continue;
    if (seen.has(item))
      yield valueViolation('listed-twice', [...path, index, ...below], 'this is listed above already', describe(item), 'each once');
    seen.add(item);
  }
}
