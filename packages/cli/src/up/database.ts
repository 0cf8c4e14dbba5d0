/** The database of a control plane: the embedded one, started, or the user's own. */
import type { Fault } from '@glidepath/core';
import type { Log } from '@glidepath/server';
import { claimDataFolder, startEmbeddedPostgres } from '@glidepath/server/embedded';

export interface Database {
  readonly connectionString: string;
  /** Settles when the embedded database is given up. Never for a database of the user's own. */
  readonly failed: Promise<Fault>;
  stop(): Promise<void>;
}

/** `url` null: the embedded one, in the data folder. The folder is claimed in either case: the sealing key lies in it. */
export async function openDatabase({ dataDir, url, log }: { dataDir: string; url: string | null; log: Log }): Promise<Database> {
  await claimDataFolder(dataDir);
  if (url !== null) return { connectionString: url, failed: new Promise(() => {}), stop: async () => {} };
  const embedded = await startEmbeddedPostgres({ dataDir, log });
  const failed = new Promise<Fault>((resolve) => {
    embedded.exited.then((ended) => ended.reason === 'gave-up' && resolve(ended.fault));
  });
  return { connectionString: embedded.connectionString, failed, stop: () => embedded.stop() };
}
