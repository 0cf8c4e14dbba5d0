/**
 * One run of the `postgres` program: from its start until it answers, and what it said when it ended.
 *
 * It is started directly, without pg_ctl, so that its end is an event and not a question. It leads its own process group:
 * Ctrl-C in a terminal goes to everybody in the foreground group, and the database must outlive the control plane's
 * draining. "Ready" means that a session with our own password was opened (SCRAM proves both sides), never a line of log.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { Fault } from '@glidepath/core';
import pg from 'pg';
import type { Log } from '../../world.ts';
import type { Binaries } from './binaries.ts';
import { type Credentials, OWNER, SUPERUSER } from './cluster.ts';
import { embeddedFault, errorCode, outputFault } from './faults.ts';
import { type Account, clusterPath } from './identity.ts';
import { cleanEnvironment } from './run.ts';

export type Durability = 'full' | 'none';

export interface ServerSettings {
  readonly cluster: string;
  readonly binaries: Binaries;
  readonly account: Account | null;
  readonly credentials: Credentials;
  readonly durability: Durability;
  readonly connectionsMax: number;
  readonly log: Log;
}

export interface ServerEnd {
  readonly code: number | null;
  readonly signal: string | null;
  /** The last lines of its log. */
  readonly output: string;
}

export interface ServerProcess {
  readonly pid: number;
  readonly ended: Promise<ServerEnd>;
  signal(name: 'SIGINT' | 'SIGQUIT' | 'SIGKILL'): void;
}

const READY_LIMIT_MS = 60_000;
const LINES_KEPT = 40;
const LAST_WORDS_MS = 250;

/** Everything is said on the command line: files of the cluster belong to another user and are never written by us. */
function settingsOf({ durability, connectionsMax }: ServerSettings, port: number): Record<string, string | number> {
  const durable = durability === 'full' ? 'on' : 'off';
  return {
    port,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    password_encryption: 'scram-sha-256',
    max_connections: connectionsMax,
    fsync: durable,
    synchronous_commit: durable,
    full_page_writes: durable,
    shared_buffers: '48MB',
    maintenance_work_mem: '32MB',
    max_wal_size: '256MB',
    max_worker_processes: 4,
    max_parallel_workers_per_gather: 0,
    max_logical_replication_workers: 0,
    jit: 'off',
    timezone: 'UTC',
    log_timezone: 'UTC',
    lc_messages: 'C',
    log_destination: 'stderr',
    logging_collector: 'off',
    log_line_prefix: '',
    log_min_messages: 'log',
    // A statement can hold a secret; the caller knows which one it sent.
    log_min_error_statement: 'panic',
  };
}

async function launch(settings: ServerSettings, port: number): Promise<ServerProcess> {
  const args = ['-D', clusterPath(settings.cluster, settings.account)];
  for (const [name, value] of Object.entries(settingsOf(settings, port))) args.push('-c', `${name}=${value}`);
  const child = spawn(settings.binaries.postgres, args, {
    cwd: settings.cluster,
    env: cleanEnvironment(),
    stdio: ['ignore', 'ignore', 'pipe'],
    detached: process.platform !== 'win32',
    windowsHide: true,
    ...(settings.account ?? {}),
  });
  const ended = observe(child, settings.log);
  const pid = await new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('spawn', () => resolve(child.pid ?? 0));
  });
  return { pid, ended, signal: (name) => void child.kill(name) };
}

function observe(child: ChildProcess, log: Log): Promise<ServerEnd> {
  const kept: string[] = [];
  if (child.stderr !== null) {
    createInterface({ input: child.stderr }).on('line', (line) => {
      kept.push(line);
      if (kept.length > LINES_KEPT) kept.shift();
      if (line.startsWith('PANIC:')) log.error('postgres.log', { line });
      else if (line.startsWith('FATAL:') && !/terminating connection|password authentication failed|is starting up/.test(line))
        log.warn('postgres.log', { line });
      else log.debug('postgres.log', { line });
    });
  }
  return new Promise((resolve) => {
    // Its last words may come after its end; but a backend that outlives the postmaster keeps the pipe open.
    child.once('exit', (code, signal) => {
      const end = () => resolve({ code, signal, output: kept.join('\n') });
      const limit = setTimeout(end, LAST_WORDS_MS);
      child.once('close', () => {
        clearTimeout(limit);
        setImmediate(end);
      });
    });
    child.once('error', (error) => resolve({ code: null, signal: null, output: error.message }));
  });
}

/** One start, cleaned up when it fails. */
export async function startOnce(settings: ServerSettings, port: number): Promise<ServerProcess> {
  const server = await launch(settings, port);
  try {
    await untilReady(server, settings, port);
    settings.log.info('postgres.ready', { pid: server.pid, port });
    return server;
  } catch (error) {
    server.signal('SIGQUIT');
    await server.ended;
    throw error;
  }
}

/** Waits until the server answers us. Throws the fault that its own words say when it ends before. */
async function untilReady(server: ServerProcess, settings: ServerSettings, port: number): Promise<void> {
  let end: ServerEnd | null = null;
  server.ended.then((value) => {
    end = value;
  });
  const limit = performance.now() + READY_LIMIT_MS;
  for (;;) {
    if (end !== null) throw endFault(end, settings, port);
    const failure = await trySession(settings, port);
    if (failure === null) return;
    if (failure instanceof Fault) throw failure;
    if (performance.now() > limit) break;
    await Promise.race([sleep(15), server.ended]);
  }
  throw embeddedFault(
    'database-did-not-start',
    `PostgreSQL (process ${server.pid}) did not answer on port ${port} within ${READY_LIMIT_MS / 1000} s.`,
  );
}

export function endFault(end: ServerEnd, settings: ServerSettings, port: number): Fault {
  const how = end.signal === null ? `ended with code ${end.code}` : `was ended by ${end.signal}`;
  return outputFault(`PostgreSQL ${how}: starting it`, end.output, { path: settings.cluster, port, ours: settings.binaries.major });
}

/** Null when the control plane's role can open its database; it is made when it is not there yet. */
async function trySession(settings: ServerSettings, port: number): Promise<unknown> {
  const failure = await session(port, OWNER, settings.credentials.owner, OWNER, async () => {});
  const code = errorCode(failure);
  // 28P01, 28000: no such role, or another password; 3D000: no such database. Only a cluster's first start says so.
  if (code !== '28P01' && code !== '28000' && code !== '3D000') return failure;
  return session(port, SUPERUSER, settings.credentials.superuser, 'postgres', async (client) => {
    const role = await client.query('select 1 from pg_roles where rolname = $1', [OWNER]);
    const password = client.escapeLiteral(settings.credentials.owner);
    await client.query(`${role.rowCount === 0 ? 'create' : 'alter'} role ${OWNER} login password ${password}`);
    const database = await client.query('select 1 from pg_database where datname = $1', [OWNER]);
    if (database.rowCount === 0) await client.query(`create database ${OWNER} owner ${OWNER}`);
    await client.query(`revoke connect on database ${OWNER} from public`);
  });
}

async function session(
  port: number,
  user: string,
  password: string,
  database: string,
  work: (client: pg.Client) => Promise<void>,
): Promise<unknown> {
  const client = new pg.Client({ host: '127.0.0.1', port, user, password, database, ssl: false, connectionTimeoutMillis: 5_000 });
  client.on('error', () => {});
  try {
    await client.connect();
    await work(client);
    return null;
  } catch (error) {
    return error ?? new Error('no reason given');
  } finally {
    await client.end().catch(() => {});
  }
}
