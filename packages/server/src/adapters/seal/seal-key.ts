/**
 * Where the sealing key comes from: `GLIDEPATH_SEAL_KEY` (base64url, 32 bytes), else a file beside the data, made on the
 * first start with mode 0600. Lost, the online keys are lost with it, and the root is needed for new ones: so a file that is
 * missing is made only where the caller says that nothing was sealed yet.
 */
import { closeSync, fsyncSync, openSync, readFileSync, statSync, writeSync } from 'node:fs';
import { type Entropy, Fault } from '@glidepath/core';
import type { Examiner, Finding } from '../../findings.ts';
import { SEAL_KEY_BYTES } from './aes-seal.ts';

export const SEAL_KEY_VARIABLE = 'GLIDEPATH_SEAL_KEY';

export interface SealKeySource {
  /** The program's environment variables. */
  readonly variables: Readonly<Record<string, string | undefined>>;
  readonly file: string;
  /** Whether a missing file is made: only on a store in which nothing is sealed. */
  readonly mayMake: boolean;
}

export function readSealKey({ variables, file, mayMake }: SealKeySource, entropy: Entropy): Uint8Array {
  const given = variables[SEAL_KEY_VARIABLE];
  if (given !== undefined) return decodeKey(given, SEAL_KEY_VARIABLE);
  try {
    return decodeKey(readFileSync(file, 'utf8'), file);
  } catch (error) {
    if (!isMissing(error))
      throw error instanceof Fault
        ? error
        : new Fault('seal-key-unreadable', `The sealing key ${file} cannot be read`, { retryable: false, cause: error });
  }
  if (!mayMake) {
    const mend = `put the file back from a backup, or set ${SEAL_KEY_VARIABLE}`;
    throw new Fault('seal-key-missing', `The database holds sealed keys, but their sealing key ${file} is missing: ${mend}`, {
      retryable: false,
    });
  }
  return makeKey(file, entropy);
}

function makeKey(file: string, entropy: Entropy): Uint8Array {
  const key = entropy.bytes(SEAL_KEY_BYTES);
  // Exclusive: of two first starts, the second reads what the first wrote.
  const handle = openSync(file, 'wx', 0o600);
  try {
    writeSync(handle, `${Buffer.from(key).toString('base64url')}\n`);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  return key;
}

function decodeKey(text: string, from: string): Uint8Array {
  const key = Buffer.from(text.trim(), 'base64url');
  if (key.length === SEAL_KEY_BYTES && /^[A-Za-z0-9_-]{43}$/.test(text.trim())) return key;
  throw new Fault('seal-key-malformed', `${from} holds no sealing key (43 characters of base64url)`, { retryable: false });
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

/** Finds a sealing key that others on the machine can read. */
export function sealFileExaminer(file: string): Examiner {
  return {
    name: 'seal',
    async examine(): Promise<readonly Finding[]> {
      const mode = statSync(file, { throwIfNoEntry: false })?.mode;
      if (mode === undefined || (mode & 0o077) === 0) return [];
      const octal = (mode & 0o777).toString(8).padStart(4, '0');
      const message = `The sealing key can be read by other users of this machine (mode ${octal}).`;
      return [
        { code: 'seal-key-readable', severity: 'critical', blocksReadiness: false, subject: file, message, mend: `chmod 600 ${file}` },
      ];
    },
  };
}
