/** Reads a policy file for a command, and shows what is wrong in it with the line it stands in. */
import type { Policy } from '@glidepath/core';
import { nodeCrypto } from '@glidepath/protocol/node';
import { type LocatedViolation, type ReadPolicy, readPolicy } from '@glidepath/protocol/policy';
import { EXIT } from '../exit-codes.ts';
import { Failure } from '../failure.ts';
import type { Shell } from '../shell.ts';
import { harmless, Safe, type Sayable, text } from '../terminal/safe-text.ts';
import { cellWidth } from '../terminal/table.ts';

export interface PolicyFile {
  readonly file: string;
  readonly source: string;
  readonly reading: ReadPolicy;
}

/** `-` is standard input. */
export async function readPolicyFile(shell: Shell, file: string): Promise<PolicyFile> {
  const bytes = await readSource(shell, file, 'glidepath policy check FILE');
  return { file, source: new TextDecoder().decode(bytes), reading: readPolicy(bytes, nodeCrypto) };
}

/** The bytes of a file, or a failure that says why there are none; `next` is what to type then. */
export async function readSource(shell: Shell, file: string, next = 'glidepath help'): Promise<Uint8Array> {
  try {
    return file === '-' ? await shell.readStdin() : await shell.readFile(file);
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? reasons[String(error.code)] : undefined;
    const message = `${file} cannot be read: ${why ?? (error instanceof Error ? error.message : String(error))}.`;
    throw new Failure(EXIT.usage, message, { code: 'no-such-file', next });
  }
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a folder',
  EACCES: 'this user may not read it',
};

/** The checked policy, or a failure that shows every violation. */
export async function requirePolicy(shell: Shell, file: string): Promise<Policy> {
  const read = await readPolicyFile(shell, file);
  if (read.reading.policy !== null) return read.reading.policy;
  const details = read.reading.violations.flatMap((violation) => violationLines(read, violation, shell));
  const count = read.reading.violations.length;
  throw new Failure(EXIT.usage, `${file} is no valid policy: ${count} violation${count === 1 ? '' : 's'}.`, {
    code: 'policy-invalid',
    details,
  });
}

/** `FILE:line:col  message`, what was found and expected, the line itself and a mark below the place. */
export function violationLines(
  { file, source }: Pick<PolicyFile, 'file' | 'source'>,
  violation: LocatedViolation,
  { screen }: Shell,
): readonly Sayable[] {
  const { line, column, message, found, expected, didYouMean } = violation;
  const meant = didYouMean === null ? '' : ` Did you mean ${didYouMean}?`;
  const head = text`${screen.paint.bold(`${file}:${line}:${column}`)}  ${message}: found ${found}, expected ${expected}.${meant}`;
  return [head, ...excerpt(source, line, column, screen.paint.bad)];
}

const EXCERPT_WIDTH = 160;

function excerpt(source: string, line: number, column: number, paint: (value: Sayable) => Safe): readonly Sayable[] {
  const found = source.split(/\r\n|\r|\n/, line)[line - 1];
  if (found === undefined || found.trim() === '' || found.length > EXCERPT_WIDTH) return [];
  const shown = harmless(found.replaceAll('\t', ' '));
  const before = cellWidth(
    harmless(
      Array.from(found)
        .slice(0, column - 1)
        .join('')
        .replaceAll('\t', ' '),
    ),
  );
  const number = String(line).padStart(5);
  return [new Safe(`${number} | ${shown}`), new Safe(`      | ${' '.repeat(before)}${paint('^').text}`)];
}
