/** Policy files read, proved and tested: what every output format of `glidepath policy verify` is made from. */
import { type PolicyTestResult, type ProofViolation, type ProvedDocument, proveDocument, runPolicyTests } from '@glidepath/core';
import { type PolicyFile, readPolicyFile } from '../commands/policy-file.ts';
import type { Shell } from '../shell.ts';

export interface VerifiedFile extends PolicyFile {
  /** Null: the text is no one tree, so that there is nothing to prove. */
  readonly proved: ProvedDocument | null;
  /** What proving took; tests and reading are not in it. */
  readonly proofMs: number;
  readonly tests: readonly PolicyTestResult[];
  readonly isGood: boolean;
}

export interface PlacedViolation {
  readonly violation: ProofViolation;
  readonly line: number;
  readonly column: number;
}

export async function verifyFile(shell: Shell, file: string, monotonic: () => number): Promise<VerifiedFile> {
  const read = await readPolicyFile(shell, file);
  const { document, policy } = read.reading;
  const begun = monotonic();
  const proved = document === null ? null : proveDocument(document.tree);
  const proofMs = monotonic() - begun;
  const tests = policy === null ? [] : runPolicyTests(policy);
  const isGood = policy !== null && proved?.proof?.isProved === true && tests.every(({ passed }) => passed);
  return { ...read, proved, proofMs, tests, isGood };
}

/** What the proof found, each at its place in the text, in the proof's order. */
export function placed({ reading, proved }: VerifiedFile): readonly PlacedViolation[] {
  return (proved?.proof?.violations ?? []).map((violation) => ({ violation, ...reading.locate(violation.path, 'value') }));
}

/** A policy without a name that can be read is called by its file. */
export function nameOf({ proved, file }: VerifiedFile): string {
  return proved?.policy?.name ?? file.replace(/^.*[\\/]/, '').replace(/\.[^.]*$/, '');
}
