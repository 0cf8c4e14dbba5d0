/** What is wrong with a word of `given` or `expect`: named, with the nearest known one. */
import { nearest } from '../policy/nearest.ts';
import { describe, oneOfThese, shown } from '../policy/reading.ts';
import { type Denial, deny } from '../result.ts';

export interface WordProblem {
  /** The word, or the way to it: `usage.build-minutes`. */
  readonly word: string;
  /** A sentence for people. */
  readonly message: string;
  readonly found: string;
  readonly expected: string;
  /** The nearest known word, where one is near. */
  readonly didYouMean: string | null;
}

/** Takes problems as they are found; whoever reads words goes on, so that all problems are reported at once. */
export type Complain = (problem: WordProblem) => void;

export function unknownWord(word: string, name: string, known: readonly string[], message: string): WordProblem {
  const didYouMean = nearest(name, known);
  const hint = didYouMean === null ? '' : `; did you mean \`${didYouMean}\`?`;
  return { word: shown(word), message: `${message}${hint}`, found: describe(name), expected: oneOfThese(known), didYouMean };
}

export function malformedWord(word: string, value: unknown, expected: string, known: readonly string[] = []): WordProblem {
  const didYouMean = typeof value === 'string' ? nearest(value, known) : null;
  const hint = didYouMean === null ? '' : `; did you mean \`${didYouMean}\`?`;
  const message = `\`${shown(word)}\` is ${expected}, not ${describe(value)}${hint}`;
  return { word: shown(word), message, found: describe(value), expected, didYouMean };
}

/** All problems as one denial: its message names each, its facts hold them. */
export function refusal<R extends string>(reason: R, problems: readonly WordProblem[]): Denial<R> {
  return deny(reason, problems.map(({ message }) => message).join('. '), { problems });
}

/** The problems that a denial of `parseGiven` or `parseExpect` holds. */
export function problemsOf({ facts }: Denial): readonly WordProblem[] {
  return (facts.problems ?? []) as readonly WordProblem[];
}

/** A mapping of JSON or YAML; null for anything else. */
export function mappingOf(value: unknown): Readonly<Record<string, unknown>> | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Readonly<Record<string, unknown>>) : null;
}
