/**
 * The cache folder of a Node process. A write is a new file, synced, renamed over the old one, and the folder synced:
 * after a power cut there is the old text or the new one. Temporary names are unique to the process and the write, so
 * that processes sharing a folder never write into one another's file.
 */
import { randomBytes } from 'node:crypto';
import { link, mkdir, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FileStore } from '../platform.ts';

const TEXT_MAX_BYTES = 1024 * 1024;

export function nodeFiles(folder: string): FileStore {
  /** Writes the text under a name of its own, hands that to `move`, and leaves nothing behind. */
  const place = async (name: string, text: string, move: (from: string, to: string) => Promise<void>): Promise<void> => {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const path = join(folder, name);
    const temporary = `${path}.${randomBytes(8).toString('hex')}.tmp`;
    try {
      await writeFile(temporary, text, { flag: 'wx', mode: 0o600, flush: true });
      await move(temporary, path);
      await syncFolder(folder);
    } finally {
      await rm(temporary, { force: true });
    }
  };
  return {
    async read(name) {
      const path = join(folder, name);
      try {
        if ((await stat(path)).size > TEXT_MAX_BYTES) throw new Error('larger than anything that is kept here');
        return await readFile(path, 'utf8');
      } catch (error) {
        if (codeOf(error) === 'ENOENT') return null;
        throw error;
      }
    },
    write: (name, text) => place(name, text, rename),
    async create(name, text) {
      try {
        await place(name, text, link);
        return true;
      } catch (error) {
        if (codeOf(error) === 'EEXIST') return false;
        throw error;
      }
    },
  };
}

/** Makes a rename last. Windows cannot open a folder, and needs not. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function codeOf(error: unknown): unknown {
  return (error as { readonly code?: unknown }).code;
}
