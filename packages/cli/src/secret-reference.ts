/**
 * Reads a secret that the command line may name but not hold: `env:NAME`, `file:/path`, or typed at a prompt.
 *
 * Arguments are seen by everybody on the machine and kept in a shell's history, so a secret itself is refused there.
 */
import { usage } from './failure.ts';
import type { Shell } from './shell.ts';
import { harmless } from './terminal/safe-text.ts';

const FILE_MAX_BYTES = 64 * 1024;

export async function readSecretReference(shell: Shell, reference: string | undefined, option: string, prompt: string): Promise<string> {
  const value = reference === undefined ? await shell.readSecret(`${prompt}: `) : await resolve(shell, reference, option);
  const secret = value.trim();
  if (secret === '') throw usage(`${prompt} is empty.`, { next: `name where it is: ${option} env:NAME or ${option} file:/path` });
  return secret;
}

async function resolve(shell: Shell, reference: string, option: string): Promise<string> {
  const [scheme] = reference.split(':', 1);
  const rest = reference.slice((scheme?.length ?? 0) + 1);
  if (scheme === 'env') {
    const value = shell.env[rest];
    if (value === undefined || value === '') throw usage(`the environment has no variable ${harmless(rest)}.`);
    return value;
  }
  if (scheme === 'file') return readFile(shell, rest);
  // It may be the secret itself: never repeated.
  throw usage(`${option} takes where the secret is, not the secret.`, {
    details: [`expected: ${option} env:NAME or ${option} file:/path; without ${option} it is asked for`],
  });
}

async function readFile(shell: Shell, path: string): Promise<string> {
  let bytes: Uint8Array;
  try {
    bytes = await shell.readFile(path);
  } catch {
    throw usage(`${harmless(path)} cannot be read.`);
  }
  if (bytes.byteLength > FILE_MAX_BYTES) throw usage(`${harmless(path)} is too large to be a secret.`);
  return new TextDecoder().decode(bytes);
}
