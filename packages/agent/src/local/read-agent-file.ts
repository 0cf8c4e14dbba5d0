/** From the text of an agent's local file to what it says, or every violation at its line and column. */
import { type AgentFile, checkAgentFile, type Violation } from '@glidepath/core';
import { type LocatedViolation, readDocuments } from '@glidepath/protocol/inventory';

export interface ReadAgentFile {
  /** Null when there are violations. */
  readonly file: AgentFile | null;
  /** In the order of the text. */
  readonly violations: readonly LocatedViolation[];
}

/** Never throws, for any text or bytes. */
export function readAgentFile(source: string | Uint8Array): ReadAgentFile {
  const { documents, violations: flaws } = readDocuments(source);
  const [document, second] = documents;
  if (flaws.length > 0) return { file: null, violations: flaws };
  if (document === undefined) return { file: null, violations: [{ ...EMPTY, line: 1, column: 1 }] };
  if (second !== undefined) return { file: null, violations: [{ ...SEVERAL, line: second.line, column: 1 }] };
  const checked = checkAgentFile(document.tree);
  const violations = checked.violations
    .map((violation): LocatedViolation => ({ ...violation, ...document.locate(violation.path, violation.subject) }))
    .sort((one, other) => one.line - other.line || one.column - other.column);
  return { file: checked.file, violations };
}

const EMPTY: Violation = {
  ...{ code: 'missing-key', path: [], subject: 'value', message: 'the file holds no document', found: 'nothing' },
  ...{ expected: '`kind: Agent`', didYouMean: null },
};

const SEVERAL: Violation = {
  ...{ code: 'several-documents', path: [], subject: 'value', message: 'a second document begins here', found: 'another document' },
  ...{ expected: 'one document', didYouMean: null },
};
