/** Which promises of a policy another version weakens, strengthens, adds or takes back. */
import { durationWords } from '../format-instant.ts';
import type { Guarantee, Policy } from '../policy/policy.ts';
import type { GuaranteeDifference } from './policy-difference.ts';

type Always = Extract<Guarantee, { readonly kind: 'always' }>;

/** What is promised of one thing: promises of the same `about` are weaker or stronger than each other. */
interface Promised {
  readonly about: string;
  readonly guarantee: Guarantee;
}

/** Worst first: removed, weaker, stronger, added. */
export function guaranteeDifferences(before: Policy, after: Policy): readonly GuaranteeDifference[] {
  const had = strongest(before.guarantees);
  const has = strongest(after.guarantees);
  const abouts = [...new Set([...had.keys(), ...has.keys()])];
  const differences = abouts.flatMap((about) => differenceOf(had.get(about) ?? null, has.get(about) ?? null));
  return [...differences, ...essentialDifferences(before, after)].sort((a, b) => RANK.indexOf(a.kind) - RANK.indexOf(b.kind));
}

const RANK: readonly GuaranteeDifference['kind'][] = ['removed', 'weaker', 'stronger', 'added'];

function differenceOf(before: Guarantee | null, after: Guarantee | null): readonly GuaranteeDifference[] {
  if (after === null) return before === null ? [] : [{ kind: 'removed', before: guaranteeSentence(before), after: null }];
  if (before === null) return [{ kind: 'added', before: null, after: guaranteeSentence(after) }];
  const sentences = { before: guaranteeSentence(before), after: guaranteeSentence(after) };
  if (!implies(after, before)) return [{ kind: 'weaker', ...sentences }];
  return implies(before, after) ? [] : [{ kind: 'stronger', ...sentences }];
}

/** An essential feature is a promise too, which publishing holds the document to. */
function essentialDifferences(before: Policy, after: Policy): readonly GuaranteeDifference[] {
  const essential = (policy: Policy) => policy.features.flatMap((feature) => (feature.essential ? [feature.name] : []));
  const had = essential(before);
  const has = essential(after);
  return [
    ...had
      .filter((name) => !has.includes(name))
      .map((name) => ({ kind: 'removed', before: essentialSentence(name), after: null }) as const),
    ...has.filter((name) => !had.includes(name)).map((name) => ({ kind: 'added', before: null, after: essentialSentence(name) }) as const),
  ];
}

function essentialSentence(feature: string): string {
  return `${feature} is essential: nothing but suspension and revocation takes it`;
}

function strongest(guarantees: readonly Guarantee[]): ReadonlyMap<string, Guarantee> {
  const found = new Map<string, Guarantee>();
  for (const { about, guarantee } of guarantees.map(promised)) {
    const other = found.get(about);
    found.set(about, other === undefined ? guarantee : together(other, guarantee));
  }
  return found;
}

function promised(guarantee: Guarantee): Promised {
  switch (guarantee.kind) {
    case 'always':
      return { about: `always ${guarantee.feature}`, guarantee };
    case 'notice':
      return { about: `notice ${guarantee.cause}`, guarantee };
    default:
      return { about: guarantee.kind, guarantee };
  }
}

/** What two promises of the same thing come to: a feature may be gone only where both let it go. */
function together(one: Guarantee, other: Guarantee): Guarantee {
  if (one.kind === 'always' && other.kind === 'always')
    return { ...one, unless: one.unless.filter((cause) => other.unless.includes(cause)) };
  return implies(one, other) ? one : other;
}

/** Whether keeping one keeps the other; both are about the same. */
function implies(one: Guarantee, other: Guarantee): boolean {
  switch (one.kind) {
    case 'always':
      return one.unless.every((cause) => (other as Always).unless.includes(cause));
    case 'noCliff':
      return other.kind === one.kind && one.tiers <= other.tiers;
    case 'revocationBites':
      return other.kind === one.kind && one.ms <= other.ms;
    case 'notice':
    case 'offline':
      return other.kind === one.kind && one.ms >= other.ms;
  }
}

/** A promise as a sentence without its full stop. */
export function guaranteeSentence(guarantee: Guarantee): string {
  switch (guarantee.kind) {
    case 'always':
      return `${guarantee.feature} is always allowed${guarantee.unless.length === 0 ? '' : `, unless ${guarantee.unless.join(', ')}`}`;
    case 'noCliff':
      return `no step takes more than ${guarantee.tiers} tier${guarantee.tiers === 1 ? '' : 's'}`;
    case 'notice':
      return `a notice at least ${durationWords(guarantee.ms)} before a loss by ${guarantee.cause}`;
    case 'offline':
      return `everything for the first ${durationWords(guarantee.ms)} without a signed word`;
    case 'revocationBites':
      return `a revocation is at its last tier ${durationWords(guarantee.ms)} after it was received`;
  }
}
