/**
 * A back-test of forecasts: made-up series of daily peaks of which the future is known, each forecast from its past alone.
 *
 * Beside ours stand the two that people use in their heads: a straight line through the first and the last peak, and "as
 * yesterday", which never runs out. An error is in days; nobody is worse than the horizon.
 */
import { DAY, exhaustionOutlook, FORECAST_HORIZON_MS, type Instant, instant } from '@glidepath/core';
import { seededRandom } from '@glidepath/testkit';
import { atLeast, atMost, type Bench, type Goal, median, type Row, rowOf } from './report.ts';
import { type Series, SHAPES } from './usage-shapes.ts';

const RUNS = 5;
const SERIES = 200;
const HORIZON = FORECAST_HORIZON_MS / DAY;
/** 2026-01-05, a Monday. */
const FIRST_DAY = 20_458;

export const bench: Bench = {
  about: 'days until seats run out: how often the 80 % interval holds, and how far the forecast is off; seeded series',
  async run() {
    prove();
    const rows: Row[] = [];
    const goals: Goal[] = [];
    const coverages: number[] = [];
    const factors: number[] = [];
    for (const shape of SHAPES) {
      const runs = Array.from({ length: RUNS }, (_, run) => judgeRun(shape, run));
      if (!shape.grows) {
        const silent = runs.map(({ silentPercent }) => silentPercent);
        rows.push(rowOf(`${shape.name}: said nothing`, shape.about, '%', silent));
        goals.push(atLeast(`${shape.name}: percent without a false alarm`, median(silent), 95));
        continue;
      }
      const percents = runs.map(({ coveragePercent }) => coveragePercent);
      coverages.push(...percents);
      rows.push(rowOf(`${shape.name}: inside the interval`, shape.about, '%', percents));
      rows.push(
        rowOf(
          `${shape.name}: median error`,
          'the middle forecast',
          'days',
          runs.map(({ errors }) => errors.ours),
        ),
      );
      rows.push(
        rowOf(
          `${shape.name}: first to last`,
          'a straight line',
          'days',
          runs.map(({ errors }) => errors.line),
        ),
      );
      rows.push(
        rowOf(
          `${shape.name}: as yesterday`,
          'never',
          'days',
          runs.map(({ errors }) => errors.last),
        ),
      );
      goals.push(
        atLeast(`${shape.name}: percent inside, at least`, meanOf(percents), 70),
        atMost(`${shape.name}: percent inside, at most`, meanOf(percents), 90),
      );
      factors.push(median(runs.map(({ errors }) => errors.ours / errors.line)));
    }
    const mean = meanOf(coverages);
    goals.push(atLeast('all: percent inside, at least', mean, 70), atMost('all: percent inside, at most', mean, 90));
    goals.push(atMost('all: median error, times that of a straight line', median(factors), 1));
    return { rows, goals };
  },
};

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

interface Judged {
  readonly coveragePercent: number;
  readonly silentPercent: number;
  readonly errors: { readonly ours: number; readonly line: number; readonly last: number };
}

function judgeRun(shape: (typeof SHAPES)[number], run: number): Judged {
  const seeds = seededRandom(run + 1);
  const cases = Array.from({ length: SERIES }, () => judge(shape.make(seededRandom(seeds.next() * 2 ** 32))));
  const reached = cases.filter(({ actual }) => actual !== null);
  const errorOf = (pick: (judged: (typeof cases)[number]) => number | null) =>
    median(reached.map((each) => Math.abs((pick(each) ?? HORIZON) - (each.actual ?? HORIZON))));
  return {
    coveragePercent: (100 * cases.filter(({ isInside }) => isInside).length) / cases.length,
    silentPercent: (100 * cases.filter(({ ours, actual }) => ours === null || actual !== null).length) / cases.length,
    errors: { ours: errorOf(({ ours }) => ours), line: errorOf(({ line }) => line), last: errorOf(() => null) },
  };
}

/** Days from the first unseen day to the first peak at the limit; null: not within the horizon. */
function judge({ past, future, limit }: Series) {
  const found = future.slice(0, HORIZON).findIndex((peak) => peak >= limit);
  const actual = found < 0 ? null : found;
  const first = FIRST_DAY + past.length;
  const samples = past.map((peak, i) => ({ day: dayAt(FIRST_DAY + i), peak }));
  const outlook = exhaustionOutlook(samples, limit, dayAt(first));
  const days = (at: Instant | null): number => (at === null ? Number.POSITIVE_INFINITY : at / DAY - first);
  const line = lineThrough(past, limit);
  if (outlook.kind !== 'dated') {
    const until = outlook.kind === 'later' ? days(outlook.until) : 0;
    return { actual, ours: null, line, isInside: actual === null || actual >= until };
  }
  const { at, early, late } = outlook.forecast;
  const reached = actual ?? Number.POSITIVE_INFINITY;
  return { actual, ours: days(at), line, isInside: reached >= days(early) && reached <= days(late) };
}

function lineThrough(past: readonly number[], limit: number): number | null {
  const [from = 0, to = 0] = [past[0], past.at(-1)];
  const slope = (to - from) / (past.length - 1);
  if (slope <= 0) return null;
  const days = Math.ceil((limit - to) / slope) - 1;
  return days > HORIZON ? null : Math.max(0, days);
}

function dayAt(day: number): Instant {
  return instant(day * DAY);
}

/** Before anything is counted: a line that nothing disturbs is met within two days, and what is flat is never forecast. */
function prove(): void {
  const line = Array.from({ length: 200 }, (_, i) => 10 + i);
  const exact = judge({ past: line.slice(0, 60), future: line.slice(60), limit: 100 });
  if (exact.actual !== exact.line || Math.abs((exact.ours ?? HORIZON) - (exact.actual ?? 0)) > 2 || !exact.isInside)
    throw new Error(`a straight line is met on day ${exact.actual}, not ${exact.ours}`);
  const flat = judge({ past: new Array(60).fill(40), future: new Array(400).fill(40), limit: 50 });
  if (flat.ours !== null || !flat.isInside) throw new Error('what is flat has no forecast');
}
