/** The embedded database of a control plane that runs now, for who has the data folder and not the process. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { clusterFolder, clusterVersion, OWNER, readCredentials } from './cluster.ts';

/** Whether the data folder holds a database at all. Throws where it holds a damaged one. */
export async function hasCluster(dataDir: string): Promise<boolean> {
  return (await clusterVersion(dataDir)) !== null;
}

/** Its address, from PostgreSQL's own note of where it listens; null: there is no note, so that nothing runs. */
export async function runningDatabaseUrl(dataDir: string): Promise<string | null> {
  const note = await readFile(join(clusterFolder(dataDir), 'postmaster.pid'), 'utf8').catch(() => null);
  const port = Number(note?.split('\n')[3]);
  if (!Number.isInteger(port) || port < 1) return null;
  const { owner } = await readCredentials(dataDir);
  return `postgresql://${OWNER}:${owner}@127.0.0.1:${port}/${OWNER}`;
}
