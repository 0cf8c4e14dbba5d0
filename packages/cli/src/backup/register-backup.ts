/** `glidepath backup` and `glidepath restore`: the database as one file, and back. */
import type { ExitCode } from '../exit-codes.ts';
import { usage } from '../failure.ts';
import { jsonOption, type Registrar } from '../registrar.ts';
import { defaultDataFolder } from '../up/folder.ts';
import type { SourceOptions } from './source.ts';

export interface BackupOptions extends SourceOptions {
  readonly json?: boolean;
  /** Of `restore`. */
  readonly incarnation?: number;
}

const BACKUP_HELP = `
  The control plane may run meanwhile. The file holds everything but the sealing key (seal.key in the data folder, or
  GLIDEPATH_SEAL_KEY): keep that apart from it, and keep it. Nothing is overwritten.

  glidepath backup glidepath-2027-03-31.tar
  glidepath backup nightly.tar --database-url postgresql://user:password@host:5432/glidepath`;

const RESTORE_HELP = `
  Into an empty database only, whole or not at all. It is also the way to another major version of PostgreSQL.

  glidepath restore glidepath-2027-03-31.tar --data /var/lib/glidepath-new
  glidepath up --data /var/lib/glidepath-new`;

export function registerBackup({ program, shell, acting }: Registrar): void {
  const folder = `the data folder with the embedded database (GLIDEPATH_DATA; default: ${defaultDataFolder(shell.env)})`;
  program
    .command('backup <file>')
    .description('write the whole database into one file, while everything goes on')
    .option('--database-url <url>', 'a PostgreSQL of your own (GLIDEPATH_DATABASE_URL)')
    .option('--data <folder>', folder)
    .addOption(jsonOption())
    .addHelpText('after', BACKUP_HELP)
    .action(
      acting(
        async (file: string, options: BackupOptions): Promise<ExitCode> =>
          (await import('./run-backup.ts')).runBackup(shell, file, options),
      ),
    );
  program
    .command('restore <file>')
    .description('fill an empty database from a backup')
    .option('--database-url <url>', 'an empty database of your own (GLIDEPATH_DATABASE_URL)')
    .option('--data <folder>', `${folder}; made when it does not exist`)
    .option('--incarnation <number>', 'at least this one: when the same backup was restored before', readIncarnation)
    .addOption(jsonOption())
    .addHelpText('after', RESTORE_HELP)
    .action(
      acting(
        async (file: string, options: BackupOptions): Promise<ExitCode> =>
          (await import('./run-restore.ts')).runRestore(shell, file, options),
      ),
    );
}

function readIncarnation(words: string): number {
  const number = /^\d{1,9}$/.test(words) ? Number(words) : Number.NaN;
  if (number >= 1) return number;
  throw usage(`--incarnation is no number above 0: ${words}`);
}
