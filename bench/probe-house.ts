/**
 * One node with held licences and an agent, in virtual time on a real PostgreSQL: the real agent, connector, command layer,
 * store and jobs. Only the clock is ours, so that an hour's work can be done and counted in less.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Agent, createAgent, createLocalExchange, createTransport, type LocalCall } from '../packages/agent/src/index.ts';
import { CONNECTORS } from '../packages/connectors/src/index.ts';
import { type Clock, type Entropy, type Instant, instant, ok, type ProbeTools, SECOND } from '../packages/core/src/index.ts';
import { nodeCrypto } from '../packages/protocol/src/node/index.ts';
import { startEmbeddedPostgres } from '../packages/server/src/adapters/embedded/index.ts';
import { migrate, PostgresStore } from '../packages/server/src/adapters/postgres/index.ts';
import { createSeal } from '../packages/server/src/adapters/seal/index.ts';
import { bootstrapEnvironment, inProcessToken } from '../packages/server/src/first-start.ts';
import { createServer, memoryBus, type Server, SILENT, SOUND_VITALS, type World } from '../packages/server/src/index.ts';
import { smallLmstat } from './lmstat-text.ts';

export const ISSUED = 20;
const LICENSES_PER_REQUEST = 5_000;

export interface House {
  readonly server: Server;
  readonly agent: Agent;
  readonly now: () => Instant;
  /** Lets an hour go by in which nothing is done, and then runs every probe once, with all reports taken. */
  round(): Promise<void>;
  /** Virtual seconds, each with its ticks and all that they started. */
  pass(seconds: number): Promise<void>;
  /** Asks as the operator of the data folder. */
  ask(method: 'GET' | 'POST', path: string, body?: unknown): Promise<Record<string, unknown>>;
  /** Of this process and of PostgreSQL, since they began. */
  cpuSeconds(): { readonly node: number; readonly postgres: number };
  /** Readings by the agent so far. */
  readonly readings: () => number;
  close(): Promise<void>;
}

/** How many seats of a licence are taken in an hour: so that usage moves, and is known. */
export function usedIn(index: number, hour: number): number {
  return 1 + ((index * 7 + hour * 5) % (ISSUED - 2));
}

/** Ends spread over two years; the first one is the soonest. */
export function endDay(index: number): string {
  const day = new Date(Date.UTC(2028, 0, 1) + (index % 730) * 86_400_000);
  return `${day.getUTCDate()}-${['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'][day.getUTCMonth()]}-${day.getUTCFullYear()}`;
}

export async function openHouse(licenses: number): Promise<House> {
  const folder = mkdtempSync(join(tmpdir(), 'glidepath-bench-probes-'));
  const postgres = await startEmbeddedPostgres({ dataDir: join(folder, 'data'), log: SILENT });
  await migrate({ connectionString: postgres.connectionString });
  const store = new PostgresStore({ connectionString: postgres.connectionString, connections: 12, onLost: () => {} });
  const time = { now: Date.UTC(2027, 0, 4, 8), passed: 0 };
  const clock: Clock = { now: () => instant(time.now + time.passed), monotonic: () => time.passed };
  const world = worldOn(store, clock);
  const server = createServer(world);
  const { environment } = await bootstrapEnvironment(world, { name: 'production', issuer: 'glidepath:bench', lockRoot: () => 'locked' });
  const agentToken = await inProcessToken(world, 'agent', environment.id, 'bench');
  let readings = 0;
  const tools = (now: Instant): ProbeTools => ({
    ...({ now, zone: 'UTC' } as ProbeTools),
    readFile: async (path) => {
      readings += 1;
      const index = Number(path.slice('/licenses/'.length));
      return ok(smallLmstat(`feature-${index}`, usedIn(index, Math.floor(time.passed / 3_600_000)), ISSUED, endDay(index)));
    },
  });
  const ask: House['ask'] = async (method, path, body) => {
    // It ends after minutes, of which many pass here.
    const token = await inProcessToken(world, 'folder', environment.id, 'bench');
    const { status, body: answered } = await handled(server, token)(method, path, body === undefined ? null : JSON.stringify(body));
    if (status >= 300) throw new Error(`${method} ${path}: ${status} ${JSON.stringify(answered).slice(0, 500)}`);
    return answered as Record<string, unknown>;
  };
  await apply(ask, licenses);
  const agent = createAgent({
    transport: createTransport(createLocalExchange(handled(server, agentToken))),
    ...{ connectors: CONNECTORS, tools, clock, random: world.random, log: SILENT, version: '0.1.0' },
    scheduler: world.scheduler,
    files: { read: async () => null, append: async () => {}, replace: async () => {}, remove: async () => {} },
  });
  await agent.start();
  return {
    server,
    agent,
    now: clock.now,
    ask,
    readings: () => readings,
    async round() {
      time.passed += 3_600_000;
      const { arrived } = await agent.once(clock.now());
      if (!arrived) throw new Error('not every report was taken');
    },
    async pass(seconds) {
      for (let second = 0; second < seconds; second++) {
        time.passed += SECOND;
        agent.tick(clock.now());
        await Promise.all([agent.idle(), server.tick(clock.now())]);
      }
    },
    cpuSeconds: () => ({ node: nodeSeconds(), postgres: postgresSeconds(postgres.pid) }),
    async close() {
      await store.close();
      await postgres.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function worldOn(store: PostgresStore, clock: Clock): World {
  let seed = 7;
  const next = () => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    return seed / 2 ** 32;
  };
  const entropy: Entropy = { bytes: (count) => crypto.getRandomValues(new Uint8Array(count)) };
  return {
    ...{ store, clock, entropy, crypto: nodeCrypto, bus: memoryBus(), log: SILENT, vitals: SOUND_VITALS },
    scheduler: { after: () => ({ cancel() {} }) },
    random: { next },
    seal: createSeal(new Uint8Array(32).fill(7), entropy),
  };
}

function handled(server: Server, token: string): LocalCall {
  return async (method, path, body) => {
    const [bare = '', search] = path.split('?');
    return server.handle({
      ...{ method, path: bare, query: Object.fromEntries(new URLSearchParams(search)) },
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body === null ? {} : { body }),
    });
  };
}

async function apply(ask: House['ask'], count: number): Promise<void> {
  const documents = (kind: string, spec: (index: number) => object) =>
    Array.from({ length: count }, (_, index) => ({
      ...{ apiVersion: 'glidepath.dev/v1', kind, metadata: { name: `${kind === 'Probe' ? 'probe' : 'held'}-${index}` } },
      spec: spec(index),
    }));
  const probes = documents('Probe', (index) => ({ kind: 'flexlm', every: '1h', settings: { file: `/licenses/${index}` } }));
  const held = documents('HeldLicense', (index) => ({
    product: `Product ${index % 200}`,
    vendor: `Vendor ${index % 40}`,
    owners: { team: `team-${index % 20}`, people: ['ana@example.com', 'bo@example.com'] },
    watch: [{ probe: `probe-${index}`, feature: `feature-${index}` }],
  }));
  for (const all of [probes, held]) {
    for (let from = 0; from < all.length; from += LICENSES_PER_REQUEST)
      await ask('POST', '/v1/inventory', { documents: all.slice(from, from + LICENSES_PER_REQUEST) });
  }
}

function nodeSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

/** A postmaster and its children, those that have ended included, from the system's own account of them. */
function postgresSeconds(pid: number | null): number {
  const ticks = readdirSync('/proc')
    .filter((name) => /^[0-9]+$/.test(name))
    .map((name) => statOf(name))
    .filter((stat) => stat !== null && (stat.pid === pid || stat.parent === pid))
    .reduce((sum, stat) => sum + (stat === null ? 0 : stat.own + (stat.pid === pid ? stat.ended : 0)), 0);
  // USER_HZ is 100 on Linux, whatever the kernel's own rate.
  return ticks / 100;
}

function statOf(name: string): { pid: number; parent: number; own: number; ended: number } | null {
  try {
    const text = readFileSync(`/proc/${name}/stat`, 'utf8');
    // After the name, which may hold anything: state, parent, … utime, stime, cutime, cstime.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    const at = (index: number) => Number(fields[index]);
    return { pid: Number(name), parent: at(1), own: at(11) + at(12), ended: at(13) + at(14) };
  } catch {
    return null;
  }
}
