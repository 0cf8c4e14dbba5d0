/**
 * Writes a backup file: beside its place, with mode 0600, on disk before it gets its name. A file that is there is never
 * overwritten, and a run that was killed leaves a `.partial` file and nothing that looks like a backup.
 */
import { createHash, randomBytes } from 'node:crypto';
import { type FileHandle, link, lstat, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { backupFault, CHECKSUM } from './backup-format.ts';
import { BLOCK, memberHeader, paddingOf } from './tar.ts';

export interface BackupWriter {
  member(name: string, content: Uint8Array): Promise<void>;
  /** Ends the file with its checksum and gives it its name. Gives its size. */
  finish(): Promise<number>;
  /** Takes away what was written; nothing after `finish`. */
  discard(): Promise<void>;
}

export async function createBackupWriter(file: string): Promise<BackupWriter> {
  await requireAbsent(file);
  const partial = join(dirname(file), `.${basename(file)}.${randomBytes(4).toString('hex')}.partial`);
  const handle = await open(partial, 'wx', 0o600).catch((error: unknown) => {
    throw unwritable(file, error);
  });
  const hash = createHash('sha256');
  let size = 0;
  async function put(bytes: Uint8Array): Promise<void> {
    hash.update(bytes);
    size += bytes.length;
    await handle.appendFile(bytes).catch((error: unknown) => {
      throw unwritable(file, error);
    });
  }
  async function member(name: string, content: Uint8Array): Promise<void> {
    await put(memberHeader({ name, size: content.length }));
    await put(content);
    await put(new Uint8Array(paddingOf(content.length)));
  }
  return {
    member,
    async finish() {
      await member(CHECKSUM, Buffer.from(`${hash.copy().digest('hex')}\n`));
      await put(new Uint8Array(2 * BLOCK));
      await settle(handle);
      await giveName(partial, file);
      return size;
    },
    async discard() {
      await handle.close().catch(() => {});
      await rm(partial, { force: true });
    },
  };
}

async function requireAbsent(file: string): Promise<void> {
  const found = await lstat(file).catch(() => null);
  if (found !== null) throw exists(file);
}

function exists(file: string): Error {
  return backupFault('backup-exists', `${file} exists; a backup overwrites nothing. Give another name.`);
}

async function settle(handle: FileHandle): Promise<void> {
  await handle.sync();
  await handle.close();
}

/** A link refuses where the name exists, which a rename does not; some shared folders know no links. */
async function giveName(partial: string, file: string): Promise<void> {
  try {
    await link(partial, file);
    await rm(partial);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : null;
    if (code === 'EEXIST') throw exists(file);
    await requireAbsent(file);
    await rename(partial, file);
  }
  if (process.platform === 'win32') return;
  const folder = await open(dirname(file), 'r');
  await folder.sync().finally(() => folder.close());
}

function unwritable(file: string, cause: unknown): Error {
  const why = cause instanceof Error ? cause.message : String(cause);
  return backupFault('backup-unwritable', `${file} cannot be written: ${why}.`, cause);
}
