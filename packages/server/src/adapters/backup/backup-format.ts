/**
 * What a backup is: a tar archive (ustar) that any tool lists and unpacks.
 *
 *     backup.json                  what this is: format, schema, instant, incarnation, tables and their columns
 *     tables/NAME/000001.copy      rows, as PostgreSQL's COPY text, in parts of whole rows
 *     manifest.json                rows and SHA-256 of each table, and the digest of all of them
 *     checksum                     SHA-256 of every byte of the file before this member
 *
 * What stands first is what must be known before anything is loaded; what stands last can only be known when all is written,
 * and its absence shows a file that was cut off.
 */
import { createHash } from 'node:crypto';
import { Fault } from '@glidepath/core';

export const FORMAT_VERSION = 1;
export const HEADER = 'backup.json';
export const MANIFEST = 'manifest.json';
export const CHECKSUM = 'checksum';

export interface BackupTable {
  readonly name: string;
  readonly columns: readonly string[];
}

export interface BackupHeader {
  readonly kind: 'glidepath-backup';
  readonly format: number;
  /** The last migration that the database had, and the hash of its file. */
  readonly schema: { readonly version: number; readonly hash: string };
  /** ms since 1970, by the database's clock. */
  readonly takenAt: number;
  readonly incarnation: number;
  /** `server_version` of the PostgreSQL that it was taken from. */
  readonly postgres: string;
  /** In the order in which they are in the file: what is referred to before what refers to it. */
  readonly tables: readonly BackupTable[];
}

export interface TableDigest {
  readonly name: string;
  readonly rows: number;
  readonly bytes: number;
  /** SHA-256 of the table's COPY text, hex. */
  readonly sha256: string;
}

export interface BackupManifest {
  readonly tables: readonly TableDigest[];
  /** Of all rows of all tables: two backups of the same content have the same, whenever they were taken. */
  readonly digest: string;
}

export function digestOfTables(tables: readonly TableDigest[]): string {
  const lines = tables.map(({ name, rows, sha256 }) => `${name} ${rows} ${sha256}\n`).sort();
  return createHash('sha256').update(lines.join('')).digest('hex');
}

/** Table of a member's name, such as `tables/lease/000001.copy`. Null: none of ours. */
export function tableOfMember(name: string): string | null {
  return /^tables\/([a-z_]{1,63})\/\d{6,9}\.copy$/.exec(name)?.[1] ?? null;
}

export function memberOf(table: string, part: number): string {
  return `tables/${table}/${String(part).padStart(6, '0')}.copy`;
}

export function readHeader(bytes: Uint8Array): BackupHeader {
  const header = parsed(bytes) as Partial<BackupHeader> | null;
  if (header?.kind !== 'glidepath-backup' || typeof header.format !== 'number')
    throw backupFault('backup-damaged', 'This is no backup of Glidepath.');
  if (header.format > FORMAT_VERSION)
    throw backupFault(
      'backup-newer',
      `The backup has format ${header.format}; this program reads ${FORMAT_VERSION}. Restore it with a newer version.`,
    );
  const isWhole =
    Number.isSafeInteger(header.schema?.version) &&
    typeof header.schema?.hash === 'string' &&
    Number.isSafeInteger(header.takenAt) &&
    Number.isSafeInteger(header.incarnation) &&
    Array.isArray(header.tables) &&
    header.tables.every(({ name, columns }) => isName(name) && Array.isArray(columns) && columns.every(isName));
  if (!isWhole) throw backupFault('backup-damaged', `${HEADER} in the backup lacks what it must say.`);
  return header as BackupHeader;
}

export function readManifest(bytes: Uint8Array): BackupManifest {
  const manifest = parsed(bytes) as Partial<BackupManifest> | null;
  if (!Array.isArray(manifest?.tables) || manifest.digest !== digestOfTables(manifest.tables))
    throw backupFault('backup-damaged', `${MANIFEST} in the backup does not agree with itself.`);
  return manifest as BackupManifest;
}

function isName(name: unknown): boolean {
  return typeof name === 'string' && /^[a-z_][a-z0-9_]{0,62}$/.test(name);
}

function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    return null;
  }
}

export type BackupFaultCode =
  | 'backup-exists'
  | 'backup-damaged'
  | 'backup-newer'
  | 'backup-unfit'
  | 'backup-unreadable'
  | 'backup-unwritable'
  | 'database-not-ours'
  | 'database-not-empty';

export function backupFault(code: BackupFaultCode, message: string, cause?: unknown): Fault {
  return new Fault(code, message, { retryable: false, ...(cause === undefined ? {} : { cause }) });
}
