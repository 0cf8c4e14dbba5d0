/**
 * Which database a backup is of: one that is named, the embedded one of a control plane that runs, or that of a data folder,
 * started for the purpose.
 */
import { resolve } from 'node:path';
import { Fault } from '@glidepath/core';
import { SILENT } from '@glidepath/server';
import { claimDataFolder, hasCluster, runningDatabaseUrl, startEmbeddedPostgres } from '@glidepath/server/embedded';
import { EXIT } from '../exit-codes.ts';
import { Failure, usage } from '../failure.ts';
import type { Shell } from '../shell.ts';
import { defaultDataFolder } from '../up/folder.ts';

export interface SourceOptions {
  readonly databaseUrl?: string;
  readonly data?: string;
}

export interface OpenSource {
  readonly connectionString: string;
  /** The data folder; null: a database of the user's own. */
  readonly dataDir: string | null;
  stop(): Promise<void>;
}

/** `read`: a running control plane is no hindrance. `fill`: nobody else may be at work, and the database is made if need be. */
export async function openSource(shell: Pick<Shell, 'env'>, options: SourceOptions, to: 'read' | 'fill'): Promise<OpenSource> {
  if (options.databaseUrl !== undefined && options.data !== undefined)
    throw usage('--database-url and --data name two databases: give one of them.');
  const url = options.databaseUrl ?? (options.data === undefined ? shell.env.GLIDEPATH_DATABASE_URL : undefined);
  if (url !== undefined) return { connectionString: requireUrl(url), dataDir: null, stop: async () => {} };
  const dataDir = resolve(options.data ?? defaultDataFolder(shell.env));
  if (to === 'read' && !(await hasCluster(dataDir)))
    throw new Failure(EXIT.usage, `There is no database in ${dataDir}.`, {
      code: 'nothing-to-back-up',
      next: 'name the data folder with --data, or your own PostgreSQL with --database-url',
    });
  if (to === 'fill') await claimDataFolder(dataDir);
  try {
    const embedded = await startEmbeddedPostgres({ dataDir, log: SILENT });
    return { connectionString: embedded.connectionString, dataDir, stop: () => embedded.stop() };
  } catch (error) {
    if (!(error instanceof Fault) || error.code !== 'data-folder-in-use') throw error;
    const running = to === 'read' ? await runningDatabaseUrl(dataDir) : null;
    if (running !== null) return { connectionString: running, dataDir, stop: async () => {} };
    throw new Failure(EXIT.machine, error.message, { code: error.code });
  }
}

function requireUrl(url: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : null;
  if (parsed !== null && ['postgres:', 'postgresql:'].includes(parsed.protocol)) return url;
  // The URL itself may hold a password: it is not repeated.
  throw usage('--database-url is no address of a PostgreSQL.', {
    details: ['expected: such as postgresql://user:password@host:5432/glidepath'],
  });
}
