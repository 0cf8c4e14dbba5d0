/**
 * The cache folder of a Node process. A write is a new file, synced, renamed over the old one, and the folder synced:
 * after a power cut there is the old text or the new one. Temporary names are unique to the process and the write, so
 * that processes sharing a folder never write into one another's file.
 */
import { randomBytes } from 'node:crypto';
import { type FileHandle, link, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Fault, MINUTE } from '@glidepath/core';
import type { FileStore } from '../platform.ts';

const TEXT_MAX_BYTES = 1024 * 1024;
const TEMPORARY = /\.[0-9a-f]{16}\.tmp$/;
/** A temporary file that is older was left by a process that died. */
const ABANDONED_MS = 10 * MINUTE;

export function nodeFiles(folder: string, now: () => number): FileStore {
  let prepared: Promise<void> | null = null;
  const prepare = (): Promise<void> => {
    prepared ??= prepareFolder(folder, now()).catch((error: unknown) => {
      prepared = null;
      throw error;
    });
    return prepared;
  };
  const temporary = async (name: string, text: string): Promise<string> => {
    await prepare();
    const path = join(folder, `${name}.${randomBytes(8).toString('hex')}.tmp`);
    try {
      await withFile(path, 'wx', async (file) => {
        await file.writeFile(text);
        await file.sync();
      });
    } catch (error) {
      await rm(path, { force: true });
      throw error;
    }
    return path;
  };
  return {
    async read(name) {
      try {
        return await withFile(join(folder, name), 'r', readCapped);
      } catch (error) {
        if (codeOf(error) === 'ENOENT') return null;
        throw error;
      }
    },
    async write(name, text) {
      const path = await temporary(name, text);
      try {
        await rename(path, join(folder, name));
      } catch (error) {
        await rm(path, { force: true });
        throw error;
      }
      await syncFolder(folder);
    },
    async create(name, text) {
      const path = await temporary(name, text);
      try {
        await link(path, join(folder, name));
        await syncFolder(folder);
        return true;
      } catch (error) {
        if (codeOf(error) === 'EEXIST') return false;
        throw error;
      } finally {
        await rm(path, { force: true });
      }
    },
  };
}

async function readCapped(file: FileHandle): Promise<string> {
  const { size } = await file.stat();
  if (size > TEXT_MAX_BYTES) throw new Fault('too-large', 'The file is larger than anything that is kept here', { retryable: false });
  return file.readFile('utf8');
}

async function withFile<T>(path: string, flags: string, step: (file: FileHandle) => Promise<T>): Promise<T> {
  const file = await open(path, flags, 0o600);
  try {
    return await step(file);
  } finally {
    await file.close();
  }
}

async function prepareFolder(folder: string, now: number): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  for (const name of await readdir(folder)) {
    if (!TEMPORARY.test(name)) continue;
    const path = join(folder, name);
    const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: now }));
    if (now - mtimeMs > ABANDONED_MS) await rm(path, { force: true });
  }
}

/** Makes a rename last. Windows cannot open a folder, and needs not. */
async function syncFolder(folder: string): Promise<void> {
  try {
    await withFile(folder, 'r', (file) => file.sync());
  } catch (error) {
    if (!['EISDIR', 'EPERM', 'EACCES', 'EINVAL'].includes(codeOf(error))) throw error;
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}
