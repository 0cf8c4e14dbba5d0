/** The grammar of names, and the words that no feature, tier or plan may be called. */
import { CAUSE_ORDER } from './policy.ts';

export const NAME_LENGTH_MAX = 63;

/**
 * Lower-case letters and digits with single dashes between, beginning with a letter.
 *
 * A name becomes a part of URLs, of metric labels and of file names, and a key of JSON objects in every language, so the
 * grammar is the smallest that all of them take as it stands. It may be widened; it can never be narrowed.
 */
export const NAME_PATTERN = '^[a-z](-?[a-z0-9]){0,62}$';

const NAME = new RegExp(NAME_PATTERN);

export function isName(text: string): boolean {
  return text.length <= NAME_LENGTH_MAX && NAME.test(text);
}

/** The keys of `given` (DESIGN §4). */
export const GIVEN_WORDS = [
  'plan',
  'expiresIn',
  'startsIn',
  'unreachableFor',
  'suspendedFor',
  'revokedFor',
  'trustLostFor',
  'identityChangedFor',
  'clockBehindFor',
  'seatsUsed',
  'overageFor',
  'usage',
] as const;

/** The keys of `expect` and of the JSON that `decide` prints, beside the names of features. */
export const EXPECT_WORDS = ['code', 'tier', 'features', 'limits', 'seat', 'cause', 'notify', 'next', 'inMs', 'reason'] as const;

const VALUE_WORDS = [
  ...['ok', 'degraded', 'not-started', 'not-in-tier', 'unknown-feature', 'no-signed-word', 'holder-removed'],
  ...['allow', 'deny', 'granted', 'overage', 'queue'],
  ...['info', 'warning', 'critical', 'none'],
  ...CAUSE_ORDER,
] as const;

/**
 * Words that mean something in `given`, in `expect` or in a decision: a feature, tier or plan of that name could not be
 * told from them.
 */
export const RESERVED_WORDS: ReadonlySet<string> = new Set([...GIVEN_WORDS, ...EXPECT_WORDS, ...VALUE_WORDS]);

/** Names within the grammar that a plain object of JavaScript already has: refused everywhere, so that no lookup can find it. */
export const INHERITED_WORDS: ReadonlySet<string> = new Set(['constructor']);
