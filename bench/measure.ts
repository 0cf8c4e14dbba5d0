/**
 * Times work side by side: the contenders take turns, so that a machine that slows down slows all of them, and the clock is
 * the thread's own processor time, so that its neighbours do not count. For work that waits this clock would be wrong.
 */
import { type Row, rowOf } from './report.ts';

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

/** Operations a second of each contender: one row each, with the median, the least and the most of its turns. */
export function rates(contenders: readonly Contender[], { runs, turnMs }: Measuring): readonly Row[] {
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
  return turns.map(({ contender, rates }) => rowOf(contender.name, contender.includes, 'ops/s', rates));
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
