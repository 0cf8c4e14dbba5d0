/** Runs one of PostgreSQL's programs to its end, with an environment of ours and as a given user. */
import { spawn } from 'node:child_process';
import type { Account } from './identity.ts';

export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * The whole environment of PostgreSQL's programs. Nothing of the caller's: a PGDATA, PGOPTIONS or LD_PRELOAD of a shell
 * must not reach a database that is ours.
 */
export function cleanEnvironment(): Record<string, string> {
  const kept = process.platform === 'win32' ? ['SystemRoot', 'PATH', 'TEMP', 'TMP'] : [];
  const environment: Record<string, string> = { PATH: process.platform === 'win32' ? '' : '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' };
  for (const name of kept) environment[name] = process.env[name] ?? '';
  return environment;
}

/** `cwd` is entered before the user changes: it may lie where the account itself could not go. */
export function run(
  program: string,
  args: readonly string[],
  options: { cwd: string; account: Account | null; input?: string },
): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: options.cwd,
      env: cleanEnvironment(),
      stdio: ['pipe', 'pipe', 'pipe'],
      windowsHide: true,
      ...(options.account ?? {}),
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child.stdin.on('error', () => {});
    child.stdin.end(options.input ?? '');
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, stdout, stderr }));
  });
}
