/**
 * Reads files for probes, within the folders that the agent's own file names and nowhere else.
 *
 * A path is judged twice: as it is written, before anything is asked of the disk, and as the system resolves it, so that no
 * link leads out. What was opened is judged again where the system tells, because links can change in between. Only regular
 * files are read: a pipe would make a probe wait for ever.
 */
import { constants } from 'node:fs';
import { type FileHandle, open, opendir, realpath } from 'node:fs/promises';
import { isAbsolute, join, normalize, resolve, sep } from 'node:path';
import { deny, ok, type ProbeTools, type Result } from '@glidepath/core';

export const LISTED_MAX = 10_000;

type FileReason = 'file-missing' | 'not-permitted' | 'too-large';

export type FileReader = Pick<ProbeTools, 'readFile' | 'listFolder'>;

/** `folders` may also name single files. */
export function createFileReader(folders: readonly string[]): FileReader {
  return {
    async readFile(path, maxBytes) {
      const place = await placeOf(path, folders);
      return place.ok ? readBounded(place.value, folders, maxBytes) : place;
    },
    async listFolder(path) {
      const place = await placeOf(path, folders);
      return place.ok ? list(place.value) : place;
    },
  };
}

/** Where a path really leads, if that is within the folders. */
async function placeOf(path: string, folders: readonly string[]): Promise<Result<string, 'file-missing' | 'not-permitted'>> {
  const written = normalize(path);
  // Outside, nothing is told: whether a file is there is nobody's business.
  if (!isAbsolute(path) || path.includes('\0') || !folders.some((folder) => isWithin(written, normalize(folder)))) return outside(path);
  let real: string;
  try {
    real = await realpath(written);
  } catch (error) {
    return refusalOf(error, path);
  }
  return (await isAllowed(real, folders)) ? ok(real) : outside(path);
}

async function isAllowed(real: string, folders: readonly string[]): Promise<boolean> {
  const roots = await Promise.all(folders.map((folder) => realpath(folder).catch(() => null)));
  return roots.some((root) => root !== null && isWithin(real, root));
}

function isWithin(path: string, folder: string): boolean {
  const root = folder.length > 1 && folder.endsWith(sep) ? folder.slice(0, -1) : folder;
  return path === root || path.startsWith(root.endsWith(sep) ? root : `${root}${sep}`);
}

async function readBounded(real: string, folders: readonly string[], maxBytes: number): Promise<Result<Uint8Array, FileReason>> {
  let handle: FileHandle;
  try {
    // The last part was resolved already: a link there now was put there since. Non-blocking: a pipe does not wait.
    handle = await open(real, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0));
  } catch (error) {
    return refusalOf(error, real);
  }
  try {
    const facts = await handle.stat();
    if (!facts.isFile()) return deny('not-permitted', `${real} is no regular file`);
    const opened = await openedPath(handle);
    if (opened !== null && !(await isAllowed(opened, folders))) return outside(real);
    if (facts.size > maxBytes) return tooLarge(real, maxBytes);
    return await readUpTo(handle, real, maxBytes);
  } catch (error) {
    return refusalOf(error, real);
  } finally {
    await handle.close();
  }
}

/** What the handle stands for, as Linux says it; null elsewhere. */
async function openedPath(handle: FileHandle): Promise<string | null> {
  return process.platform === 'linux' ? realpath(`/proc/self/fd/${handle.fd}`).catch(() => null) : null;
}

/** A file may grow while it is read, and some say that they are empty and are not. */
async function readUpTo(handle: FileHandle, real: string, maxBytes: number): Promise<Result<Uint8Array, FileReason>> {
  const parts: Buffer[] = [];
  let size = 0;
  for (;;) {
    const part = Buffer.allocUnsafe(Math.min(1024 * 1024, maxBytes - size + 1));
    const { bytesRead } = await handle.read(part, 0, part.length, null);
    if (bytesRead === 0) return ok(Buffer.concat(parts, size));
    size += bytesRead;
    if (size > maxBytes) return tooLarge(real, maxBytes);
    parts.push(part.subarray(0, bytesRead));
  }
}

async function list(real: string): Promise<Result<readonly string[], 'file-missing' | 'not-permitted'>> {
  const names: string[] = [];
  try {
    for await (const entry of await opendir(real)) {
      if (entry.isFile() || entry.isSymbolicLink()) names.push(entry.name);
      if (names.length >= LISTED_MAX) break;
    }
  } catch (error) {
    return refusalOf(error, real);
  }
  return ok(names.sort());
}

function outside(path: string): Result<never, 'not-permitted'> {
  return deny('not-permitted', `${path} is not within the folders that the agent's own file names`);
}

function tooLarge(path: string, maxBytes: number): Result<never, 'too-large'> {
  return deny('too-large', `${path} has more than ${maxBytes} bytes`);
}

const MISSING = new Set(['ENOENT', 'ENOTDIR', 'ENAMETOOLONG']);

function refusalOf(error: unknown, path: string): Result<never, 'file-missing' | 'not-permitted'> {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
  if (MISSING.has(code)) return deny('file-missing', `there is no file ${path}`);
  return deny('not-permitted', `${path} cannot be read: ${code}`, { code });
}

/** An absolute path of a file beside another one. */
export function beside(file: string, name: string): string {
  return resolve(join(file, '..', name));
}
