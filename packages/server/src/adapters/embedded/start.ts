/**
 * The embedded database: a real PostgreSQL in the data folder, started, watched, started again when it dies, and stopped.
 *
 * The order matters. The folder is claimed and locked first, so that everything after it is done by one process only;
 * then binaries, cluster, whatever an earlier run left behind, and at last the server itself.
 */
import { createServer } from 'node:net';
import { resolve } from 'node:path';
import { Fault } from '@glidepath/core';
import type { Log } from '../../world.ts';
import { type Binaries, type BinaryPlaces, prepareBinaries, systemPlaces } from './binaries.ts';
import { clusterFolder, clusterVersion, createCluster, OWNER, readCredentials, requireVersion } from './cluster.ts';
import { claimDataFolder, lockDataFolder } from './data-folder.ts';
import { errorCode, portOccupied } from './faults.ts';
import { chooseIdentity, type Identity } from './identity.ts';
import { endOrphan } from './orphan.ts';
import { type Durability, type ServerProcess, type ServerSettings, startOnce } from './server-process.ts';
import { type Ended, type Supervised, supervise } from './supervise.ts';

export interface EmbeddedOptions {
  /** Glidepath's data folder; made when it does not exist. */
  readonly dataDir: string;
  /** TCP port on 127.0.0.1; 0 (default) finds a free one, which stays the same while this process lives. */
  readonly port?: number;
  readonly log: Log;
  /** `none` gives up fsync: for tests and benches only. Default `full`. */
  readonly durability?: Durability;
  /** Sessions that the server accepts, three of them kept for its superuser. Default 60. */
  readonly connectionsMax?: number;
  /** Where binaries come from and go; default: the installed package and the system's cache folders. */
  readonly places?: BinaryPlaces;
}

export interface EmbeddedPostgres {
  readonly connectionString: string;
  readonly port: number;
  /** Process id of the running server; null while it is being started again. Changes when it died. */
  readonly pid: number | null;
  /** Fast shutdown, bounded. Safe to call twice. */
  stop(): Promise<void>;
  /** Settles when the server is stopped for good: asked for, or given up after a fault that trying again cannot mend. */
  readonly exited: Promise<Ended>;
}

export async function startEmbeddedPostgres(options: EmbeddedOptions): Promise<EmbeddedPostgres> {
  const dataDir = resolve(options.dataDir);
  await claimDataFolder(dataDir);
  const lock = await lockDataFolder(dataDir);
  try {
    const places = options.places ?? systemPlaces();
    const settings = await prepare(dataDir, options, places);
    const wanted = options.port ?? 0;
    const { server, port } = await firstStart(settings, wanted);
    // A cleaner of temporary folders may have taken binaries since: a restart looks after them again.
    const again = async () => startOnce({ ...settings, binaries: await prepareBinaries(places, settings.account, settings.log) }, port);
    const supervised = supervise(server, settings, port, again);
    supervised.exited.then(() => lock.release());
    return handle(supervised, settings, port, () => lock.release());
  } catch (error) {
    await lock.release();
    throw error;
  }
}

function handle(supervised: Supervised, settings: ServerSettings, port: number, release: () => Promise<void>): EmbeddedPostgres {
  return {
    connectionString: `postgresql://${OWNER}:${settings.credentials.owner}@127.0.0.1:${port}/${OWNER}`,
    port,
    get pid() {
      return supervised.pid();
    },
    exited: supervised.exited,
    async stop() {
      await supervised.stop();
      await release();
    },
  };
}

async function prepare(dataDir: string, options: EmbeddedOptions, places: BinaryPlaces): Promise<ServerSettings> {
  const found = await clusterVersion(dataDir);
  const cluster = clusterFolder(dataDir);
  const identity: Identity = chooseIdentity(found === null ? null : cluster);
  const binaries: Binaries = await prepareBinaries(places, identity.server, options.log);
  if (found === null) {
    options.log.info('postgres.creating', { cluster });
    await createCluster(dataDir, binaries, identity);
  } else {
    requireVersion(dataDir, found, binaries.major);
    await endOrphan(cluster, options.log);
  }
  return {
    cluster,
    binaries,
    account: identity.server,
    credentials: await readCredentials(dataDir),
    durability: options.durability ?? 'full',
    connectionsMax: options.connectionsMax ?? 60,
    log: options.log,
  };
}

const PORT_TRIES = 5;
const LEFTOVER_WAIT_MS = 10_000;

/**
 * Starts the server the first time. A free port can be taken between finding and using it, so another one is tried;
 * processes of a killed server need up to two seconds to notice its death, so they are waited for.
 */
async function firstStart(settings: ServerSettings, wanted: number): Promise<{ server: ServerProcess; port: number }> {
  const waitUntil = performance.now() + LEFTOVER_WAIT_MS;
  for (let tries = 1; ; ) {
    const port = wanted === 0 ? await freePort() : await requireFree(wanted);
    try {
      return { server: await startOnce(settings, port), port };
    } catch (error) {
      const code = error instanceof Fault ? error.code : null;
      const leftover = code === 'database-still-running' && performance.now() < waitUntil;
      const raced = code === 'database-port-occupied' && wanted === 0 && tries++ < PORT_TRIES;
      if (!leftover && !raced) throw error;
    }
  }
}

function freePort(): Promise<number> {
  return listenOnce(0);
}

async function requireFree(port: number): Promise<number> {
  try {
    return await listenOnce(port);
  } catch (error) {
    if (errorCode(error) === 'EADDRINUSE' || errorCode(error) === 'EACCES') throw portOccupied(port, error);
    throw error;
  }
}

function listenOnce(port: number): Promise<number> {
  return new Promise((resolvePort, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
      const address = probe.address();
      probe.close(() => resolvePort(typeof address === 'object' && address !== null ? address.port : port));
    });
  });
}
