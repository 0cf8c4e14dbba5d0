/** Documents as they came, checked again by core: whoever sent them may not have checked, or with other rules. */
import { checkInventory, type InventoryDocument, type Violation } from '@glidepath/core';

export interface ReadDocument<D extends InventoryDocument = InventoryDocument> {
  readonly document: D;
  readonly tree: unknown;
  /** Place in the request, from 0. */
  readonly at: number;
}

export type DocumentViolation = Violation & { readonly document: number };

export interface ReadDocuments {
  readonly documents: readonly ReadDocument[];
  readonly violations: readonly DocumentViolation[];
}

/** Everything that is wrong in any of them; two of one kind and name are one too many. */
export function readDocuments(trees: readonly unknown[]): ReadDocuments {
  const documents: ReadDocument[] = [];
  const violations: DocumentViolation[] = [];
  const seen = new Map<string, number>();
  for (const [at, tree] of trees.entries()) {
    const checked = checkInventory(tree);
    violations.push(...checked.violations.map((violation) => ({ ...violation, document: at })));
    if (checked.document === null) continue;
    const key = keyOf(checked.document);
    const first = seen.get(key);
    if (first === undefined) seen.set(key, at);
    else violations.push(named(at, 'listed-twice', ['metadata', 'name'], key, `a name of its own: document ${first} has it already`));
    documents.push({ document: checked.document, tree, at });
  }
  return { documents, violations };
}

export function keyOf({ kind, name }: Pick<InventoryDocument, 'kind' | 'name'>): string {
  return `${kind}/${name}`;
}

/** A violation that only shows where documents and records meet. */
export function named(document: number, code: string, path: Violation['path'], found: string, expected: string): DocumentViolation {
  const message = `\`${path.join('.')}\` is ${found}, where there should be ${expected}`;
  return { document, code, path, subject: 'value', message, found, expected, didYouMean: null };
}
