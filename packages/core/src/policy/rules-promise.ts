/** Rules of guarantees and tests: what they name exists. Whether a guarantee is kept is proved elsewhere. */
import type { Facts } from './facts.ts';
import { nearest } from './nearest.ts';
import type { Violation } from './policy.ts';
import { describe, oneOfThese } from './reading.ts';
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
