/** Where the parts of a read text stand, and what a text that is none is refused with. */
import type { Remark, Violation } from '@glidepath/core';
import { READING_VIOLATIONS, type ReadingViolationCode } from './reading-violations.ts';
import type { Position } from './source-text.ts';
import type { Flaw, Spot } from './yaml-walk.ts';

/** A violation at the key or value that is meant; for a missing key, at the mapping that lacks it. */
export type LocatedViolation = Violation & Position;
export type LocatedRemark = Remark & Position;

/** Where a path of a tree stands in the text, for what is found out later. */
export type Locate = (path: Violation['path'], subject: Violation['subject']) => Position;

/** The place of a path; where it ends early, the key (or the item of a list) that it ends at. */
export function offsetOf(root: Spot, path: Violation['path'], subject: Violation['subject']): number {
  let spot = root;
  for (const key of path) {
    const next = spot.items.get(key);
    if (!next) return spot.key ?? spot.value;
    spot = next;
  }
  return subject === 'key' ? (spot.key ?? spot.value) : spot.value;
}

export function locatedFlaw({ offset, ...flaw }: Flaw, positionAt: (offset: number) => Position): LocatedViolation {
  return { ...flaw, subject: 'value', didYouMean: null, ...positionAt(offset) };
}

export function undecodable(code: Extract<ReadingViolationCode, 'too-large' | 'not-utf8'>): Violation {
  const [found, expected] = code === 'not-utf8' ? ['a byte that is none', 'UTF-8'] : ['more', 'at most 1 MiB'];
  return { code, path: [], subject: 'value', message: READING_VIOLATIONS[code], found, expected, didYouMean: null };
}

/** In the order of the text. */
export function inOrder<T extends Position>(found: readonly T[]): readonly T[] {
  return [...found].sort((one, other) => one.line - other.line || one.column - other.column);
}
