/**
 * `npm run test:histories -- [--kills N] [--seed N] [--minutes N] [--plant NAME] [--ci] [--record]`
 *
 * `--ci`: each planted fault is caught, then one run of 40 kills. More than 50 kills are as many runs as it takes, so that
 * no history outgrows memory. `--record` keeps each run in docs/histories.json and goes on where the last series stopped. Exits
 * with 1 where a history is broken, saw too little, or a planted fault passed.
 */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { check } from './check.ts';
import { isPlant, PLANTS, type Plant } from './plants.ts';
import { killsOf, record, recorded } from './record.ts';
import { forget, runOnce } from './run.ts';
import { type Judged, judge, summary } from './verdict.ts';

const KILLS_PER_RUN = 50;
const PLANT_SECONDS = 12;

interface Wanted {
  readonly seed: number;
  readonly kills: number;
  readonly minutes: number;
  readonly betweenMs: number;
  readonly plant: Plant | null;
}

async function one(wanted: Wanted): Promise<Judged> {
  const folder = mkdtempSync(join(tmpdir(), 'glidepath-histories-'));
  const { seed, kills, minutes, betweenMs, plant } = wanted;
  const what = `seed ${seed}${plant === null ? '' : `, planted ${plant}`}`;
  const progress = (line: string): void =>
    void process.stderr.write(process.stderr.isTTY ? `\r\x1b[K${what}: ${line}` : `${what}: ${line}\n`);
  const said = process.stderr.isTTY ? progress : everySeconds(10, progress);
  const result = await runOnce({ folder, seed, kills, limitMs: minutes * 60_000, betweenMs, plant, progress: said });
  const judged = judge(result, check(result.history), { seed, kills, isPlanted: plant !== null });
  console.log(`\n${summary(judged, what)}`);
  if (judged.verdict === 'sound' || plant !== null) forget(folder);
  else
    console.log(`the logs of the nodes are in ${folder}; the same blows again: npm run test:histories -- --seed ${seed} --kills ${kills}`);
  return judged;
}

function everySeconds(seconds: number, say: (line: string) => void): (line: string) => void {
  let next = 0;
  return (line) => {
    if (performance.now() < next) return;
    next = performance.now() + seconds * 1_000;
    say(line);
  };
}

/** A planted fault has to be called what it is. */
async function caught(plant: Plant, seed: number): Promise<boolean> {
  const expected = { 'double-grant': 'too-many-seats', 'early-reap': 'early-reap', 'double-count': 'event-from-nowhere' } as const;
  const { violations } = await one({ seed, kills: 0, minutes: PLANT_SECONDS / 60, betweenMs: 1_000, plant });
  const isCaught = violations.some(({ broken }) => broken === expected[plant]);
  console.log(`planted ${plant}: ${isCaught ? 'caught' : 'NOT CAUGHT'}`);
  return isCaught;
}

function wholeNumber(flag: string, given: string): number {
  if (!/^[1-9]\d{0,6}$/.test(given)) throw new Error(`${flag} ${given}: expected a whole number from 1`);
  return Number(given);
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      kills: { type: 'string', default: '40' },
      seed: { type: 'string', default: '1' },
      minutes: { type: 'string' },
      plant: { type: 'string' },
      ci: { type: 'boolean', default: false },
      record: { type: 'boolean', default: false },
    },
  });
  const [kills, seed] = [wholeNumber('--kills', values.kills), wholeNumber('--seed', values.seed)];
  if (isPlant(values.plant)) return (await caught(values.plant, seed)) ? 0 : 1;
  if (values.ci) {
    for (const plant of PLANTS) if (!(await caught(plant, seed))) return 1;
  }
  let runs: readonly Pick<Judged, 'blows'>[] = values.record ? recorded() : [];
  while (killsOf(runs) < kills) {
    const perRun = Math.min(kills - killsOf(runs), KILLS_PER_RUN);
    const minutes = Number(values.minutes ?? (perRun * 3.2) / 60);
    const judged = await one({ seed: seed + runs.length, kills: perRun, minutes, betweenMs: 1_300, plant: null });
    // What saw too little says nothing, neither good nor bad.
    runs = values.record && judged.verdict !== 'saw-too-little' ? record(judged) : [...runs, judged];
    if (judged.verdict !== 'sound') return 1;
  }
  return 0;
}

process.exitCode = await main();
