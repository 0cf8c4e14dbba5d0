/** From the text of an agent's local file to what it says, or every violation at its line and column. */
import { type AgentFile, checkAgentFile } from '@glidepath/core';
import { type LocatedViolation, readOne } from '@glidepath/protocol/inventory';

export interface ReadAgentFile {
  /** Null when there are violations. */
  readonly file: AgentFile | null;
  /** In the order of the text. */
  readonly violations: readonly LocatedViolation[];
}

/** Never throws, for any text or bytes. */
export function readAgentFile(source: string | Uint8Array): ReadAgentFile {
  const { value, violations } = readOne(source, 'Agent', (tree) => {
    const checked = checkAgentFile(tree);
    return { value: checked.file, violations: checked.violations };
  });
  return { file: value, violations };
}
