/**
 * Walks folders for files worth a look, and opens nothing but plain files.
 *
 * What a disk holds against a walk is bounded here: loops of links (each folder once, by device and inode), file systems that
 * are none (`/proc`) or are far away (a mount is not entered), pipes and devices (never opened: a pipe would wait for ever),
 * too many files, too little time. Every bound says so when it was reached.
 */
import type { Dirent, Stats } from 'node:fs';
import { lstat, opendir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Skipped, SkipReason } from './found.ts';

export interface WalkOptions {
  readonly roots: readonly string[];
  readonly filesMax: number;
  /** Whether a file of this name is worth a look. */
  readonly isWanted: (name: string) => boolean;
  readonly isOutOfTime: () => boolean;
  readonly skip: (skipped: Skipped) => void;
  /** After every folder. */
  readonly progress: (seen: Progress) => void;
}

export interface Progress {
  readonly folders: number;
  readonly files: number;
}

export interface WalkedFile {
  readonly path: string;
  readonly size: number;
}

const NOT_SEARCHED: ReadonlySet<string> = new Set(['node_modules', '.git', '.hg', '.svn', '__pycache__']);
const NO_FILE_SYSTEM: ReadonlySet<string> = new Set(['/proc', '/sys', '/dev', '/run']);

/** Yields each file once, in the order of the folders, those of a folder sorted by name. */
export async function* walk(options: WalkOptions): AsyncGenerator<WalkedFile> {
  const { filesMax, isOutOfTime, skip, progress } = options;
  const seen = new Set<string>();
  let files = 0;
  let folders = 0;
  for (const root of options.roots) {
    const waiting: { path: string; device: number | null }[] = [{ path: root, device: null }];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      if (isOutOfTime()) return skipAll(waiting, next, 'out-of-time', skip);
      const facts = await factsOf(next.path);
      if (facts === null) continue;
      if (!isNew(facts, seen)) {
        skip({ place: next.path, reason: 'seen-already', message: null });
        continue;
      }
      if (facts.isFile()) {
        files += 1;
        yield { path: next.path, size: facts.size };
        continue;
      }
      const refusal = folderRefusal(next, facts);
      if (refusal !== null) {
        skip({ place: next.path, ...refusal });
        continue;
      }
      folders += 1;
      const listed = await list(next.path);
      if (listed === null) {
        skip({ place: next.path, reason: 'unreadable', message: null });
        continue;
      }
      for (const entry of listed.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
        const path = join(next.path, entry.name);
        const file = entry.isDirectory() ? null : await fileOf(path, entry, options, seen);
        if (file === 'folder' || entry.isDirectory()) waiting.push({ path, device: facts.dev });
        if (file === null || file === 'folder') continue;
        if (files >= filesMax || isOutOfTime()) return skipAll(waiting, { path }, files >= filesMax ? 'too-many' : 'out-of-time', skip);
        files += 1;
        yield file;
      }
      progress({ folders, files });
    }
  }
}

function skipAll(waiting: readonly { path: string }[], next: { path: string }, reason: SkipReason, skip: WalkOptions['skip']): void {
  for (const { path } of [next, ...waiting]) skip({ place: path, reason, message: null });
}

/** A link is what it points to; nothing at its end is nothing. */
async function factsOf(path: string): Promise<Stats | null> {
  return stat(path).catch(() => null);
}

function isNew({ dev, ino }: Stats, seen: Set<string>): boolean {
  const key = `${dev}:${ino}`;
  if (seen.has(key)) return false;
  seen.add(key);
  return true;
}

function folderRefusal({ path, device }: { path: string; device: number | null }, facts: Stats): Omit<Skipped, 'place'> | null {
  if (!facts.isDirectory()) return { reason: 'special-file', message: null };
  // What was named on the command line is searched, whatever it is called.
  if (device === null) return NO_FILE_SYSTEM.has(path) ? { reason: 'other-file-system', message: 'it holds no files of its own' } : null;
  if (NOT_SEARCHED.has(basename(path))) return { reason: 'not-searched', message: null };
  return facts.dev === device ? null : { reason: 'other-file-system', message: null };
}

const ENTRIES_MAX = 100_000;

async function list(path: string): Promise<readonly Dirent[] | null> {
  const entries: Dirent[] = [];
  try {
    for await (const entry of await opendir(path, { bufferSize: 256 })) {
      if (entries.length >= ENTRIES_MAX) break;
      entries.push(entry);
    }
  } catch {
    return entries.length > 0 ? entries : null;
  }
  return entries;
}

/** A plain file that is wanted and new; `folder` for a link to one; null for all else, with its reason where that matters. */
async function fileOf(
  path: string,
  entry: Dirent,
  { isWanted, skip }: WalkOptions,
  seen: Set<string>,
): Promise<WalkedFile | 'folder' | null> {
  const isLink = entry.isSymbolicLink();
  if (!isLink && !entry.isFile()) {
    skip({ place: path, reason: 'special-file', message: null });
    return null;
  }
  const isNamed = isWanted(entry.name);
  if (!isLink && !isNamed) return null;
  const facts = isLink ? await factsOf(path) : await lstat(path).catch(() => null);
  if (facts === null) return null;
  if (facts.isDirectory()) return 'folder';
  if (!facts.isFile()) {
    skip({ place: path, reason: 'special-file', message: null });
    return null;
  }
  if (!isNamed) return null;
  if (isNew(facts, seen)) return { path, size: facts.size };
  skip({ place: path, reason: 'seen-already', message: null });
  return null;
}
