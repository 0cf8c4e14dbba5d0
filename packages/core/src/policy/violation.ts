/** The violations that core finds in a policy, with what each means, and how the rules between parts make one. */
import type { InventoryViolationCode } from '../inventory/violation.ts';
import type { Violation } from './policy.ts';

/** Stable codes: the reference is written from this table, and scripts may switch on them. */
export const POLICY_VIOLATIONS = {
  // what JSON cannot say
  'not-json': 'The tree has something that JSON cannot say, such as infinity.',
  'ill-formed-text': 'A text has half of a surrogate pair, which has no bytes in UTF-8.',
  'inexact-number': 'A whole number is too large to be exact in every language.',
  'too-deep': 'Mappings and lists are nested too deeply.',
  'too-large': 'The document holds too much.',
  // what one place may be
  'wrong-type': 'A value is of another type than the key takes.',
  'missing-key': 'A mandatory key is absent.',
  'unknown-key': 'Nothing reads a key of this name here.',
  'unknown-word': 'A value is not one of the words that the key takes.',
  'unsupported-version': 'The document is of another version than `glidepath.dev/v1`.',
  'unsupported-kind': 'The document is of another kind than is read here.',
  'too-few-items': 'A list or mapping has too few items.',
  'too-many-items': 'A list or mapping has too many items.',
  'malformed-name': 'A name is outside the grammar of names.',
  'reserved-name': 'A feature, tier or plan has the name of a word of `given`, `expect` or a decision.',
  'malformed-text': 'A text is empty, too long, or has characters that terminals act on.',
  'malformed-duration': 'A value is no duration such as `14d`.',
  'duration-out-of-range': 'A duration is shorter or longer than its place allows; only the expiry path may be negative.',
  'malformed-percent': 'A value is no whole percentage such as `80%`.',
  'percent-out-of-range': 'A percentage is outside its range.',
  'renew-at-too-late': '`renewAt` is above 70%, which leaves too little of the hold for retries.',
  'number-out-of-range': 'A number is not whole, or outside its range.',
  'unknown-time-zone': 'No time zone has this exact name.',
  'malformed-window': 'A renewal window is not days, hours and a time zone.',
  'lead-time-outside-expiry': 'A lead time stands in a path other than expiry.',
  'seats-path-takes-tier': 'A rung of the seats path names a tier; that path only notifies.',
  'unknown-guarantee': 'A guarantee is of no known kind.',
  // what holds between places
  'listed-twice': 'Something is listed twice where each stands once.',
  'unknown-feature': 'A name of a feature that the policy does not have.',
  'unknown-tier': 'A name of a tier that the policy does not have.',
  'unknown-meter': 'A name of a meter that the policy does not have.',
  'tier-adds-feature': 'A lower tier has a feature that the tier above it lacks.',
  'tier-raises-limit': 'A lower tier has a higher limit than a tier above it.',
  'limit-missing': 'A limit is not in every tier.',
  'tier-above-plan': "A `whenFull` or bootstrap tier is better than the plan's own.",
  'tier-without-essential': 'A tier that a license can come to, other than by suspension or revocation, lacks an essential feature.',
  'overage-reopens-while-open': '`again` is not longer than `for`, so overage would never close.',
  'match-needs-too-many': '`need` is more than there are components.',
  'reserved-above-limit': 'More seats are reserved than the limit.',
  'rung-says-nothing': 'A rung has neither a tier nor a notice.',
  'lead-time-takes-tier': 'A rung relative to a lead time names a tier; such a rung only notifies.',
  'at-not-ascending': 'The rungs of a path do not ascend strictly.',
  'tier-rises': 'A rung gives back what an earlier one took.',
  'tier-skipped': 'A rung takes more than one tier.',
  'unreachable-ends-without-tier': 'The last rung of `unreachable` has no tier.',
} as const;

export type PolicyViolationCode = keyof typeof POLICY_VIOLATIONS;

/** Every code that a document of ours can be refused with; inventories add theirs to the ones of policies. */
export type ViolationCode = PolicyViolationCode | InventoryViolationCode;

type Path = Violation['path'];

/** A violation at the value of a path. */
export function valueViolation(
  code: ViolationCode,
  path: Path,
  message: string,
  found: string,
  expected: string,
  didYouMean: string | null = null,
): Violation {
  return { code, path, subject: 'value', message, found, expected, didYouMean };
}

/** A violation at the key that a path ends in. */
export function keyViolation(
  code: ViolationCode,
  path: Path,
  message: string,
  found: string,
  expected: string,
  didYouMean: string | null = null,
): Violation {
  return { code, path, subject: 'key', message, found, expected, didYouMean };
}
