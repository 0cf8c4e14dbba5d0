/**
 * From the text of a policy to the checked policy, its name, and every violation at its line and column.
 *
 * The text is read first (UTF-8, one YAML 1.2 or JSON document, nothing that JSON cannot say), then core checks the tree.
 * Both report at once where the tree is whole.
 */
import { checkPolicy, notJson, type Policy } from '@glidepath/core';
import type { Crypto } from '../crypto.ts';
import { digestOf } from './digest.ts';
import { inOrder, type Locate, type LocatedRemark, type LocatedViolation, locatedFlaw, offsetOf, undecodable } from './located.ts';
import { decodeSource, positionsIn } from './source-text.ts';
import { readYamlTree } from './yaml-tree.ts';

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
  readonly locate: Locate;
}

/** Never throws, for any text or bytes. */
export function readPolicy(source: string | Uint8Array, crypto: Pick<Crypto, 'sha256'>): ReadPolicy {
  const decoded = decodeSource(source);
  if ('flaw' in decoded) return unreadable([{ ...undecodable(decoded.flaw), ...decoded.at }]);
  const { tree, root, flaws, isWhole } = readYamlTree(decoded.text);
  const positionAt = positionsIn(decoded.text);
  const flawed = flaws.map((flaw) => locatedFlaw(flaw, positionAt));
  if (!isWhole) return unreadable(flawed);

  const checked = checkPolicy(tree);
  const locate: Locate = (path, subject) => positionAt(offsetOf(root, path, subject));
  const violations = [
    ...flawed,
    ...checked.violations.map((violation) => ({ ...violation, ...locate(violation.path, violation.subject) })),
  ];
  return {
    document: flawed.length === 0 && notJson(tree).length === 0 ? { tree, digest: digestOf(tree, crypto) } : null,
    policy: violations.length === 0 ? checked.policy : null,
    violations: inOrder(violations),
    remarks: violations.length === 0 ? checked.remarks.map((remark) => ({ ...remark, ...locate(remark.path, 'key') })) : [],
    locate,
  };
}

function unreadable(violations: readonly LocatedViolation[]): ReadPolicy {
  return { document: null, policy: null, violations, remarks: [], locate: () => ({ line: 1, column: 1 }) };
}
