/** Tests as YAML, ready to be pasted under `spec.tests` of a policy. */
import type { SuggestedTest } from '@glidepath/core';
import { type Safe, text } from '../terminal/safe-text.ts';

export function suggestedLines(tests: readonly SuggestedTest[]): readonly Safe[] {
  return tests.flatMap(({ name, given, expect }) => [
    text`    - name: ${JSON.stringify(name)}`,
    text`      given:  ${flow(given)}`,
    text`      expect: ${flow(expect)}`,
  ]);
}

/** JSON with spaces, which is YAML; words need no quotes. */
function flow(mapping: Readonly<Record<string, unknown>>): string {
  const parts = Object.entries(mapping).map(([word, value]) => `${word}: ${scalar(value)}`);
  return parts.length === 0 ? '{}' : `{ ${parts.join(', ')} }`;
}

const PLAIN = /^[a-z][a-z0-9-]*$/;
/** What YAML 1.1 reads as something else. */
const WORDS = /^(?:true|false|yes|no|on|off|null|y|n)$/;

function scalar(value: unknown): string {
  if (typeof value === 'string') return PLAIN.test(value) && !WORDS.test(value) ? value : JSON.stringify(value);
  if (typeof value === 'object' && value !== null) return flow(value as Readonly<Record<string, unknown>>);
  return JSON.stringify(value);
}
