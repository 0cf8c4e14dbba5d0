/**
 * Reads inventory files and folders, all of them, and says everything that is wrong in any of them at once.
 *
 * Lines of a file are never repeated in what is said: one of them may hold a key that somebody pasted.
 */
import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Violation } from '@glidepath/core';
import { type FoundDocument, type LocatedViolation, readInventory } from '@glidepath/protocol/inventory';
import { EXIT } from '../exit-codes.ts';
import { Failure, usage } from '../failure.ts';
import type { Shell } from '../shell.ts';
import { type Sayable, text } from '../terminal/safe-text.ts';

export interface FileDocument extends FoundDocument {
  readonly file: string;
}

export type FileViolation = LocatedViolation & { readonly file: string };

export interface ReadFiles {
  readonly files: readonly string[];
  readonly documents: readonly FileDocument[];
  readonly violations: readonly FileViolation[];
}

/** More files than any inventory has: somebody named the wrong folder. */
const FILES_MAX = 20_000;

/** What `discover --save` writes: a draft, whose documents yield to those that a person wrote under the same name. */
export const DISCOVERED_FILE = 'discovered.yaml';

/** `-` is standard input. Of folders, the files ending in `.yaml` or `.yml`, also below; names with a dot in front are left out. */
export async function readInventoryFiles(shell: Pick<Shell, 'readFile' | 'readStdin'>, paths: readonly string[]): Promise<ReadFiles> {
  const files = [...new Set((await Promise.all(paths.map(filesOf))).flat())];
  const all: FileDocument[] = [];
  const violations: FileViolation[] = [];
  for (const file of files) {
    const bytes = await (file === '-' ? shell.readStdin() : shell.readFile(file)).catch((error: unknown) => unreadable(file, error));
    const read = readInventory(bytes);
    violations.push(...read.violations.map((violation) => ({ ...violation, file })));
    all.push(...read.documents.map((found) => ({ ...found, file })));
  }
  const documents = withoutAdopted(all);
  return { files, documents, violations: [...violations, ...listedTwice(documents)] };
}

function withoutAdopted(documents: readonly FileDocument[]): readonly FileDocument[] {
  const isDraft = ({ file }: FileDocument) => basename(file) === DISCOVERED_FILE;
  const written = new Set(documents.filter((each) => !isDraft(each)).map(keyOf));
  return documents.filter((each) => !(isDraft(each) && written.has(keyOf(each))));
}

/** Within one file the reader says it itself. */
function listedTwice(documents: readonly FileDocument[]): readonly FileViolation[] {
  const places = new Map<string, string>();
  return documents.flatMap((found) => {
    const key = keyOf(found);
    const place = places.get(key);
    places.set(key, place ?? `${found.file}:${found.line}`);
    return place?.startsWith(`${found.file}:`) === false ? [{ ...twice(found, place), file: found.file }] : [];
  });
}

function keyOf({ document: { kind, name } }: FileDocument): string {
  return `${kind} ${name}`;
}

/** The documents, or a failure that shows every violation. */
export function requireSound({ documents, violations }: ReadFiles, more: readonly FileViolation[] = []): readonly FileDocument[] {
  const all = [...violations, ...more];
  if (all.length > 0) throw invalid(all, 'Nothing was sent.');
  return documents;
}

export function invalid(violations: readonly FileViolation[], consequence: string): Failure {
  const count = violations.length;
  const message = `the inventory breaks ${count} rule${count === 1 ? '' : 's'}. ${consequence}`;
  return new Failure(EXIT.usage, message, { code: 'inventory-invalid', details: violations.map(violationLine), facts: { violations } });
}

/** `FILE:line:column  message: found …, expected …`. */
export function violationLine({ file, line, column, message, found, expected, didYouMean }: FileViolation): Sayable {
  const meant = didYouMean === null ? '' : ` Did you mean ${didYouMean}?`;
  return text`${file}:${line}:${column}  ${message}: found ${found}, expected ${expected}.${meant}`;
}

/** A violation that shows only beyond the files, at the place that it is about. */
export function placed({ file, locate }: FileDocument, violation: Violation): FileViolation {
  return { ...violation, ...locate(violation.path, violation.subject), file };
}

function twice({ document: { kind, name }, locate }: FoundDocument, place: string): LocatedViolation {
  const path = ['metadata', 'name'];
  const message = `a ${kind} of this name stands in ${place} already`;
  return {
    code: 'listed-twice',
    path,
    subject: 'value',
    message,
    found: name,
    expected: 'each name once per kind',
    didYouMean: null,
    ...locate(path, 'value'),
  };
}

export async function filesOf(path: string): Promise<readonly string[]> {
  if (path === '-') return [path];
  const found = await stat(path).catch((error: unknown) => unreadable(path, error));
  if (!found.isDirectory()) return [path];
  const files = await below(path);
  if (files.length > FILES_MAX)
    throw usage(`${path} holds more than ${FILES_MAX} YAML files.`, { next: 'name the folder of the inventory' });
  return files.sort();
}

/** Links to folders are not followed, so that there is an end. */
async function below(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => unreadable(folder, error));
  const visible = entries.filter(({ name }) => !name.startsWith('.') && name !== 'node_modules');
  const inner = await Promise.all(visible.filter((entry) => entry.isDirectory()).map(({ name }) => below(join(folder, name))));
  return [
    ...visible.filter((entry) => !entry.isDirectory() && /\.ya?ml$/i.test(entry.name)).map(({ name }) => join(folder, name)),
    ...inner.flat(),
  ];
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or folder',
  EISDIR: 'it is a folder',
  EACCES: 'this user may not read it',
};

export function unreadable(file: string, error: unknown): never {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  throw usage(`${file} cannot be read: ${REASONS[code] ?? (error instanceof Error ? error.message : String(error))}.`, {
    code: 'no-such-file',
  });
}
