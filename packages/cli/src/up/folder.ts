/** Where `up` keeps its things when nobody says otherwise, and the files beside the database. */
import { randomUUID } from 'node:crypto';
import { mkdir, open, readFile, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Shell } from '../shell.ts';

/** Root keeps it where a service does, everybody else in their own data folder. */
export function defaultDataFolder(env: Shell['env']): string {
  if (env.GLIDEPATH_DATA) return env.GLIDEPATH_DATA;
  if (process.platform === 'linux' && process.getuid?.() === 0) return '/var/lib/glidepath';
  return join(env.XDG_DATA_HOME || join(env.HOME || homedir(), '.local', 'share'), 'glidepath');
}

export const sealKeyFile = (dataDir: string): string => join(dataDir, 'seal.key');
export const rootsFolder = (dataDir: string): string => join(dataDir, 'roots');
export const rootFile = (folder: string, environment: string, number: number): string => join(folder, `${environment}-root-${number}.json`);

/** The root's encrypted file, on disk before anybody is told its passphrase. */
export async function keepRootFile(dataDir: string, environment: string, root: { number: number; file: string }): Promise<string> {
  await mkdir(rootsFolder(dataDir), { recursive: true, mode: 0o700 });
  const path = rootFile(rootsFolder(dataDir), environment, root.number);
  const handle = await open(path, 'wx', 0o600);
  try {
    await handle.writeFile(root.file);
    await handle.sync();
  } finally {
    await handle.close();
  }
  return path;
}

/**
 * The name of this control plane in the words it signs: random, because an address changes and a name must not.
 *
 * Kept in the data folder until the database has it; a start that died in between uses the same one again.
 */
export async function issuerName(dataDir: string, environment: string): Promise<string> {
  const path = join(dataDir, 'issuer');
  try {
    await writeFile(path, `glidepath:${randomUUID()}\n`, { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
  return `${(await readFile(path, 'utf8')).trim()}/${environment}`;
}
