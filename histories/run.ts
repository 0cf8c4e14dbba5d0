/**
 * One run: a database, three control planes, two hundred clients, and blows until enough processes were killed; then healing,
 * proof that everything works again, and the history for the checker.
 */
import { randomBytes } from 'node:crypto';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { seededRandom } from '../packages/testkit/src/virtual/seeded-chance.ts';
import { type Ask, createAsk } from './ask.ts';
import { type Database, openDatabase } from './database.ts';
import type { History, LeaseCall, UsageCall } from './history.ts';
import { LeaseClient } from './lease-client.ts';
import { clientName, isMember, rulesOf, TTL_MS } from './licenses.ts';
import { type Blows, heal, strike } from './nemesis.ts';
import { type ControlPlaneNode, startNode } from './nodes.ts';
import type { Plant } from './plants.ts';
import { type Issued, issueLicenses } from './setup.ts';
import { readTruth } from './truth.ts';
import { reportUse } from './usage-client.ts';
import { openWire, type Wire } from './wire.ts';

export interface RunOptions {
  readonly folder: string;
  readonly seed: number;
  readonly kills: number;
  /** The blows end after this long, however few there were. */
  readonly limitMs: number;
  /** Mean time from one blow to the next. */
  readonly betweenMs: number;
  readonly plant: Plant | null;
  readonly progress: (line: string) => void;
}

export interface RunResult {
  readonly history: History;
  readonly blows: Blows;
  readonly elapsedMs: number;
}

const NODES = 3;
/** Everybody who was silent is reaped by then: hold, margin, time to come back after an outage, and the reaper's beat. */
const REST_MS = 2 * TTL_MS + 8_000;
const HEALED_MS = 60_000;

interface House {
  readonly database: Database;
  readonly nodes: readonly ControlPlaneNode[];
  readonly wires: readonly Wire[];
  readonly ask: Ask;
  readonly issued: readonly Issued[];
}

export async function runOnce(options: RunOptions): Promise<RunResult> {
  const began = performance.now();
  const stops: (() => void | Promise<void>)[] = [];
  try {
    const house = await open(options, stops);
    const { history, blows } = await witness(house, options);
    return { history, blows, elapsedMs: performance.now() - began };
  } finally {
    for (const stop of stops.toReversed()) await stop();
  }
}

async function open({ folder, seed, plant }: RunOptions, stops: (() => void | Promise<void>)[]): Promise<House> {
  mkdirSync(folder, { recursive: true });
  const database = await openDatabase(join(folder, 'database'));
  stops.push(() => database.stop());
  const sealKey = randomBytes(32).toString('base64url');
  const wires = await Promise.all(Array.from({ length: NODES }, (_, at) => openWire(seededRandom(seed * 31 + at))));
  stops.push(() => {
    for (const wire of wires) wire.close();
  });
  const { ask, close } = createAsk();
  stops.push(close);
  const nodes: ControlPlaneNode[] = [];
  stops.push(async () => void (await Promise.all(nodes.map((node) => node.stop()))));
  for (const [at, wire] of wires.entries()) {
    const dataDir = join(folder, `node-${at}`);
    nodes.push(startNode({ folder: dataDir, databaseUrl: database.connectionString, sealKey, plant, wire }));
    // The first one makes schema and keys.
    if (at === 0) await nodes[0]?.first;
  }
  const ready = await Promise.all(nodes.map(({ first }) => first));
  const maker = ready[0];
  if (maker === undefined) throw new Error('no node serves');
  return { database, nodes, wires, ask, issued: await issueLicenses(maker) };
}

async function witness(house: House, options: RunOptions): Promise<{ readonly history: History; readonly blows: Blows }> {
  const { seed, kills, limitMs, betweenMs, progress } = options;
  const random = seededRandom(seed);
  const calls: LeaseCall[] = [];
  const usage: UsageCall[] = [];
  const stopAt = performance.now() + limitMs;
  let isOver = false;
  const clock = { pause: pauseFor, isOver: () => isOver };
  const population = populate(house, seed, { ...clock, calls, usage });
  const living = population.run();
  const say = (blows: Blows) => progress(lineOf(blows, calls, usage, house));
  const blows = await strike({ ...house, random, ...clock, isOver: () => performance.now() > stopAt, told: say }, kills, betweenMs);
  if (kills === 0) await pauseFor(limitMs);
  progress('healing');
  heal(house);
  isOver = true;
  await living;
  // Of a control plane that lies nobody expects that it heals.
  const unhealed = options.plant === null ? await proveHealed(house, population.clients) : [];
  progress('reading what the store says');
  if (options.plant === null) await pauseFor(REST_MS);
  const metered = house.issued.find(({ plan }) => plan.meters);
  if (metered === undefined) throw new Error('nothing is metered');
  const { truth, unread } = await readTruth({
    connectionString: house.database.connectionString,
    metered,
    ports: portsOf(house),
    ask: house.ask,
    readMs: HEALED_MS,
  });
  const rules = house.issued.map(({ plan, license }) => rulesOf(plan, license));
  return { history: { rules, calls, usage, truth, unhealed: options.plant === null ? [...unhealed, ...unread] : [] }, blows };
}

const portsOf = ({ wires }: House): readonly number[] => wires.map(({ port }) => port);

interface Living {
  readonly pause: (ms: number) => Promise<void>;
  readonly isOver: () => boolean;
  readonly calls: LeaseCall[];
  readonly usage: UsageCall[];
}

function populate(house: House, seed: number, { pause, isOver, calls, usage }: Living) {
  const common = { ports: portsOf(house), ask: house.ask, pause, isOver };
  const clients: LeaseClient[] = [];
  const reports: (() => Promise<void>)[] = [];
  for (const { plan, license, licenseKey } of house.issued) {
    for (let count = 0; count < plan.clients; count++) {
      const random = seededRandom(seed * 1_009 + clients.length * 7_919);
      const one = { ...common, name: clientName(plan, count), license, licenseKey, random };
      clients.push(new LeaseClient({ ...one, isMember: isMember(plan, count), record: (call) => calls.push(call) }));
      if (plan.meters) reports.push(() => reportUse({ ...one, record: (call) => usage.push(call) }));
    }
  }
  return { clients, run: () => Promise.all([...clients.map((client) => client.run()), ...reports.map((report) => report())]) };
}

/** Who got no signed answer within a minute of the healing. */
async function proveHealed({ database }: House, clients: readonly LeaseClient[]): Promise<readonly string[]> {
  const until = performance.now() + HEALED_MS;
  await database.up();
  const prove = async (client: LeaseClient): Promise<string | null> => {
    while (performance.now() < until) {
      if (await client.prove()) return null;
      await pauseFor(250);
    }
    return `${client.name} got no answer within ${HEALED_MS / 1_000} s of the healing`;
  };
  return (await Promise.all(clients.map(prove))).filter((one) => one !== null);
}

function lineOf(
  { nodeKills, databaseKills, pauses, clockSteps, cuts }: Blows,
  calls: readonly LeaseCall[],
  usage: readonly UsageCall[],
  { nodes }: House,
): string {
  const up = nodes.filter((node) => node.isServing()).length;
  const blows = `killed ${nodeKills} nodes, ${databaseKills} databases; ${pauses} pauses, ${clockSteps} clock steps, ${cuts} cuts`;
  return `${blows}; ${calls.length} calls of leases, ${usage.length} of usage; ${up} of ${NODES} serve`;
}

function pauseFor(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

export function forget(folder: string): void {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}
