/**
 * Times work side by side: the contenders take turns, so that a machine that slows down slows all of them, and the clock is
 * the thread's own processor time, so that its neighbours do not count. For work that waits this clock would be wrong.
 */
import { median, type Row, rowOf } from './report.ts';

export interface Contender {
  readonly name: string;
  readonly includes: string;
  /**
   * Does the work so many times and gives a number that depends on every result, so that no compiler can leave it out.
   */
  work(times: number): number;
}

export interface Measuring {
  /** Turns; at least five. */
  readonly runs: number;
  /** About how long one turn of one contender takes. */
  readonly turnMs: number;
}

const WARM_UP_MS = 200;

export interface Measured {
  /** Operations a second of each contender: the median, the least and the most of its turns. */
  readonly rows: readonly Row[];
  /**
   * How many times as fast one contender is as another: the median over the runs, each compared within itself, so that a
   * machine that changes its speed between runs changes no ratio.
   */
  times(name: string, other: string): number;
}

export function measure(contenders: readonly Contender[], { runs, turnMs }: Measuring): Measured {
  const turns = contenders.map((contender) => ({ contender, times: 1, rates: [] as number[] }));
  for (const turn of turns) {
    const rate = rateWithin(turn.contender, WARM_UP_MS);
    turn.times = Math.max(1, Math.round((rate * turnMs) / 1_000));
  }
  for (let run = 0; run < runs; run++) {
    // Another one begins each time: nobody always follows the contender that leaves the most garbage.
    for (let i = 0; i < turns.length; i++) {
      const turn = turns[(i + run) % turns.length];
      if (turn) turn.rates.push(rateOf(turn.contender, turn.times));
    }
  }
  const ratesOf = (name: string): readonly number[] => turns.find(({ contender }) => contender.name === name)?.rates ?? [];
  return {
    rows: turns.map(({ contender, rates }) => rowOf(contender.name, contender.includes, 'ops/s', rates)),
    times(name, other) {
      const others = ratesOf(other);
      return median(ratesOf(name).map((rate, run) => rate / (others[run] ?? Number.NaN)));
    },
  };
}

function processorMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
}

/** Doubles the work until it takes long enough: so it is warm, and its rate is known. */
function rateWithin(contender: Contender, leastMs: number): number {
  for (let times = 1; ; times *= 2) {
    const startedAt = processorMs();
    contender.work(times);
    const tookMs = processorMs() - startedAt;
    if (tookMs >= leastMs) return (times / tookMs) * 1_000;
  }
}

function rateOf(contender: Contender, times: number): number {
  globalThis.gc?.();
  const startedAt = processorMs();
  const sum = contender.work(times);
  const tookMs = processorMs() - startedAt;
  if (Number.isNaN(sum)) throw new Error(`${contender.name} gave no number`);
  return (times / tookMs) * 1_000;
}
