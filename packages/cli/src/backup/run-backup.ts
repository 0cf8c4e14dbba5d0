/** Takes a backup and says what is in it, what is not, and how it comes back. */
import { resolve } from 'node:path';
import { dateOf, instant } from '@glidepath/core';
import { backUp } from '@glidepath/server/backup';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import type { Shell } from '../shell.ts';
import { text } from '../terminal/safe-text.ts';
import { sealKeyFile } from '../up/folder.ts';
import { sayProgress } from './progress.ts';
import type { BackupOptions } from './register-backup.ts';
import { openSource } from './source.ts';

export async function runBackup(shell: Shell, words: string, options: BackupOptions): Promise<ExitCode> {
  const file = resolve(words);
  const source = await openSource(shell, options, 'read');
  const { header, manifest, bytes } = await backUp({
    connectionString: source.connectionString,
    file,
    onProgress: sayProgress(shell, 'saved'),
  }).finally(() => source.stop());
  const rows = manifest.tables.reduce((sum, table) => sum + table.rows, 0);
  const { screen } = shell;
  if (options.json === true) {
    screen.json({
      file,
      bytes,
      rows,
      takenAt: header.takenAt,
      incarnation: header.incarnation,
      schema: header.schema.version,
      ...manifest,
    });
    return EXIT.ok;
  }
  const seal = source.dataDir === null ? 'seal.key in the data folder of each node' : sealKeyFile(source.dataDir);
  screen.say(text`${screen.paint.good('saved')}  ${file}  ${megabytes(bytes)}, ${rows} rows in ${manifest.tables.length} tables`);
  screen.say(text`as of  ${dateOf(instant(header.takenAt))}, incarnation ${header.incarnation}, PostgreSQL ${header.postgres}`);
  screen.say(text`digest ${manifest.digest}`);
  screen.say(text`It holds no sealing key. Without ${seal} (or GLIDEPATH_SEAL_KEY) its signing keys cannot be used: keep both, apart.`);
  screen.say(text`next: glidepath restore ${file} --data NEW-FOLDER (to try it: a backup that was never restored is a hope)`);
  return EXIT.ok;
}

function megabytes(bytes: number): string {
  return bytes < 10_000_000 ? `${Math.ceil(bytes / 1_000)} kB` : `${Math.ceil(bytes / 1_000_000)} MB`;
}
