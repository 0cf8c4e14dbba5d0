/**
 * From the text of a policy to the checked policy, its name, and every violation at its line and column.
 *
 * The text is read first (UTF-8, one YAML 1.2 or JSON document, nothing that JSON cannot say), then core checks the tree.
 * Both report at once where the tree is whole.
 */
import { checkPolicy, notJson, type Policy, type Remark, type Violation } from '@glidepath/core';
import type { Crypto } from '../crypto.ts';
import { digestOf } from './digest.ts';
import { READING_VIOLATIONS, type ReadingViolationCode } from './reading-violations.ts';
import { decodeSource, type Position, positionsIn } from './source-text.ts';
import { readYamlTree } from './yaml-tree.ts';
import type { Spot } from './yaml-walk.ts';

/** A violation at the key or value that is meant; for a missing key, at the mapping that lacks it. */
export type LocatedViolation = Violation & Position;
export type LocatedRemark = Remark & Position;

/** The tree as it was written, with its name. */
export interface PolicyDocument {
  readonly tree: unknown;
  /** `sha256:…` */
  readonly digest: string;
}

export interface ReadPolicy {
  /** Null when the text is not exactly one JSON tree; set also for a tree that is no valid policy. */
  readonly document: PolicyDocument | null;
  /** Null when there are violations. */
  readonly policy: Policy | null;
  /** In the order of the text. */
  readonly violations: readonly LocatedViolation[];
  readonly remarks: readonly LocatedRemark[];
  /** Where a path of the tree stands in the text, for what is found out later: a test of the document that fails. */
  locate(path: Violation['path'], subject: Violation['subject']): Position;
}

/** Never throws, for any text or bytes. */
export function readPolicy(source: string | Uint8Array, crypto: Pick<Crypto, 'sha256'>): ReadPolicy {
  const decoded = decodeSource(source);
  if ('flaw' in decoded) return unreadable([{ ...undecodable(decoded.flaw), ...decoded.at }]);
  const { tree, root, flaws, isWhole } = readYamlTree(decoded.text);
  const positionAt = positionsIn(decoded.text);
  const flawed = flaws.map(
    ({ offset, ...flaw }): LocatedViolation => ({ ...flaw, subject: 'value', didYouMean: null, ...positionAt(offset) }),
  );
  if (!isWhole) return unreadable(flawed);

  const checked = checkPolicy(tree);
  const locate = (path: Violation['path'], subject: Violation['subject']): Position => positionAt(offsetOf(root, path, subject));
  const violations = [
    ...flawed,
    ...checked.violations.map((violation) => ({ ...violation, ...locate(violation.path, violation.subject) })),
  ];
  return {
    document: flawed.length === 0 && notJson(tree).length === 0 ? { tree, digest: digestOf(tree, crypto) } : null,
    policy: violations.length === 0 ? checked.policy : null,
    violations: violations.sort((one, other) => one.line - other.line || one.column - other.column),
    remarks: violations.length === 0 ? checked.remarks.map((remark) => ({ ...remark, ...locate(remark.path, 'key') })) : [],
    locate,
  };
}

/** The place of a path; where it ends early, the key (or the item of a list) that it ends at. */
function offsetOf(root: Spot, path: Violation['path'], subject: Violation['subject']): number {
  let spot = root;
  for (const key of path) {
    const next = spot.items.get(key);
    if (!next) return spot.key ?? spot.value;
    spot = next;
  }
  return subject === 'key' ? (spot.key ?? spot.value) : spot.value;
}

function unreadable(violations: readonly LocatedViolation[]): ReadPolicy {
  return { document: null, policy: null, violations, remarks: [], locate: () => ({ line: 1, column: 1 }) };
}

function undecodable(code: Extract<ReadingViolationCode, 'too-large' | 'not-utf8'>): Violation {
  const [found, expected] = code === 'not-utf8' ? ['a byte that is none', 'UTF-8'] : ['more', 'at most 1 MiB'];
  return { code, path: [], subject: 'value', message: READING_VIOLATIONS[code], found, expected, didYouMean: null };
}
