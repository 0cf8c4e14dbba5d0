/** `glidepath demo outage`: kills the control plane with SIGKILL and shows each application going on, rung by rung. */
import { setTimeout as wait } from 'node:timers/promises';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { Failure } from '../failure.ts';
import type { Shell } from '../shell.ts';
import { Safe, text } from '../terminal/safe-text.ts';
import { table } from '../terminal/table.ts';
import { type JournalEntry, JournalReader } from './journal.ts';
import { DEMO_PRODUCTS } from './products.ts';
import { type DemoState, isAlive, readState } from './state.ts';
import { type Change, lossSentence, seconds, Tiers } from './timeline.ts';

const LOOK_EVERY_MS = 200;
/** The demo's longest path is 35 s; past this something is wrong, and the command says so instead of waiting on. */
const PATIENCE_MS = 90_000;

export interface DemoOptions {
  readonly data: string;
  readonly json?: boolean;
}

/** Kills what serves and follows the journal until every application stands on its last rung. */
export async function demoOutage(shell: Shell, { data, json = false }: DemoOptions): Promise<ExitCode> {
  const state = runningDemo(data);
  if (state.controlPlane === null || !isAlive(state.controlPlane))
    throw new Failure(EXIT.refused, 'The control plane is already gone.', { code: 'already-down', next: 'npx glidepath demo back' });
  const before = standingOf(data);
  const reader = new JournalReader(data, 'end');
  const startedAt = shell.now();
  process.kill(state.controlPlane, 'SIGKILL');
  if (!json) sayKilled(shell, state);
  const tiers = new Tiers(startedAt);
  for (const entry of before) tiers.take(entry);
  const { changes, isEnded } = await follow(shell, reader, tiers, {
    json,
    until: (entry) => entry.nextCause !== 'unreachable' && entry.cause === 'unreachable',
  });
  if (!isEnded) throw new Failure(EXIT.bug, 'The applications did not reach the end of their paths in time.', { code: 'no-end' });
  report(shell, { json, changes, before, tiers, elapsedMs: shell.now() - startedAt });
  return EXIT.ok;
}

/** Starts the control plane again and follows the journal until every application is back at its plan's tier. */
export async function demoBack(shell: Shell, { data, json = false }: DemoOptions): Promise<ExitCode> {
  const state = runningDemo(data);
  if (state.controlPlane !== null && isAlive(state.controlPlane))
    throw new Failure(EXIT.refused, 'The control plane is running.', { code: 'already-up', next: 'npx glidepath demo outage' });
  const before = standingOf(data);
  const reader = new JournalReader(data, 'end');
  const startedAt = shell.now();
  process.kill(state.supervisor, 'SIGUSR2');
  if (!json) shell.screen.say(text`The control plane starts again on the same folder. Nobody restarts an application.`);
  const tiers = new Tiers(startedAt);
  for (const entry of before) tiers.take(entry);
  const { changes, isEnded } = await follow(shell, reader, tiers, {
    json,
    until: (entry) => entry.cause === 'none' && entry.status === 'ready',
  });
  if (!isEnded) throw new Failure(EXIT.bug, 'The applications did not come back in time.', { code: 'no-end' });
  if (json) shell.screen.json({ changes });
  else
    shell.screen.say(
      text`\nAll ${DEMO_PRODUCTS.length} applications are back at their plan's tier after ${seconds(shell.now() - startedAt)}.`,
    );
  return EXIT.ok;
}

function runningDemo(folder: string): DemoState {
  const state = readState(folder);
  if (state === null || !isAlive(state.supervisor))
    throw new Failure(EXIT.refused, `No demo runs on ${folder}.`, { code: 'no-demo', next: 'npm start' });
  return state;
}

/** The last entry of each application. */
function standingOf(folder: string): readonly JournalEntry[] {
  const latest = new Map(new JournalReader(folder, 'beginning').next().map((entry) => [entry.application, entry]));
  return DEMO_PRODUCTS.flatMap(({ name }) => latest.get(name) ?? []);
}

function sayKilled({ screen }: Shell, { controlPlane, address }: DemoState): void {
  screen.say(text`Killed the control plane (process ${controlPlane}) with SIGKILL. Nobody answers on ${address}.`);
  screen.say(text`The applications were not told. In these policies a second stands for a day.\n`);
}

interface Followed {
  readonly changes: readonly Change[];
  readonly isEnded: boolean;
}

async function follow(
  shell: Shell,
  reader: JournalReader,
  tiers: Tiers,
  { json, until }: { readonly json: boolean; readonly until: (entry: JournalEntry) => boolean },
): Promise<Followed> {
  const changes: Change[] = [];
  const patienceEnds = performance.now() + PATIENCE_MS;
  const isEnded = () => tiers.entries().length === DEMO_PRODUCTS.length && tiers.entries().every(until);
  while (!isEnded() && performance.now() < patienceEnds) {
    for (const entry of reader.next()) {
      const change = tiers.take(entry);
      if (change === null) continue;
      changes.push(change);
      if (!json) for (const line of changeLines(shell, change)) shell.screen.say(line);
    }
    await wait(LOOK_EVERY_MS);
  }
  return { changes, isEnded: isEnded() };
}

function changeLines({ screen: { paint } }: Shell, change: Change): readonly Safe[] {
  const way = `${change.from ?? 'nothing'} → ${change.to ?? 'nothing'}`;
  const head = new Safe(`${seconds(change.afterMs).padStart(7)}  ${change.application.padEnd(14)}${way.padEnd(22)}`);
  return [
    text`${head}${paint.good('works')}  ${change.works.join(', ')}`,
    ...(change.lost.length === 0 ? [] : [text`${' '.repeat(45)}${paint.warn('lost')}   ${lossSentence(change.lost)}`]),
  ];
}

interface Told {
  readonly json: boolean;
  readonly changes: readonly Change[];
  readonly before: readonly JournalEntry[];
  readonly tiers: Tiers;
  readonly elapsedMs: number;
}

function report({ screen }: Shell, { json, changes, before, tiers, elapsedMs }: Told): void {
  const rows = tiers.entries().map((entry) => {
    const start = before.find(({ application }) => application === entry.application);
    const product = DEMO_PRODUCTS.find(({ name }) => name === entry.application);
    return {
      application: entry.application,
      tier: entry.tier,
      done: entry.done - (start?.done ?? 0),
      what: product?.work.done ?? 'pieces of work',
      refused: entry.refused - (start?.refused ?? 0),
    };
  });
  if (json) {
    screen.json({ changes, applications: rows, elapsedMs });
    return;
  }
  screen.say(text`\nAfter ${seconds(elapsedMs)} without a licence server:`);
  const cells = rows.map(({ application, tier, done, what, refused }) => [
    application,
    `tier ${tier}`,
    `${done} ${what} meanwhile`,
    `${refused} refused`,
  ]);
  for (const line of table(cells, { indent: 2 })) screen.say(line);
  screen.say(text`next: npx glidepath demo back`);
}
