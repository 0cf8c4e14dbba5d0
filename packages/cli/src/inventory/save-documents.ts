/** Writes imported documents as inventory files, small enough to be read again, and never over what somebody changed. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { InventoryDocument } from '@glidepath/core';
import { writeInventory } from '@glidepath/protocol/inventory';
import { EXIT } from '../exit-codes.ts';
import { Failure, usage } from '../failure.ts';

/** A file stays far below 1 MiB, which is what one may have. */
const DOCUMENTS_PER_FILE = 500;

/** `NAME.yaml`, `NAME-2.yaml`, …; all of them or, where one holds something else already, none. */
export async function saveDocuments(
  documents: readonly InventoryDocument[],
  folder: string,
  name: string,
  heading: string,
): Promise<readonly string[]> {
  const files = Array.from({ length: Math.ceil(documents.length / DOCUMENTS_PER_FILE) }, (_, at) => ({
    file: join(folder, `${name}${at === 0 ? '' : `-${at + 1}`}.yaml`),
    content: writeInventory(documents.slice(at * DOCUMENTS_PER_FILE, (at + 1) * DOCUMENTS_PER_FILE), heading),
  }));
  const before = await Promise.all(files.map(({ file }) => readFile(file, 'utf8').catch(() => null)));
  const changed = files.filter(({ content }, at) => before[at] !== null && before[at] !== content).map(({ file }) => file);
  if (changed.length > 0)
    throw usage(`${changed.join(', ')} holds something else already; nothing was written.`, {
      next: 'move it aside, or name another folder: --save DIR',
    });
  try {
    await mkdir(folder, { recursive: true });
    for (const { file, content } of files) await writeFile(file, content);
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    throw new Failure(EXIT.machine, `${folder} cannot be written (${why}).`, {
      code: 'not-writable',
      next: 'name another folder: --save DIR',
    });
  }
  return files.map(({ file }) => file);
}
