/** The words of `given`: a situation in a few words, as policy tests and `glidepath decide --given` say it. */
import { parseDuration } from '../policy/durations.ts';
import { planNamed } from '../policy/lookup.ts';
import { GIVEN_WORDS } from '../policy/names.ts';
import type { Plan, Policy, TimedCause } from '../policy/policy.ts';
import { oneOfThese } from '../policy/reading.ts';
import { ok, type Result } from '../result.ts';
import { type Milliseconds, YEAR } from '../time.ts';
import { type Complain, malformedWord, mappingOf, refusal, unknownWord, type WordProblem } from './word-problem.ts';

export interface Given {
  readonly plan: Plan;
  /** Negative when past. */
  readonly expiresInMs: Milliseconds;
  /** Null: started long since. */
  readonly startsInMs: Milliseconds | null;
  /** How long ago each cause began; a cause that is absent has not. */
  readonly elapsedMs: Readonly<Partial<Record<Exclude<TimedCause, 'expiry'>, Milliseconds>>>;
  /** Null: nothing is said about seats. */
  readonly seatsUsed: number | null;
  /** How long ago overage opened; null: it has not. */
  readonly overageForMs: Milliseconds | null;
  readonly usage: readonly { readonly meter: string; readonly used: number; readonly limit: number }[];
}

const ELAPSED_WORDS = {
  unreachableFor: 'unreachable',
  suspendedFor: 'suspended',
  revokedFor: 'revoked',
  trustLostFor: 'trust',
  identityChangedFor: 'identity',
  clockBehindFor: 'clock',
} as const;

const EXPIRES_IN_DEFAULT: Milliseconds = YEAR;

/**
 * Reads a situation. All problems are reported at once, in the facts of the denial (`problemsOf`); each names its word and
 * the nearest known one.
 *
 * An absent word means that its cause has not begun. A number of seconds or a month is no duration: durations are texts,
 * as in the policy itself.
 */
export function parseGiven(policy: Policy, words: unknown): Result<Given, 'malformed-given'> {
  const problems: WordProblem[] = [];
  const complain: Complain = (problem) => problems.push(problem);
  const mapping = mappingOf(words);
  if (mapping === null) return refusal('malformed-given', [malformedWord('given', words, 'a mapping of words')]);
  for (const word of Object.keys(mapping)) {
    if (!(GIVEN_WORDS as readonly string[]).includes(word))
      complain(unknownWord(word, word, GIVEN_WORDS, `${JSON.stringify(word)} is no word of \`given\``));
  }
  const source: Source = { policy, mapping, complain };
  const plan = readPlan(source);
  const given = {
    expiresInMs: readDuration(source, 'expiresIn') ?? EXPIRES_IN_DEFAULT,
    startsInMs: readDuration(source, 'startsIn'),
    elapsedMs: readElapsed(source),
    seatsUsed: readSeatsUsed(source),
    overageForMs: readElapsedDuration(source, 'overageFor'),
    usage: readUsage(source, plan),
  };
  return plan === null || problems.length > 0 ? refusal('malformed-given', problems) : ok({ plan, ...given });
}

interface Source {
  readonly policy: Policy;
  readonly mapping: Readonly<Record<string, unknown>>;
  readonly complain: Complain;
}

function readPlan({ policy, mapping, complain }: Source): Plan | null {
  const known = policy.plans.map(({ name }) => name);
  const [first, ...others] = policy.plans;
  if (!Object.hasOwn(mapping, 'plan')) {
    if (first !== undefined && others.length === 0) return first;
    const expected = oneOfThese(known);
    complain({
      word: 'plan',
      message: `\`plan\` is missing, and the policy has several: ${expected}`,
      found: 'no such word',
      expected,
      didYouMean: null,
    });
    return null;
  }
  const name = mapping.plan;
  if (typeof name !== 'string') {
    complain(malformedWord('plan', name, 'the name of a plan'));
    return null;
  }
  const plan = planNamed(policy, name);
  if (plan === null) complain(unknownWord('plan', name, known, `the policy has no plan ${JSON.stringify(name)}`));
  return plan;
}

function readDuration({ mapping, complain }: Source, word: string): Milliseconds | null {
  if (!Object.hasOwn(mapping, word)) return null;
  const value = mapping[word];
  const parsed = typeof value === 'string' ? parseDuration(value) : null;
  if (parsed?.ok) return parsed.value;
  complain(malformedWord(word, value, 'a duration such as `14d`: a whole number and one of s, m, h, d, w, y'));
  return null;
}

/** Something that began cannot have begun in the future. */
function readElapsedDuration(source: Source, word: string): Milliseconds | null {
  const ms = readDuration(source, word);
  if (ms !== null && ms < 0) source.complain(malformedWord(word, source.mapping[word], 'how long ago it began, never negative'));
  return ms;
}

function readElapsed(source: Source): Given['elapsedMs'] {
  const elapsedMs: Partial<Record<Exclude<TimedCause, 'expiry'>, Milliseconds>> = {};
  for (const [word, cause] of Object.entries(ELAPSED_WORDS)) {
    const ms = readElapsedDuration(source, word);
    if (ms !== null) elapsedMs[cause] = ms;
  }
  return elapsedMs;
}

function readSeatsUsed({ mapping, complain }: Source): number | null {
  if (!Object.hasOwn(mapping, 'seatsUsed')) return null;
  const used = mapping.seatsUsed;
  if (typeof used === 'number' && Number.isSafeInteger(used) && used >= 0) return used;
  complain(malformedWord('seatsUsed', used, 'a whole number of seats, 0 or more'));
  return null;
}

/** Use of a meter that the plan has no quota for decides nothing, so whoever gives it means another one. */
function readUsage({ policy, mapping, complain }: Source, plan: Plan | null): Given['usage'] {
  if (!Object.hasOwn(mapping, 'usage')) return [];
  const entries = mappingOf(mapping.usage);
  if (entries === null) {
    complain(malformedWord('usage', mapping.usage, 'a mapping from meters to what is used, in the unit of the meter'));
    return [];
  }
  const known = plan === null ? policy.meters.map(({ name }) => name) : plan.quotas.map(({ meter }) => meter);
  const usage: { meter: string; used: number; limit: number }[] = [];
  for (const [meter, used] of Object.entries(entries)) {
    const word = `usage.${meter}`;
    if (!known.includes(meter)) {
      const owner = plan === null ? 'the policy has no meter' : `plan ${plan.name} has no quota for the meter`;
      complain(unknownWord(word, meter, known, `${owner} ${JSON.stringify(meter)}`));
    }
    if (typeof used !== 'number' || !(used >= 0 && used <= Number.MAX_SAFE_INTEGER)) {
      complain(malformedWord(word, used, 'a number in the unit of the meter, 0 or more'));
      continue;
    }
    const limit = plan?.quotas.find((quota) => quota.meter === meter)?.limit;
    if (limit !== undefined) usage.push({ meter, used, limit });
  }
  return usage;
}
