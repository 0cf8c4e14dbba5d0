/** The words of `expect`: what a policy's test says about the answer to its `given`. */
import { CAUSE_ORDER, type Policy } from '../policy/policy.ts';
import { oneOfThese } from '../policy/reading.ts';
import { ok, type Result } from '../result.ts';
import { NO_TIER } from './decide.ts';
import type { GivenAnswer } from './decide-given.ts';
import { type Complain, malformedWord, mappingOf, refusal, unknownWord, type WordProblem } from './word-problem.ts';

/** One thing that is expected; `word` is the way to it in the answer, `next.tier` or the name of a feature. */
export interface Expected {
  readonly word: string;
  readonly value: unknown;
  readonly foundIn: (answer: GivenAnswer) => unknown;
}

export interface Difference {
  readonly word: string;
  readonly expected: unknown;
  readonly found: unknown;
}

type Word = Exclude<keyof GivenAnswer, 'features'>;
type Read = (policy: Policy, word: Word, value: unknown, complain: Complain) => readonly Expected[];

/** How each word is read. Features stand by their own names, beside these. */
const READERS: Readonly<Record<Word, Read>> = {
  code: oneOf(() => ['ok', 'degraded', 'not-started']),
  tier: oneOf(({ tiers }) => [...tiers.map(({ name }) => name), NO_TIER]),
  limits: readLimits,
  seat: oneOf(({ tiers }) => ['granted', 'overage', 'queue', 'deny', ...tiers.map(({ name }) => name)], 'or null'),
  cause: oneOf(() => ['none', ...CAUSE_ORDER]),
  notify: oneOf(() => ['info', 'warning', 'critical', 'none']),
  next: readNext,
};

/**
 * Reads what a test expects. Only what is named is compared; a test that names nothing is refused, because it could not
 * fail. All problems are reported at once, in the facts of the denial (`problemsOf`).
 */
export function parseExpect(policy: Policy, words: unknown): Result<readonly Expected[], 'malformed-expect'> {
  const problems: WordProblem[] = [];
  const mapping = mappingOf(words);
  if (mapping === null || Object.keys(mapping).length === 0)
    return refusal('malformed-expect', [malformedWord('expect', words, 'a mapping of at least one word')]);
  const expected = Object.entries(mapping).flatMap(([word, value]) => readWord(policy, word, value, (problem) => problems.push(problem)));
  return problems.length > 0 ? refusal('malformed-expect', problems) : ok(expected);
}

function readWord(policy: Policy, word: string, value: unknown, complain: Complain): readonly Expected[] {
  if (Object.hasOwn(READERS, word)) return READERS[word as Word](policy, word as Word, value, complain);
  const features = policy.features.map(({ name }) => name);
  if (!features.includes(word)) {
    const message =
      word === 'features'
        ? 'in `expect` each feature stands by its own name, not under `features`'
        : `${JSON.stringify(word)} is no word of \`expect\` and no feature`;
    complain(unknownWord(word, word, [...Object.keys(READERS), ...features], message));
    return [];
  }
  if (value !== 'allow' && value !== 'deny') {
    complain(malformedWord(word, value, '`allow` or `deny`', ['allow', 'deny']));
    return [];
  }
  return [{ word, value, foundIn: ({ features }) => features[word] }];
}

function oneOf(known: (policy: Policy) => readonly string[], orNull?: 'or null'): Read {
  return (policy, word, value, complain) => {
    const words = known(policy);
    if ((orNull && value === null) || (typeof value === 'string' && words.includes(value)))
      return [{ word, value, foundIn: (answer) => answer[word] }];
    complain(malformedWord(word, value, [oneOfThese(words), orNull].filter(Boolean).join(', '), words));
    return [];
  };
}

/** `{}` expects no limits at all, as before the start; else each that is named. */
function readLimits({ tiers }: Policy, word: Word, value: unknown, complain: Complain): readonly Expected[] {
  const mapping = mappingOf(value);
  if (mapping === null) {
    complain(malformedWord(word, value, 'a mapping from limits to numbers'));
    return [];
  }
  const names = Object.keys(mapping);
  if (names.length === 0) return [{ word, value: 0, foundIn: ({ limits }) => Object.keys(limits).length }];
  const known = [...new Set(tiers.flatMap(({ limits }) => Object.keys(limits)))];
  return names.flatMap((name) => {
    const at = `${word}.${name}`;
    const limit = mapping[name];
    if (!known.includes(name)) complain(unknownWord(at, name, known, `no tier has a limit ${JSON.stringify(name)}`));
    else if (typeof limit !== 'number' || !(limit >= 0)) complain(malformedWord(at, limit, 'a number, 0 or more'));
    else return [{ word: at, value: limit, foundIn: ({ limits }: GivenAnswer) => limits[name] }];
    return [];
  });
}

/** `null` expects that nothing follows; else each of `cause`, `inMs` and `tier` that is named. */
function readNext(policy: Policy, word: Word, value: unknown, complain: Complain): readonly Expected[] {
  if (value === null) return [{ word, value, foundIn: ({ next }) => next }];
  const mapping = mappingOf(value);
  if (mapping === null || Object.keys(mapping).length === 0) {
    complain(malformedWord(word, value, 'null or a mapping of `cause`, `inMs` and `tier`'));
    return [];
  }
  const tiers = policy.tiers.map(({ name }) => name);
  return Object.entries(mapping).flatMap(([key, part]) => {
    const at = `${word}.${key}`;
    if (key === 'inMs' && typeof part !== 'number') complain(malformedWord(at, part, 'a number of milliseconds'));
    else if (key === 'cause' && !isAmong(CAUSE_ORDER, part)) complain(malformedWord(at, part, oneOfThese(CAUSE_ORDER), CAUSE_ORDER));
    else if (key === 'tier' && !isAmong(tiers, part)) complain(malformedWord(at, part, oneOfThese(tiers), tiers));
    else if (key === 'inMs' || key === 'cause' || key === 'tier')
      return [{ word: at, value: part, foundIn: ({ next }: GivenAnswer) => next?.[key] ?? null }];
    else complain(unknownWord(at, key, ['cause', 'inMs', 'tier'], `${JSON.stringify(key)} is no part of \`next\``));
    return [];
  });
}

function isAmong(known: readonly string[], value: unknown): boolean {
  return typeof value === 'string' && known.includes(value);
}

/** What an answer does not have as expected; none if it is as expected. */
export function differencesOf(expected: readonly Expected[], answer: GivenAnswer): readonly Difference[] {
  return expected.flatMap(({ word, value, foundIn }) => {
    const found = foundIn(answer);
    return found === value ? [] : [{ word, expected: value, found }];
  });
}
