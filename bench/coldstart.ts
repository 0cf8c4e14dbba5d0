/**
 * A fleet of new installations that all begin in one instant: until the last of them holds its first signed lease, and, with
 * the server dark, until the last of them decides by the bootstrap lease that the product shipped with.
 *
 * With the server dark all are real clients; with the server up a hundred are, and the others ask as clients do without being
 * any: a thousand real ones take more of two processors than what is measured. Each has a key of its own and an address of its
 * own at a proxy that counts what it asks in the first ten seconds; only real clients are counted. Making keys, syncing files,
 * the proxy, the control plane and its PostgreSQL share this machine, and all of it is in the times. Light and dark take turns.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { KeySetBundle } from '../packages/protocol/src/keys/index.ts';
import type { ColdOrder, ColdReport } from './coldstart-clients.ts';
import { type Asked, type CountingProxy, startCountingProxy } from './coldstart-proxy.ts';
import { type BenchedControlPlane, startControlPlane } from './control-plane.ts';
import { atMost, type Bench, median, rowOf } from './report.ts';

const RUNS = 5;
const INSTALLATIONS = 1_000;
const PROCESSES = 4;
/** Real clients of those that start with the server up. */
const REAL_WHEN_UP = 100;
const WATCHED_MS = 10_000;
const GOAL_S = 10;
const CLIENTS_FILE = 'coldstart-clients.ts';
const BARE_FILE = 'coldstart-bare.ts';
const QUESTIONS_MAX = 2;

export const bench: Bench = {
  about: `${INSTALLATIONS} new installations at once, with the server up and with it dark`,
  async run() {
    const plane = await startControlPlane();
    const proxy = await startCountingProxy(plane.address);
    try {
      return await compare(plane, proxy);
    } finally {
      proxy.stop();
      await plane.stop();
    }
  },
};

interface Start {
  /** Installations that stood on nothing when the watch was over. */
  readonly late: number;
  /** Until the median and the last installation. */
  readonly medianS: number;
  readonly lastS: number;
  readonly mean: Asked;
  readonly most: Asked;
}

async function compare(plane: BenchedControlPlane, proxy: CountingProxy) {
  const light: Start[] = [];
  const dark: Start[] = [];
  for (let run = 0; run < RUNS; run++) {
    light.push(await startFleet(plane, proxy, 'lease'));
    dark.push(await startFleet(plane, proxy, 'bootstrap'));
  }
  const of = (starts: readonly Start[], value: (start: Start) => number) => starts.map(value);
  const made = 'a key, a folder and its files';
  const watched = `in the first ${WATCHED_MS / 1_000} s`;
  const questions = (starts: readonly Start[]) => median(of(starts, ({ most }) => most.questions));
  return {
    rows: [
      rowOf(
        'up: lease, last of all',
        `${REAL_WHEN_UP} real clients (${made}, all verified), the others bare; acquire, key set; through a proxy`,
        's',
        of(light, ({ lastS }) => lastS),
      ),
      rowOf(
        'up: lease, median',
        'the same',
        's',
        of(light, ({ medianS }) => medianS),
      ),
      rowOf(
        'up: questions, mean',
        `of each real client, ${watched}: leases and key set`,
        '',
        of(light, ({ mean }) => mean.questions),
      ),
      rowOf(
        'up: questions, most',
        'of any real client',
        '',
        of(light, ({ most }) => most.questions),
      ),
      rowOf(
        'up: streams, mean',
        'of each real client: hints, one kept open and not in the questions',
        '',
        of(light, ({ mean }) => mean.streams),
      ),
      rowOf(
        'up: streams, most',
        'of any real client',
        '',
        of(light, ({ most }) => most.streams),
      ),
      rowOf(
        'dark: decision, last of all',
        `${made}, the bootstrap lease verified`,
        's',
        of(dark, ({ lastS }) => lastS),
      ),
      rowOf(
        'dark: decision, median',
        'the same',
        's',
        of(dark, ({ medianS }) => medianS),
      ),
      rowOf(
        'dark: questions, mean',
        `of each installation, ${watched}, none answered`,
        '',
        of(dark, ({ mean }) => mean.questions),
      ),
      rowOf(
        'dark: questions, most',
        'of any real client',
        '',
        of(dark, ({ most }) => most.questions),
      ),
    ],
    goals: [
      atMost(`up: without a lease after ${WATCHED_MS / 1_000} s, worst run`, Math.max(...of(light, ({ late }) => late)), 0),
      atMost(`dark: without a decision after ${WATCHED_MS / 1_000} s, worst run`, Math.max(...of(dark, ({ late }) => late)), 0),
      atMost('up: lease, last of all, s', median(of(light, ({ lastS }) => lastS)), GOAL_S),
      atMost('dark: decision, last of all, s', median(of(dark, ({ lastS }) => lastS)), GOAL_S),
      atMost(`up: questions of any real client ${watched}, beside its stream`, questions(light), QUESTIONS_MAX),
      atMost(`up: streams of any real client ${watched}`, median(of(light, ({ most }) => most.streams)), 1),
      atMost(`dark: questions of any real client ${watched}`, questions(dark), QUESTIONS_MAX),
    ],
  };
}

async function startFleet(plane: BenchedControlPlane, proxy: CountingProxy, awaited: ColdOrder['awaited']): Promise<Start> {
  const license = await plane.issue(INSTALLATIONS);
  const bootstrap = awaited === 'lease' ? null : await shipped(plane, license.id);
  const folder = mkdtempSync(join(tmpdir(), 'glidepath-bench-'));
  try {
    const real = awaited === 'lease' ? REAL_WHEN_UP : INSTALLATIONS;
    const common = { address: proxy.address, licenseKey: license.key, roots: plane.roots, folder, bootstrap, awaited, lastsMs: WATCHED_MS };
    const count = real / PROCESSES;
    const opening = Array.from({ length: PROCESSES }, (_, at) => openFleet(CLIENTS_FILE, { ...common, count, from: at * count }));
    if (real < INSTALLATIONS) opening.push(openFleet(BARE_FILE, { ...common, count: INSTALLATIONS - real, from: real }));
    const fleets = await Promise.all(opening);
    proxy.begin(awaited === 'bootstrap');
    const reports = await Promise.all(fleets.map((begin) => begin()));
    const asked = Array.from({ length: real }, (_, at) => proxy.asked().get(`/c/${at}`) ?? { questions: 0, streams: 0 });
    const stood = reports.flatMap(({ stoodAfterMs }) => stoodAfterMs);
    const late = stood.filter((ms) => ms === null || ms > WATCHED_MS).length;
    // Who did not get there stands at the end of what was watched, and is a missed goal of its own.
    const seconds = stood.map((ms) => (ms ?? WATCHED_MS) / 1_000);
    if (awaited === 'lease') await holdsAll(plane, license.id, stood.filter((ms) => ms !== null).length);
    return { late, medianS: median(seconds), lastS: Math.max(...seconds), mean: meanOf(asked), most: mostOf(asked) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Who says that it holds a lease must have been granted a seat, and nobody more than one. */
async function holdsAll({ api }: BenchedControlPlane, license: string, holders: number): Promise<void> {
  const { seats } = await api.get<{ seats: { granted: number } }>(`/v1/licenses/${license}`);
  if (seats.granted < holders || seats.granted > INSTALLATIONS)
    throw new Error(`${holders} hold a lease, ${seats.granted} seats were granted`);
}

async function shipped({ api }: BenchedControlPlane, license: string): Promise<{ word: string; keySet: KeySetBundle }> {
  const { word } = await api.get<{ word: string }>(`/v1/bootstrap?license=${license}`);
  return { word, keySet: await api.get<KeySetBundle>('/v1/keyset') };
}

function meanOf(asked: readonly Asked[]): Asked {
  const mean = (kind: keyof Asked) => asked.reduce((sum, one) => sum + one[kind], 0) / asked.length;
  return { questions: mean('questions'), streams: mean('streams') };
}

function mostOf(asked: readonly Asked[]): Asked {
  const most = (kind: keyof Asked) => Math.max(0, ...asked.map((one) => one[kind]));
  return { questions: most('questions'), streams: most('streams') };
}

/** A process of clients, ready; what is given begins. */
async function openFleet(file: string, order: ColdOrder): Promise<() => Promise<ColdReport>> {
  const child = spawn(process.execPath, ['--no-warnings', join(import.meta.dirname, file), JSON.stringify(order)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const read = async (): Promise<string> => {
    const { value, done } = await lines.next();
    if (done) throw new Error('the clients ended before they said what they saw');
    return value as string;
  };
  await read();
  return async () => {
    child.stdin.end('\n');
    const report = JSON.parse(await read()) as ColdReport;
    await ended;
    return report;
  };
}
