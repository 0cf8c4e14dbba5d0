/**
 * What held licences cost: 10,000 of them, each probed hourly, on one node; and one very large lmstat.
 *
 * An hour of such a house is one round of all probes and 3,600 seconds of ticks. Both are done for real (agent, connector,
 * command layer, jobs, a PostgreSQL that syncs) under a clock of ours, a round and two minutes of ticks in turns, and put
 * together: seconds of processor time per hour over 3,600 s. Processor time is that of this process and of PostgreSQL.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { type House, ISSUED, openHouse, usedIn } from './probe-house.ts';
import { atMost, type Bench, median, rowOf } from './report.ts';

const LICENSES = 10_000;
const RUNS = 5;
const TICKED_SECONDS = 120;
const HOUR_SECONDS = 3_600;

const SHARE = '10,000 held licences, each probed hourly';
const LMSTAT = 'lmstat of 100,000 lines';

export const bench: Bench = {
  about: 'processor time of held licences on one node, and of one large capture',
  async run() {
    const captures = Array.from({ length: RUNS }, readLarge);
    const { share, round, ticks } = await houseHours();
    const includes = 'agent, parsing, reports, records, samples, runways, notices, jobs and PostgreSQL; no child process of a command';
    const rows = [
      rowOf(SHARE, includes, '% of one core', share),
      rowOf('a round of all probes', 'reading 10,000 captures from memory, 100 reports per request, all of it stored', 's CPU', round),
      rowOf('a minute of ticks beside them', 'every job that a node runs, and the agent asking for its probes', 's CPU', ticks),
      rowOf(
        `${LMSTAT}, time`,
        'bytes to snapshot with 94,944 holders, a fresh process, main thread',
        'ms CPU',
        captures.map(({ ms }) => ms),
      ),
      rowOf(
        `${LMSTAT}, heap`,
        'growth while it is read, garbage included',
        'MB',
        captures.map(({ heapMb }) => heapMb),
      ),
      rowOf(
        `${LMSTAT}, resident`,
        'highest resident size above that before',
        'MB',
        captures.map(({ peakMb }) => peakMb),
      ),
    ];
    return {
      rows,
      goals: [
        atMost(`${SHARE}, % of one core`, median(share), 25),
        atMost(`${LMSTAT}, ms`, median(captures.map(({ ms }) => ms)), 300),
        atMost(`${LMSTAT}, MB resident`, median(captures.map(({ peakMb }) => peakMb)), 100),
      ],
    };
  },
};

interface Capture {
  readonly isRight: boolean;
  readonly ms: number;
  readonly heapMb: number;
  readonly peakMb: number;
}

function readLarge(): Capture {
  const file = join(import.meta.dirname, 'lmstat-once.ts');
  const { stdout, stderr, status } = spawnSync(process.execPath, ['--expose-gc', file], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  const capture = JSON.parse(stdout) as Capture;
  if (!capture.isRight) throw new Error('the large capture was not read as it was written');
  return capture;
}

async function houseHours(): Promise<{ share: number[]; round: number[]; ticks: number[] }> {
  const house = await openHouse(LICENSES);
  try {
    await house.pass(10);
    await house.round();
    await house.pass(TICKED_SECONDS);
    await prove(house, 1);
    const [share, round, ticks]: [number[], number[], number[]] = [[], [], []];
    for (let run = 0; run < RUNS; run++) {
      const roundSeconds = await spent(house, () => house.round());
      const tickSeconds = await spent(house, () => house.pass(TICKED_SECONDS));
      round.push(roundSeconds);
      ticks.push((tickSeconds / TICKED_SECONDS) * 60);
      share.push(100 * (roundSeconds / HOUR_SECONDS + tickSeconds / TICKED_SECONDS));
    }
    await prove(house, 1 + RUNS);
    return { share, round, ticks };
  } finally {
    await house.close();
  }
}

async function spent(house: House, work: () => Promise<void>): Promise<number> {
  const before = house.cpuSeconds();
  await work();
  const after = house.cpuSeconds();
  return after.node - before.node + (after.postgres - before.postgres);
}

interface Watched {
  readonly name: string;
  readonly runway: { readonly state: string };
  readonly watches: readonly {
    readonly observed: readonly { readonly features: readonly { readonly used: number; readonly issued: number }[] }[];
  }[];
}

/** Every reading is stored with the numbers of its hour, and the runways stand on them. */
async function prove(house: House, hour: number): Promise<void> {
  const { store } = house.server.world;
  const readings = await store.count('probeReading', {});
  if (readings !== LICENSES) throw new Error(`${readings} readings of ${LICENSES} probes`);
  for (const index of [0, 4_711, LICENSES - 1]) {
    const held = (await house.ask('GET', `/v1/inventory/held-${index}`)) as unknown as Watched;
    const feature = held.watches[0]?.observed[0]?.features[0];
    const wanted = usedIn(index, hour);
    if (feature?.used !== wanted || feature.issued !== ISSUED || held.runway.state !== 'dated')
      throw new Error(`${held.name} in hour ${hour}: ${JSON.stringify(feature)}, ${wanted} expected; runway ${held.runway.state}`);
  }
  const { items } = (await house.ask('GET', '/v1/runways?limit=2')) as { items: readonly { name: string; endsAt: number }[] };
  const [first, second] = items;
  if (first === undefined || second === undefined || first.endsAt > second.endsAt) throw new Error('the worst runway is not the first');
  const failing = house.server.jobs().filter(({ failures }) => failures > 0);
  if (failing.length > 0) throw new Error(`jobs failed: ${failing.map(({ name }) => name).join(', ')}`);
}
