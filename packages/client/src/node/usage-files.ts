/**
 * Segments of use in a folder: `NAME.events`, each with one owner, who shows by its time stamp that it lives.
 *
 * A line is handed to the kernel before `append` returns, so that it survives the end of the process, and is on the disk a
 * second or so later (`keep`): a power cut may cost that second. A file that nobody has touched for a minute is an orphan;
 * whoever renames it first has it. An owner that was only asleep finds its file gone and begins another: its events are in
 * its memory still, and one that both send is counted once.
 */
import { randomBytes } from 'node:crypto';
import {
  appendFileSync,
  closeSync,
  fdatasync,
  futimesSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { UsageStore } from '../usage/store.ts';

const SUFFIX = '.events';
const ASIDE = 'rejected.jsonl';
const ASIDE_MAX_BYTES = 10 * 1024 * 1024;
/** A larger segment is followed by another. */
const SEGMENT_MAX_BYTES = 1024 * 1024;
const ORPHANED_AFTER_MS = 60_000;
const sync = promisify(fdatasync);

export function usageFiles(folder: string): UsageStore {
  const owned = new Set<string>();
  let current: { readonly name: string; readonly file: number; bytes: number; isTorn: boolean } | null = null;
  let isUnsynced = false;

  const begin = (): NonNullable<typeof current> => {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const name = randomBytes(12).toString('hex') + SUFFIX;
    const begun = { name, file: openSync(join(folder, name), 'ax', 0o600), bytes: 0, isTorn: false };
    owned.add(name);
    return begun;
  };

  const end = (): void => {
    if (current !== null) closeSync(current.file);
    current = null;
  };

  const names = (): readonly string[] => readdirSync(folder).filter((name) => name.endsWith(SUFFIX) && !owned.has(name));

  const isOrphan = (name: string, bytesMax: number): boolean => {
    const { mtimeMs, size } = statSync(join(folder, name));
    // A clock that was set back makes a time stamp lie ahead; its owner would have renewed it.
    return size <= bytesMax && Math.abs(Date.now() - mtimeMs) > ORPHANED_AFTER_MS;
  };

  return {
    append(line) {
      try {
        if (current !== null && current.bytes >= SEGMENT_MAX_BYTES) end();
        current ??= begin();
        // A line that was cut short by a full disk ends here and not in the middle of the next.
        const text = Buffer.from(`${current.isTorn ? '\n' : ''}${line}\n`);
        current.isTorn = true;
        const written = writeSync(current.file, text);
        current.bytes += written;
        if (written < text.length) return null;
        current.isTorn = false;
        isUnsynced = true;
        return current.name;
      } catch {
        return null;
      }
    },
    drop(segment) {
      try {
        if (current?.name === segment) end();
        owned.delete(segment);
        rmSync(join(folder, segment), { force: true });
      } catch {
        // It is taken over one day, and what is in it is counted once.
      }
    },
    takeOver(bytesMax) {
      try {
        for (const name of names()) {
          const segment = randomBytes(12).toString('hex') + SUFFIX;
          try {
            if (!isOrphan(name, bytesMax)) continue;
            renameSync(join(folder, name), join(folder, segment));
          } catch {
            // Another process was first.
            continue;
          }
          owned.add(segment);
          const now = Date.now() / 1000;
          utimesSync(join(folder, segment), now, now);
          return {
            segment,
            lines: readFileSync(join(folder, segment), 'utf8')
              .split('\n')
              .filter((line) => line !== ''),
          };
        }
      } catch {
        // There is no folder yet, or it cannot be read now.
      }
      return null;
    },
    async keep() {
      const now = Date.now() / 1000;
      for (const name of owned) {
        try {
          if (name === current?.name) futimesSync(current.file, now, now);
          else utimesSync(join(folder, name), now, now);
          if (name === current?.name && !readdirSync(folder).includes(name)) end();
        } catch {
          owned.delete(name);
        }
      }
      if (current === null || !isUnsynced) return;
      isUnsynced = false;
      await sync(current.file).catch(() => {});
    },
    layAside(line) {
      try {
        const path = join(folder, ASIDE);
        if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) + line.length > ASIDE_MAX_BYTES) return false;
        mkdirSync(folder, { recursive: true, mode: 0o700 });
        appendFileSync(path, `${line}\n`, { mode: 0o600 });
        return true;
      } catch {
        return false;
      }
    },
    async close() {
      if (current !== null) await sync(current.file).catch(() => {});
      end();
      for (const name of owned) {
        try {
          // At once an orphan: the next process need not wait.
          utimesSync(join(folder, name), 0, 0);
        } catch {
          // It is gone.
        }
      }
      owned.clear();
    },
  };
}
