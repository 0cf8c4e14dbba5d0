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
  /** After every folder, and with every file. */
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

interface Waiting {
  readonly path: string;
  /** Of the file system that the walk began on; null: somebody named this very path. */
  readonly device: number | null;
}

/** Yields each file once; the files of a folder are sorted by name. */
export async function* walk(options: WalkOptions): AsyncGenerator<WalkedFile> {
  const { filesMax, isOutOfTime, skip, progress } = options;
  const seen = new Set<string>();
  const waiting: Waiting[] = options.roots.map((path) => ({ path, device: null })).reverse();
  const counts = { folders: 0, files: 0 };
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (isOutOfTime()) return leave([next, ...waiting.reverse()], 'out-of-time', skip);
    const entered = await enter(next, seen, skip);
    if (entered === null) continue;
    if ('file' in entered) {
      counts.files += 1;
      yield entered.file;
      continue;
    }
    counts.folders += 1;
    for (const entry of entered.entries) {
      const path = join(next.path, entry.name);
      const file = entry.isDirectory() ? 'folder' : await fileOf(path, entry, options, seen);
      if (file === 'folder') waiting.push({ path, device: entered.device });
      if (file === null || file === 'folder') continue;
      const limit = counts.files >= filesMax ? 'too-many' : isOutOfTime() ? 'out-of-time' : null;
      progress({ ...counts });
      if (limit !== null) return leave([next, ...waiting.reverse()], limit, skip);
      counts.files += 1;
      yield file;
    }
    progress({ ...counts });
  }
}

type Entered = { readonly file: WalkedFile } | { readonly device: number; readonly entries: readonly Dirent[] };

/** Null: there is nothing to enter, and the reason has been told where it matters. */
async function enter(next: Waiting, seen: Set<string>, skip: WalkOptions['skip']): Promise<Entered | null> {
  const { path } = next;
  const facts = await factsOf(path);
  if (facts === null) return null;
  if (!isNew(facts, seen)) {
    skip({ place: path, reason: 'seen-already', message: null });
    return null;
  }
  if (facts.isFile()) return { file: { path, size: facts.size } };
  const refusal = folderRefusal(next, facts);
  const entries = refusal === null ? await list(path) : null;
  if (entries === null) {
    skip({ place: path, ...(refusal ?? { reason: 'unreadable', message: null }) });
    return null;
  }
  return { device: facts.dev, entries: entries.toSorted((a, b) => (a.name < b.name ? -1 : 1)) };
}

function leave(rest: readonly Waiting[], reason: SkipReason, skip: WalkOptions['skip']): void {
  for (const { path } of rest) skip({ place: path, reason, message: null });
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

function folderRefusal({ path, device }: Waiting, facts: Stats): Omit<Skipped, 'place'> | null {
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
