/** What a bench reports (DESIGN §10): rows that were measured, and goals that they meet or miss. */
import { cpus, release } from 'node:os';

export interface Row {
  readonly name: string;
  /** What the measured work includes, so that two rows can be compared. */
  readonly includes: string;
  readonly value: number;
  readonly unit: string;
  readonly min: number;
  readonly max: number;
  readonly runs: number;
}

export interface Goal {
  readonly name: string;
  readonly value: number;
  /** `>= 15`, `<= 20000`. */
  readonly goal: string;
  readonly met: boolean;
}

export interface Report {
  readonly rows: readonly Row[];
  readonly goals: readonly Goal[];
}

/** What a file of this folder exports under the name `bench`. */
export interface Bench {
  readonly about: string;
  /** Checks every verdict before it times anything; throws where one is wrong. */
  run(): Promise<Report>;
}

export function atLeast(name: string, value: number, least: number): Goal {
  return { name, value, goal: `>= ${least}`, met: value >= least };
}

export function atMost(name: string, value: number, most: number): Goal {
  return { name, value, goal: `<= ${most}`, met: value <= most };
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const [low = Number.NaN, high = low] = sorted.slice(Math.ceil(middle) - 1, Math.floor(middle) + 1);
  return (low + high) / 2;
}

export function rowOf(name: string, includes: string, unit: string, values: readonly number[]): Row {
  return { name, includes, value: median(values), unit, min: Math.min(...values), max: Math.max(...values), runs: values.length };
}

export function rowNamed({ rows }: Pick<Report, 'rows'>, name: string): Row {
  const row = rows.find((candidate) => candidate.name === name);
  if (row === undefined) throw new Error(`no row ${name}`);
  return row;
}

/** The line of `--json`. */
export function jsonLine(name: string, { rows, goals }: Report): string {
  return JSON.stringify({ bench: name, machine: machine(), rows, goals });
}

/** The table for people. */
export function table(name: string, about: string, { rows, goals }: Report): string {
  const cells = rows.map(({ name, value, unit, min, max, runs, includes }) => [
    name,
    `${shortened(value)} ${unit}`,
    `${shortened(min)} to ${shortened(max)}`,
    `${runs} runs`,
    includes,
  ]);
  const verdicts = goals.map(({ name, value, goal, met }) => [met ? 'met' : 'MISSED', name, shortened(value), `goal ${goal}`]);
  return [`${name}: ${about}`, machine(), '', ...aligned(cells), '', ...aligned(verdicts)].join('\n');
}

function aligned(cells: readonly (readonly string[])[]): readonly string[] {
  const widths = (cells[0] ?? []).map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  return cells.map((row) =>
    row
      .map((cell, column) => cell.padEnd(column === row.length - 1 ? 0 : (widths[column] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
}

function shortened(value: number): string {
  if (value >= 1_000_000) return `${(value / 1_000_000).toPrecision(3)}M`;
  if (value >= 10_000) return `${(value / 1_000).toPrecision(3)}k`;
  return Number(value.toPrecision(3)).toString();
}

function machine(): string {
  const processors = cpus();
  return `${processors[0]?.model.trim() ?? 'unknown processor'}, ${processors.length} cores, ${process.platform} ${release()}, Node ${process.version}`;
}
