/**
 * The newest head of each log that this person has checked, so that a log which was rolled back or rewritten since is noticed.
 *
 * Kept beside the credentials, one per name of the control plane; only what was found good is kept.
 */
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { EarlierHead } from '@glidepath/protocol';
import { credentialsFile } from '../api/config.ts';
import type { Shell } from '../shell.ts';

type Heads = Readonly<Record<string, EarlierHead>>;

export async function seenHead(shell: Shell, issuer: string): Promise<EarlierHead | null> {
  return (await readHeads(shell))[issuer] ?? null;
}

export async function keepHead(shell: Shell, issuer: string, { size, root }: EarlierHead): Promise<void> {
  const path = headsFile(shell);
  const next: Heads = { ...(await readHeads(shell)), [issuer]: { size, root } };
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const fresh = `${path}.${process.pid}`;
  await writeFile(fresh, `${JSON.stringify(next, null, 2)}\n`, { mode: 0o600 });
  await rename(fresh, path);
}

function headsFile(shell: Shell): string {
  return join(dirname(credentialsFile(shell.env)), 'log-heads.json');
}

/** What cannot be read is as if nothing had been seen: the check of the log itself does not depend on it. */
async function readHeads(shell: Shell): Promise<Heads> {
  try {
    const read: unknown = JSON.parse(await readFile(headsFile(shell), 'utf8'));
    return typeof read === 'object' && read !== null ? (read as Heads) : {};
  } catch {
    return {};
  }
}
