/** Violations as the rules between parts make them. */
import type { Violation } from './policy.ts';
import type { Path } from './reading.ts';

export function valueViolation(
  code: string,
  path: Path,
  message: string,
  found: string,
  expected: string,
  didYouMean: string | null = null,
): Violation {
  return { code, path, subject: 'value', message, found, expected, didYouMean };
}

export function keyViolation(
  code: string,
  path: Path,
  message: string,
  found: string,
  expected: string,
  didYouMean: string | null = null,
): Violation {
  return { code, path, subject: 'key', message, found, expected, didYouMean };
}
