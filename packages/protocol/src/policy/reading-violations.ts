/** What makes a text unreadable as one JSON tree, before anything is known about policies. */

/** Stable codes, beside core's `POLICY_VIOLATIONS`. */
export const READING_VIOLATIONS = {
  'too-large': 'The document is larger than 1 MiB, or has more tokens than any policy.',
  'too-deep': 'Mappings and lists are nested too deeply.',
  'not-utf8': 'The bytes are no UTF-8.',
  'yaml-syntax': 'The text is neither YAML 1.2 nor JSON.',
  'yaml-version': 'A directive asks for another version of YAML than 1.2, in which the same text means something else.',
  'several-documents': 'The text holds more than one document.',
  'duplicate-key': 'A key stands twice in one mapping; readers differ in which of the two counts.',
  'key-not-text': 'A key is no text: JSON has no other keys.',
  'merge-key': '`<<` merges nothing: YAML 1.2 has no merge keys.',
  alias: 'An alias repeats another part of the document: what is written is not what is named by the digest.',
  anchor: 'An anchor marks a part for an alias; there are no aliases here.',
  tag: 'An explicit tag changes what a value is; JSON has none.',
} as const;

export type ReadingViolationCode = keyof typeof READING_VIOLATIONS;
