/**
 * Makes a PostgreSQL cluster, whole or not at all, and says what an existing one is.
 *
 * `initdb` works in a folder of another name, which is renamed when everything in it is on disk: a start that was killed
 * in between leaves rubbish with our name on it, which the next one removes. The passwords lie beside the cluster, in a
 * file that only the database's user (and root) reads.
 */
import { randomBytes } from 'node:crypto';
import { chmod, chown, lchown, mkdir, open, readdir, readFile, rename, rm, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Binaries } from './binaries.ts';
import { diskFull, embeddedFault, errorCode, fileFault, outputFault, versionMismatch } from './faults.ts';
import { type Account, clusterPath, type Identity } from './identity.ts';
import { run } from './run.ts';

/** Passwords of the role that owns the database, and of the superuser, which only this adapter uses. */
export interface Credentials {
  readonly owner: string;
  readonly superuser: string;
}

export const SUPERUSER = 'postgres';
/** Role and database that the control plane uses. */
export const OWNER = 'glidepath';

/** A new cluster with its first log takes about 60 MB. */
const SPACE_NEEDED_BYTES = 96 * 1024 * 1024;
const PASSWORDS = 'passwords.json';

export function clusterFolder(dataDir: string): string {
  return join(dataDir, 'postgres', 'cluster');
}

/** Major version of the cluster in a data folder; null when there is none yet. */
export async function clusterVersion(dataDir: string): Promise<string | null> {
  const path = join(clusterFolder(dataDir), 'PG_VERSION');
  try {
    return (await readFile(path, 'utf8')).trim();
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw fileFault(error, join(dataDir, 'postgres'));
  }
  const exists = await readdir(join(dataDir, 'postgres')).catch(() => null);
  if (exists === null) return null;
  throw embeddedFault(
    'data-folder-damaged',
    `${path} is missing, though ${join(dataDir, 'postgres')} exists: the database there is damaged. Restore it from a backup, or choose a new folder with --data.`,
  );
}

export function requireVersion(dataDir: string, found: string, ours: string): void {
  if (found !== ours) throw versionMismatch(clusterFolder(dataDir), found, ours);
}

export async function readCredentials(dataDir: string): Promise<Credentials> {
  const path = join(dataDir, 'postgres', PASSWORDS);
  try {
    const found: Partial<Credentials> = JSON.parse(await readFile(path, 'utf8'));
    if (typeof found.owner === 'string' && typeof found.superuser === 'string') return { owner: found.owner, superuser: found.superuser };
  } catch (error) {
    if (errorCode(error) !== 'ENOENT' && !(error instanceof SyntaxError)) throw fileFault(error, path);
  }
  throw embeddedFault(
    'data-folder-damaged',
    `${path} is missing or torn: without its passwords the database cannot be opened. Restore that file from a backup.`,
  );
}

export async function createCluster(dataDir: string, binaries: Binaries, identity: Identity): Promise<void> {
  await removeLeftovers(dataDir);
  await requireSpace(dataDir);
  const stage = join(dataDir, `.new-${randomBytes(6).toString('hex')}`);
  try {
    await fill(stage, binaries, identity);
    await rename(stage, join(dataDir, 'postgres'));
    await syncFolder(dataDir);
  } catch (error) {
    await rm(stage, { recursive: true, force: true });
    throw fileFault(error, dataDir);
  }
}

async function removeLeftovers(dataDir: string): Promise<void> {
  for (const entry of await readdir(dataDir)) {
    if (entry.startsWith('.new-')) await rm(join(dataDir, entry), { recursive: true, force: true }).catch(() => {});
  }
}

async function requireSpace(dataDir: string): Promise<void> {
  const disk = await statfs(dataDir).catch(() => null);
  if (disk !== null && disk.blocks > 0 && disk.bavail * disk.bsize < SPACE_NEEDED_BYTES) throw diskFull(dataDir);
}

async function fill(stage: string, binaries: Binaries, identity: Identity): Promise<void> {
  const cluster = join(stage, 'cluster');
  const credentials: Credentials = { owner: randomBytes(24).toString('base64url'), superuser: randomBytes(24).toString('base64url') };
  await mkdir(stage, { mode: 0o700 });
  await mkdir(cluster, { mode: 0o700 });
  await writeFile(join(stage, 'superuser'), `${credentials.superuser}\n`, { mode: 0o600 });
  await give(stage, identity.maker);
  await initdb(cluster, binaries, identity);
  await rm(join(stage, 'superuser'));
  const handle = await open(join(stage, PASSWORDS), 'wx', 0o600);
  await handle.writeFile(`${JSON.stringify(credentials)}\n`);
  await handle.sync().finally(() => handle.close());
  await give(stage, identity.server);
  await chmod(cluster, 0o700);
  await syncFolder(stage);
}

async function initdb(cluster: string, binaries: Binaries, identity: Identity): Promise<void> {
  if (identity.server !== null && identity.maker === null) throw nobodyNamed('no ordinary user in /etc/passwd');
  const path = clusterPath(cluster, identity.maker);
  const args = [
    ...['-D', path, '-U', SUPERUSER, `--pwfile=${path}/../superuser`],
    ...['--auth-local=reject', '--auth-host=scram-sha-256', '--encoding=UTF8', '--locale=C'],
    ...['--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--no-instructions'],
  ];
  const ran = await run(binaries.initdb, args, { cwd: cluster, account: identity.maker });
  if (ran.code === 0) return;
  if (/could not look up effective user/.test(ran.stderr)) throw nobodyNamed(`this process's user id ${process.getuid?.()} has no name`);
  throw outputFault('Making the database', ran.stderr || ran.stdout, { path: cluster, port: null, ours: binaries.major });
}

function nobodyNamed(why: string): Error {
  return embeddedFault(
    'database-user-missing',
    `PostgreSQL's initdb needs a user with a name: ${why}. Add a line for it to /etc/passwd, or use --database-url.`,
  );
}

/** Hands a folder and everything in it to an account; links are handed over, not followed. */
async function give(folder: string, account: Account | null): Promise<void> {
  if (account === null) return;
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  await Promise.all(entries.map((entry) => lchown(join(entry.parentPath, entry.name), account.uid, account.gid)));
  await chown(folder, account.uid, account.gid);
}

async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  await handle.sync().finally(() => handle.close());
}
