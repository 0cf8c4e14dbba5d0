/** Restores a backup and says what happens next: which key is needed, how holders come back, what may be quarantined. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { dateOf, instant } from '@glidepath/core';
import { type Restored, restore } from '@glidepath/server/backup';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import type { Shell } from '../shell.ts';
import { type Sayable, text } from '../terminal/safe-text.ts';
import { sealKeyFile } from '../up/folder.ts';
import { systemEntropy } from '../up/system.ts';
import { sayProgress } from './progress.ts';
import type { BackupOptions } from './register-backup.ts';
import { openSource } from './source.ts';

export async function runRestore(shell: Shell, words: string, options: BackupOptions): Promise<ExitCode> {
  const file = resolve(words);
  const source = await openSource(shell, options, 'fill');
  const restored = await restore({
    connectionString: source.connectionString,
    file,
    entropy: systemEntropy,
    ...(options.incarnation === undefined ? {} : { incarnation: options.incarnation }),
    onProgress: sayProgress(shell, 'restored'),
  }).finally(() => source.stop());
  const { header, manifest, incarnation, migrated } = restored;
  const rows = manifest.tables.reduce((sum, table) => sum + table.rows, 0);
  if (options.json === true) {
    shell.screen.json({ file, rows, takenAt: header.takenAt, incarnation, migrated, digest: manifest.digest });
    return EXIT.ok;
  }
  for (const line of said(shell, file, rows, restored, source.dataDir)) shell.screen.say(line);
  return EXIT.ok;
}

function* said(
  { screen, env }: Shell,
  file: string,
  rows: number,
  { header, manifest, incarnation, migrated }: Restored,
  dataDir: string | null,
): Iterable<Sayable> {
  yield text`${screen.paint.good('restored')}  ${file}  ${rows} rows in ${manifest.tables.length} tables, every digest as written`;
  yield text`as of     ${dateOf(instant(header.takenAt))}; what was done after that is not in it`;
  if (migrated.length > 0) yield text`migrated  ${migrated.join(', ')}`;
  yield text`now       incarnation ${incarnation} (the backup: ${header.incarnation}): what is signed from now on is later than all before`;
  yield '';
  yield 'What happens next:';
  yield '- Holders show what they hold as they renew, and are learned again; nobody who runs loses anything.';
  yield '- A license whose client shows a later change than the backup has is quarantined: its holders go on, nobody new is let in';
  yield '  until somebody has looked, and you are told (LicenseQuarantined).';
  const hasKey = env.GLIDEPATH_SEAL_KEY !== undefined || (dataDir !== null && existsSync(sealKeyFile(dataDir)));
  const place = dataDir === null ? 'seal.key in the data folder of each node' : sealKeyFile(dataDir);
  if (!hasKey) yield text`- The sealing key is not in a backup: put the old one at ${place} (mode 0600) before the first start.`;
  yield text`next: glidepath up ${dataDir === null ? '--database-url URL' : `--data ${dataDir}`}`;
}
