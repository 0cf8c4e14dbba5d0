/**
 * Wires one node of the control plane: database, store, clock, seal, command layer, HTTP. What each part does is theirs.
 *
 * Started in the order in which they need each other, stopped in reverse: no request is taken before a lease could be
 * signed, and what was taken is answered before the database goes.
 */
import type { Clock, Egress, Fault } from '@glidepath/core';
import { nodeCrypto, threadedCrypto } from '@glidepath/protocol/node';
import { type Bus, beatService, createServer, type Log, memoryBus, type Server, type World } from '@glidepath/server';
import { createPostgresBus } from '@glidepath/server/bus';
import { anchorClock } from '@glidepath/server/clock';
import { binariesCheck, dataFolderCheck } from '@glidepath/server/embedded';
import { bootstrapEnvironment, firstSignIn, type LeavingRoot } from '@glidepath/server/first-start';
import { certificateEnd, certificateExaminer, createHttpAdapter, type TlsFiles, tlsCheck } from '@glidepath/server/http';
import { createPgBossFleet, type PgBossFleet } from '@glidepath/server/jobs';
import { createGate, eventLoopDelay, type Gate, type RateLimits } from '@glidepath/server/limiter';
import { migrate, PostgresStore, schemaCheck } from '@glidepath/server/postgres';
import { createSeal, lockRootFile, readSealKey, sealFileExaminer, sealKeyCheck } from '@glidepath/server/seal';
import { createMetrics, databaseExaminer, diskWatch, nextStart, REFRESH_MS, timedStore } from '@glidepath/server/telemetry';
import type { Database } from './database.ts';
import { issuerName, keepRootFile, sealKeyFile } from './folder.ts';
import { systemClock, systemEntropy, systemRandom, systemScheduler } from './system.ts';

export interface ControlPlaneOptions {
  readonly dataDir: string;
  readonly host: string;
  readonly port: number;
  /** Being opened: everything else is loaded meanwhile. */
  readonly database: Promise<Database>;
  /** The database is this node's own, in its data folder. */
  readonly isEmbedded: boolean;
  readonly tls: TlsFiles | null;
  readonly trustedProxies: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly version: string;
  /** The way out, for notices and channels. */
  readonly egress: Egress;
  readonly rateLimits: RateLimits | 'off';
  readonly log: Log;
  /** Made beside `production` where they are not there yet. */
  readonly alsoEnvironments?: readonly string[];
  /** Told as soon as the roots exist, whatever fails afterwards: nothing of this will be seen again. */
  readonly onNewRoots: (roots: readonly NewRoot[]) => void;
}

export interface NewRoot extends Pick<LeavingRoot, 'number' | 'x' | 'passphrase'> {
  readonly environment: string;
  /** Where its encrypted file lies. */
  readonly path: string;
}

export interface ControlPlane {
  readonly address: string;
  /** Of the environment `production`, by number. */
  readonly roots: readonly string[];
  readonly signInCode: string | null;
  /** Settles when the embedded database is given up. Never for a database of the user's own. */
  readonly failed: Promise<Fault>;
  /** The command layer itself, for what is built into this process. */
  readonly server: Server;
  /** Id of `production`. */
  readonly environment: string;
  /** What is in flight gets `graceMs` to finish. */
  stop(graceMs: number): Promise<void>;
}

export const ENVIRONMENT = 'production';
const TICK_MS = 500;
const CLOCK_MS = 5_000;
/** The pool and a few sessions for a person who looks. */
const CONNECTIONS = 12;

export async function startControlPlane(options: ControlPlaneOptions): Promise<ControlPlane> {
  const stops: (() => Promise<void>)[] = [];
  const undo = async () => {
    for (const stop of stops.toReversed()) await stop();
  };
  try {
    const { connectionString, failed, stop } = await options.database;
    stops.push(stop);
    const node = await openNode(options, connectionString, stops);
    const served = await serve(node, options, stops);
    return { ...served, server: node.server, failed, stop: (graceMs) => stopAll(node, graceMs, served, undo) };
  } catch (error) {
    await undo();
    throw error;
  }
}

interface Node {
  readonly world: World;
  readonly server: Server;
  readonly metrics: ReturnType<typeof createMetrics>;
  readonly startDraining: () => void;
  /** Null: this node is the only one of its database. */
  readonly fleet: PgBossFleet | null;
}

async function openNode(options: ControlPlaneOptions, connectionString: string, stops: (() => Promise<void>)[]): Promise<Node> {
  const { log, version, dataDir, env, tls } = options;
  const { applied, version: schemaVersion } = await migrate({ connectionString });
  if (applied.length > 0) log.info('database.migrated', { applied });
  let draining = false;
  const onLost = (error: Error) => (draining ? undefined : log.warn('database.connection-lost', { error }));
  const raw = new PostgresStore({ connectionString, connections: CONNECTIONS, onLost });
  stops.push(() => raw.close());
  const anchored = anchorClock(systemClock, raw);
  await anchored.sync();
  stops.push(every(CLOCK_MS, 'clock', anchored.sync, log));
  const metrics = createMetrics({ version, skewMs: anchored.skewMs });
  const store = timedStore(raw, systemClock, metrics);
  const mayMake = (await store.count('onlineKey', {})) === 0;
  const sealKey = readSealKey({ variables: env, file: sealKeyFile(dataDir), mayMake }, systemEntropy);
  const seal = createSeal(sealKey, systemEntropy);
  const fleet = openFleet(options, connectionString, stops);
  const vitals = {
    isSkewed: anchored.isSkewed,
    isDraining: () => draining,
    version,
    examiners: [
      anchored.examiner,
      databaseExaminer({ connectionString, schemaVersion }),
      sealFileExaminer(sealKeyFile(dataDir)),
      ...(tls === null ? [] : [certificateExaminer(tls)]),
      ...(fleet === null ? [] : [fleet.examiner]),
    ],
    ...ownEnds(options, connectionString, sealKey),
  };
  const chance = { scheduler: systemScheduler, random: systemRandom, entropy: systemEntropy, crypto: threadedCrypto };
  const gate = openGate(options, stops);
  const bus = openBus(options, connectionString, anchored.clock, stops);
  const shared = { bus, ...(fleet === null ? {} : { fleet }) };
  const world: World = { store, clock: anchored.clock, ...chance, seal, ...shared, log, vitals, egress: options.egress, gate };
  const startDraining = () => {
    draining = true;
  };
  return { world, server: createServer(world), metrics, startDraining, fleet };
}

/** An embedded database belongs to one node, so that its jobs run once as they are: nobody is there to share them with. */
function openFleet({ isEmbedded, log }: ControlPlaneOptions, connectionString: string, stops: (() => Promise<void>)[]): PgBossFleet | null {
  if (isEmbedded) return null;
  const fleet = createPgBossFleet({ connectionString, log });
  stops.push(() => fleet.close());
  return fleet;
}

/** Another process may change what this one remembers only where the database is not its own. */
function openBus({ isEmbedded, log }: ControlPlaneOptions, connectionString: string, clock: Clock, stops: (() => Promise<void>)[]): Bus {
  if (isEmbedded) return memoryBus();
  const node = Buffer.from(systemEntropy.bytes(9)).toString('base64url');
  const bus = createPostgresBus({ connectionString, node, log, clock, random: systemRandom });
  stops.push(() => bus.close());
  bus.start();
  return bus;
}

function openGate({ rateLimits }: ControlPlaneOptions, stops: (() => Promise<void>)[]): Gate {
  const loop = eventLoopDelay();
  stops.push(async () => loop.stop());
  const limits = rateLimits === 'off' ? { isLimiting: false } : { limits: rateLimits };
  return createGate({ clock: systemClock, random: systemRandom, crypto: nodeCrypto, loop, ...limits });
}

/** What of this node ends, and what its next start would need. */
function ownEnds(
  { dataDir, env, tls, isEmbedded }: ControlPlaneOptions,
  connectionString: string,
  sealKey: Uint8Array,
): Required<Pick<World['vitals'], 'ends' | 'disk'>> {
  const disk = diskWatch(dataDir);
  const start = nextStart([
    dataFolderCheck(dataDir),
    sealKeyCheck({ variables: env, file: sealKeyFile(dataDir) }, sealKey),
    schemaCheck(connectionString),
    ...(isEmbedded ? [binariesCheck()] : []),
    ...(tls === null ? [] : [tlsCheck(tls)]),
  ]);
  return {
    disk: async (now) => (isEmbedded ? await disk.state(now) : null),
    ends: (now) => Promise.all([disk.end(now), start(now), ...(tls === null ? [] : [certificateEnd(tls)(now)])]),
  };
}

interface Served extends Pick<ControlPlane, 'address' | 'roots' | 'signInCode' | 'environment'> {
  readonly drain: (graceMs: number) => Promise<void>;
}

async function serve(
  { world, server, metrics, fleet }: Node,
  options: ControlPlaneOptions,
  stops: (() => Promise<void>)[],
): Promise<Served> {
  const { dataDir, host, port, tls, trustedProxies, log } = options;
  const { environment, newRoots } = await makeEnvironment(world, dataDir, ENVIRONMENT);
  const others: NewRoot[] = [];
  for (const name of options.alsoEnvironments ?? []) others.push(...(await makeEnvironment(world, dataDir, name)).newRoots);
  if (newRoots.length + others.length > 0) options.onNewRoots([...newRoots, ...others]);
  const roots = await world.store.find('root', { environment: environment.id }, { limit: 100 });
  const signIn = await firstSignIn(world);
  const adapter = await createHttpAdapter(server, {
    ...{ host, port, metrics: metrics.text, observe: metrics.observeCommand },
    ...(tls === null ? {} : { tls }),
    ...(trustedProxies.length === 0 ? {} : { trustedProxies }),
  });
  // Whoever asks first already has the time that a gap gives.
  await beatService(world.store, world.clock.now());
  const address = await adapter.listen();
  stops.push(ticking(server, log));
  // Later than the first requests: nobody waits for its tables.
  fleet?.start();
  stops.push(every(REFRESH_MS, 'metrics', () => metrics.refresh(server, world.clock.now()), log));
  return {
    address,
    roots: roots.toSorted((a, b) => a.number - b.number).map(({ x }) => x),
    signInCode: signIn?.code ?? null,
    environment: environment.id,
    drain: (graceMs) => adapter.drain(graceMs),
  };
}

/** With keys and roots of its own, so that a word of one environment is believed in no other; nothing where it is there. */
async function makeEnvironment(world: Node['world'], dataDir: string, name: string) {
  const issuer = await issuerName(dataDir, name);
  const { environment, roots } = await bootstrapEnvironment(world, { name, issuer, lockRoot: lockRootFile(world.entropy) });
  const newRoots: NewRoot[] = [];
  for (const root of roots) {
    const { number, x, passphrase } = root;
    newRoots.push({ environment: name, number, x, passphrase, path: await keepRootFile(dataDir, name, root) });
  }
  return { environment, newRoots };
}

async function stopAll({ startDraining }: Node, graceMs: number, { drain }: Served, undo: () => Promise<void>): Promise<void> {
  startDraining();
  await drain(graceMs);
  await undo();
}

/** Each lane of jobs waits for itself alone, so that ticks do not wait for each other. Gives what ends them, after those under way. */
function ticking(server: Server, log: Log): () => Promise<void> {
  const running = new Set<Promise<void>>();
  const timer = setInterval(() => {
    const run = server
      .tick(server.world.clock.now())
      .catch((error: unknown) => log.warn('background-failed', { what: 'jobs', error }))
      .finally(() => running.delete(run));
    running.add(run);
  }, TICK_MS);
  return async () => {
    clearInterval(timer);
    await Promise.all(running);
    await server.writeDown().catch((error: unknown) => log.warn('background-failed', { what: 'observations', error }));
  };
}

/** Repeats work, one at a time; what fails is logged and tried again. Gives what ends it, after the present run. */
function every(everyMs: number, what: string, work: () => Promise<void>, log: Log): () => Promise<void> {
  let running: Promise<void> | null = null;
  const timer = setInterval(() => {
    running ??= work()
      .catch((error: unknown) => log.warn('background-failed', { what, error }))
      .finally(() => {
        running = null;
      });
  }, everyMs);
  return async () => {
    clearInterval(timer);
    await running;
  };
}
