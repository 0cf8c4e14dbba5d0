/**
 * Keeps a long series of runs over as many evenings as it takes: each run by itself in docs/histories.json, with when and at
 * which commit it ran, and their sum in docs/histories.md, between its marks. A series that begins anew deletes the first.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import type { Judged } from './verdict.ts';

export interface Recorded extends Omit<Judged, 'counts'> {
  readonly counts: Omit<Judged['counts'], 'whys'>;
  /** When it ended, UTC. */
  readonly at: string;
  readonly commit: string;
  readonly cores: number;
  readonly node: string;
}

const ROOT = join(import.meta.dirname, '..');
const PAGE = join(ROOT, 'docs', 'histories.md');
const RUNS = join(ROOT, 'docs', 'histories.json');
const MARKS = /(<!-- result -->\n)[\s\S]*?(<!-- \/result -->)/;

/** The runs so far; none where no series was begun. */
export function recorded(): readonly Recorded[] {
  return existsSync(RUNS) ? (JSON.parse(readFileSync(RUNS, 'utf8')) as readonly Recorded[]) : [];
}

export function record({ counts: { whys: _, ...counts }, ...judged }: Judged): readonly Recorded[] {
  const commit = execFileSync('git', ['rev-parse', '--short=10', 'HEAD'], { cwd: ROOT, encoding: 'utf8' }).trim();
  const stamp = { at: new Date().toISOString(), commit, cores: cpus().length, node: process.version };
  const runs = [...recorded(), { ...judged, counts, ...stamp }];
  writeFileSync(RUNS, `[\n${runs.map((run) => JSON.stringify(run)).join(',\n')}\n]\n`);
  const page = readFileSync(PAGE, 'utf8');
  writeFileSync(
    PAGE,
    page.replace(MARKS, (_all, begin: string, end: string) => `${begin}${tableOf(runs)}\n${end}`),
  );
  return runs;
}

export function killsOf(runs: readonly Pick<Judged, 'blows'>[]): number {
  return runs.reduce((sum, { blows }) => sum + blows.nodeKills + blows.databaseKills, 0);
}

export function tableOf(runs: readonly Recorded[]): string {
  const sum = (of: (run: Recorded) => number): string => runs.reduce((total, run) => total + of(run), 0).toLocaleString('en');
  const each = (of: (run: Recorded) => string | number): string => [...new Set(runs.map(of))].join(', ');
  const hours = runs.reduce((total, { elapsedMs }) => total + elapsedMs, 0) / 3_600_000;
  const days = [...new Set([runs[0], runs.at(-1)].map((run) => run?.at.slice(0, 10)))].join(' to ');
  const rows: readonly (readonly [string, string])[] = [
    ['when, at which commits', `${days}, ${each(({ commit }) => commit)}`],
    ['machine', `${each(({ cores }) => cores)} cores, Node ${each(({ node }) => node)}, ${hours.toFixed(1)} h`],
    ['runs', `${runs.length}, seeds ${runs[0]?.seed ?? 0} to ${runs.at(-1)?.seed ?? 0}`],
    [
      'killed',
      `${killsOf(runs).toLocaleString('en')}: ${sum(({ blows }) => blows.nodeKills)} nodes, ${sum(({ blows }) => blows.databaseKills)} databases`,
    ],
    [
      'nodes paused, clocks stepped, wires cut',
      `${sum(({ blows }) => blows.pauses)}, ${sum(({ blows }) => blows.clockSteps)}, ${sum(({ blows }) => blows.cuts)}`,
    ],
    ['calls of leases', sum(({ counts }) => counts.leaseCalls)],
    [
      'leases, signed "no", unanswered',
      `${sum(({ counts }) => counts.leases)}, ${sum(({ counts }) => counts.verdicts)}, ${sum(({ counts }) => counts.unknown)}`,
    ],
    ['holds reaped', sum(({ counts }) => counts.reaped)],
    ['events counted', sum(({ counts }) => counts.events)],
    ['violations', sum(({ violations }) => violations.length)],
    ['verdict', runs.every(({ verdict }) => verdict === 'sound') ? 'sound' : 'BROKEN'],
  ];
  return ['| what | result |', '| --- | --- |', ...rows.map(([what, result]) => `| ${what} | ${result} |`)].join('\n');
}
