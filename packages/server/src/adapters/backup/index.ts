/** Backups: a consistent logical export of a database, and its way back. */
export { type BackedUp, backUp, type Progress } from './back-up.ts';
export { type BackupHeader, type BackupManifest, digestOfTables, type TableDigest } from './backup-format.ts';
export { readBackup } from './backup-reader.ts';
export { type Restored, restore } from './restore.ts';
