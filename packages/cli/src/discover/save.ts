/**
 * Writes what was found as an inventory file, whole or not at all.
 *
 * The file is discovery's own: its first lines hold the digest of the rest, so that a file that somebody has changed since is
 * recognised. Such a file is not written over; asked to, discovery moves it aside and says so.
 */
import { createHash, randomBytes } from 'node:crypto';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { formatInstant, type Instant, type InventoryDocument } from '@glidepath/core';
import { readInventory, writeInventory } from '@glidepath/protocol/inventory';
import { EXIT } from '../exit-codes.ts';
import { Failure, usage } from '../failure.ts';
import { DISCOVERED_FILE } from '../inventory/read-files.ts';

export interface Saved {
  readonly file: string;
  readonly documents: number;
  /** Where a file went that somebody had changed; null: there was none. */
  readonly movedTo: string | null;
}

const DIGEST = /^# digest: (sha256:[0-9a-f]{64})$/m;

export async function saveInventory(
  documents: readonly InventoryDocument[],
  folder: string,
  now: Instant,
  replaces: boolean,
): Promise<Saved> {
  const file = join(folder, DISCOVERED_FILE);
  const body = writeInventory(documents);
  const { violations } = readInventory(body);
  if (violations.length > 0) {
    const details = violations.slice(0, 5).map(({ message }) => message);
    throw new Failure(EXIT.bug, 'glidepath itself is wrong: what it found makes no inventory. Nothing was written.', {
      code: 'bug',
      details,
    });
  }
  await makeFolder(folder).catch((error: unknown) => cannot(folder, error));
  const before = await readFile(file, 'utf8').catch(() => null);
  const isOurs = before === null || before.match(DIGEST)?.[1] === digestOf(bodyOf(before));
  if (!isOurs && !replaces) {
    throw usage(`${file} was changed since it was written; nothing was saved.`, {
      details: ['move what you changed into another file of that folder, where it stays yours'],
      next: 'glidepath discover --save --replace (keeps the changed one beside it)',
    });
  }
  const movedTo = isOurs ? null : `${file}.${formatInstant(now).replace(/[:.]/g, '-')}.bak`;
  if (movedTo !== null) await rename(file, movedTo);
  await writeWhole(file, `${heading(body, now)}${body}`).catch((error: unknown) => cannot(file, error));
  return { file, documents: documents.length, movedTo };
}

/** Folder by folder: the recursive way of the platform never ends below /proc, where a parent exists and nothing can be made. */
async function makeFolder(folder: string): Promise<void> {
  const made = await mkdir(folder, { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => error);
  if (made === undefined || made.code === 'EEXIST') return;
  const parent = dirname(folder);
  if (made.code !== 'ENOENT' || parent === folder) throw made;
  await makeFolder(parent);
  await mkdir(folder, { mode: 0o700 });
}

function heading(body: string, now: Instant): string {
  return [
    `# Written by glidepath discover at ${formatInstant(now)}, and written anew each time it saves:`,
    '# copy a document that you want to change (owners, contract) into another file of this folder, where it takes the place of this one.',
    '# The agent in `glidepath up` reads the files that probes name here; probes by `command` need the command named in agent.yaml.',
    `# digest: ${digestOf(body)}`,
    '',
  ].join('\n');
}

function bodyOf(text: string): string {
  const found = DIGEST.exec(text);
  return found === null ? text : text.slice(found.index + found[0].length + 1);
}

function digestOf(body: string): string {
  return `sha256:${createHash('sha256').update(body).digest('hex')}`;
}

async function writeWhole(file: string, content: string): Promise<void> {
  const draft = `${file}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    const handle = await open(draft, 'wx', 0o600);
    try {
      await handle.writeFile(content);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(draft, file);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}

function cannot(path: string, error: unknown): never {
  const why = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
  throw new Failure(EXIT.machine, `${path} cannot be written (${why}).`, {
    code: 'not-writable',
    next: 'name another folder: --save FOLDER',
  });
}
