/**
 * From the text of an inventory file to its documents, and every violation at its line and column.
 *
 * One kind has one document of a name: within a file that is judged here, between files by whoever reads several.
 */
import { checkInventory, describeValue, type InventoryDocument, shown } from '@glidepath/core';
import { inOrder, type Locate, type LocatedRemark, type LocatedViolation } from '../policy/located.ts';
import { readDocuments } from './read-documents.ts';

/** A valid document and where it stands. */
export interface FoundDocument {
  readonly document: InventoryDocument;
  /** As it was written. */
  readonly tree: unknown;
  /** Where it begins, from 1. */
  readonly line: number;
  readonly locate: Locate;
}

export interface ReadInventory {
  /** The valid ones, in the order of the text; nothing is to be done with them while there are violations. */
  readonly documents: readonly FoundDocument[];
  readonly violations: readonly LocatedViolation[];
  readonly remarks: readonly LocatedRemark[];
}

interface Key {
  readonly kind: string;
  readonly name: string;
  readonly text: string;
}

/** Never throws, for any text or bytes. A text without documents is an empty inventory. */
export function readInventory(source: string | Uint8Array): ReadInventory {
  const { documents, violations: flaws } = readDocuments(source);
  const violations: LocatedViolation[] = [...flaws];
  const remarks: LocatedRemark[] = [];
  const found: FoundDocument[] = [];
  const lineOf = new Map<string, number>();
  for (const { tree, line, isSound, locate } of documents) {
    const checked = checkInventory(tree);
    violations.push(...checked.violations.map((violation) => ({ ...violation, ...locate(violation.path, violation.subject) })));
    remarks.push(...checked.remarks.map((remark) => ({ ...remark, ...locate(remark.path, 'key') })));
    const key = keyOf(tree);
    const earlier = key && lineOf.get(key.text);
    if (key && earlier) violations.push({ ...twice(key, earlier), ...locate(['metadata', 'name'], 'value') });
    else if (key) lineOf.set(key.text, line);
    if (checked.document && isSound) found.push({ document: checked.document, tree, line, locate });
  }
  return { documents: found, violations: inOrder(violations), remarks: inOrder(remarks) };
}

/** Kind and name as written, also of a document in which something else is wrong; null where one of them is missing. */
function keyOf(tree: unknown): Key | null {
  const { kind, metadata } = (tree ?? {}) as { readonly kind?: unknown; readonly metadata?: { readonly name?: unknown } | null };
  const name = metadata?.name;
  return typeof kind === 'string' && typeof name === 'string' ? { kind, name, text: JSON.stringify([kind, name]) } : null;
}

function twice({ kind, name }: Key, line: number): Omit<LocatedViolation, 'line' | 'column'> {
  return {
    code: 'listed-twice',
    path: ['metadata', 'name'],
    subject: 'value',
    message: `a ${shown(kind)} of this name stands in line ${line} already`,
    found: describeValue(name),
    expected: 'each name once per kind',
    didYouMean: null,
  };
}
