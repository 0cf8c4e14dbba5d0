/** Writes a series of runs into docs/histories.md, between its marks: dated, with what was done and what was seen. */
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import type { Judged } from './verdict.ts';

export interface Series {
  readonly startedAt: Date;
  readonly runs: Judged[];
}

const FILE = join(import.meta.dirname, '..', 'docs', 'histories.md');
const MARKS = /(<!-- result -->\n)[\s\S]*?(<!-- \/result -->)/;

export function record(series: Series): void {
  const text = readFileSync(FILE, 'utf8');
  writeFileSync(
    FILE,
    text.replace(MARKS, (_, begin: string, end: string) => `${begin}${tableOf(series)}\n${end}`),
  );
}

export function tableOf({ startedAt, runs }: Series): string {
  const sum = (of: (run: Judged) => number): string => runs.reduce((total, run) => total + of(run), 0).toLocaleString('en');
  const [first, last] = [runs[0]?.seed ?? 0, runs.at(-1)?.seed ?? 0];
  const rows: readonly (readonly [string, string])[] = [
    ['begun', startedAt.toISOString().slice(0, 16).replace('T', ' ')],
    [
      'machine',
      `${cpus().length} cores, Node ${process.version}, ${(runs.reduce((total, run) => total + run.elapsedMs, 0) / 3_600_000).toFixed(1)} h`,
    ],
    ['runs', `${runs.length}, seeds ${first} to ${last}`],
    ['nodes killed', sum(({ blows }) => blows.nodeKills)],
    ['databases killed', sum(({ blows }) => blows.databaseKills)],
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
