/** A text of exactly one document, judged by whoever knows its kind: what it is, or every violation at its line and column. */
import type { Violation } from '@glidepath/core';
import { inOrder, type LocatedViolation } from '../policy/located.ts';
import { readDocuments } from './read-documents.ts';

export interface ReadOne<T> {
  /** Null when there are violations. */
  readonly value: T | null;
  /** In the order of the text. */
  readonly violations: readonly LocatedViolation[];
}

/** Never throws, for any text or bytes. `kind`: of the document that is missing where there is none. */
export function readOne<T>(
  source: string | Uint8Array,
  kind: string,
  check: (tree: unknown) => { readonly value: T | null; readonly violations: readonly Violation[] },
): ReadOne<T> {
  const { documents, violations: flaws } = readDocuments(source);
  const [document, second] = documents;
  if (flaws.length > 0) return { value: null, violations: flaws };
  if (document === undefined) return { value: null, violations: [{ ...emptyOf(kind), line: 1, column: 1 }] };
  if (second !== undefined) return { value: null, violations: [{ ...SEVERAL, line: second.line, column: 1 }] };
  const { value, violations } = check(document.tree);
  return {
    value,
    violations: inOrder(violations.map((violation) => ({ ...violation, ...document.locate(violation.path, violation.subject) }))),
  };
}

function emptyOf(kind: string): Violation {
  return {
    ...{ code: 'missing-key', path: [], subject: 'value', message: 'the file holds no document', found: 'nothing' },
    ...{ expected: `\`kind: ${kind}\``, didYouMean: null },
  };
}

const SEVERAL: Violation = {
  ...{ code: 'several-documents', path: [], subject: 'value', message: 'a second document begins here', found: 'another document' },
  ...{ expected: 'one document', didYouMean: null },
};
