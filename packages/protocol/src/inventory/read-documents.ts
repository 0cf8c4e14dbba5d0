/**
 * From a text of several YAML documents to their trees and the place of each part, whatever the documents are about.
 *
 * For files whose documents another room judges: inventories, the agent's own file. A document that is no tree is reported
 * at its place and hides none of the others, so that one look shows everything that is wrong in a file.
 */
import { inOrder, type Locate, type LocatedViolation, locatedFlaw, offsetOf, undecodable } from '../policy/located.ts';
import { decodeSource, positionsIn } from '../policy/source-text.ts';
import { readYamlTrees } from '../policy/yaml-tree.ts';

/** One document of a file. */
export interface SourceDocument {
  readonly tree: unknown;
  /** Where it begins, from 1. */
  readonly line: number;
  /** False when something in it is refused that the tree does not show: a key that stands twice, an anchor. */
  readonly isSound: boolean;
  readonly locate: Locate;
}

export interface ReadDocuments {
  /** Those that are trees, in the order of the text. */
  readonly documents: readonly SourceDocument[];
  /** What no tree can be, at its place. */
  readonly violations: readonly LocatedViolation[];
}

/** Never throws, for any text or bytes. */
export function readDocuments(source: string | Uint8Array): ReadDocuments {
  const decoded = decodeSource(source);
  if ('flaw' in decoded) return { documents: [], violations: [{ ...undecodable(decoded.flaw), ...decoded.at }] };
  const positionAt = positionsIn(decoded.text);
  const walked = readYamlTrees(decoded.text);
  return {
    documents: walked
      .filter(({ isWhole }) => isWhole)
      .map(({ tree, root, flaws }) => ({
        tree,
        line: positionAt(root.value).line,
        isSound: flaws.length === 0,
        locate: (path, subject) => positionAt(offsetOf(root, path, subject)),
      })),
    violations: inOrder(walked.flatMap(({ flaws }) => flaws.map((flaw) => locatedFlaw(flaw, positionAt)))),
  };
}
