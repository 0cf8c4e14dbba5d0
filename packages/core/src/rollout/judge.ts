/**
 * The breaker of a promotion: whether what a version was seen to do is more than it may cost.
 *
 * Two bounds, because either alone can be slept through: a share of the decisions that is lost or denied on top of what the
 * version in force takes away, and a multiple of what that one takes away from the same licenses at the same time.
 */
import { BASIS_POINTS, NO_COUNTS, type RolloutBudget, type RolloutCounts } from './rollout.ts';

export interface Trip {
  readonly because: 'losses' | 'denials' | 'degraded-factor' | 'denials-factor';
  /** For people: what was counted, and what the bound is. */
  readonly sentence: string;
}

/** Null: within the budget, or too few decisions to say. */
export function judgeRollout(counts: RolloutCounts, budget: RolloutBudget): Trip | null {
  const { decisions } = counts;
  if (decisions < budget.decisionsMin) return null;
  const isOver = (more: number, basisPoints: number) => more > 0 && more * BASIS_POINTS > basisPoints * decisions;
  // Facts that nobody has made up: one bad decision among twenty is no multiple of anything.
  const isMultiple = (now: number, before: number) => now - before >= MULTIPLE_MIN && now > before * budget.factor;
  const deniedMore = counts.denials - counts.baselineDenials;
  if (isOver(counts.losses, budget.lossesBasisPoints)) {
    const share = `${percent(counts.losses, decisions)} of ${decisions} decisions`;
    return trip('losses', `It gave less than the version in force in ${share}; the budget is ${budgeted(budget.lossesBasisPoints)}.`);
  }
  if (isOver(deniedMore, budget.denialsBasisPoints)) {
    const share = `${percent(deniedMore, decisions)} of ${decisions} decisions`;
    return trip('denials', `It denied a seat that was free before in ${share}; the budget is ${budgeted(budget.denialsBasisPoints)}.`);
  }
  const compared = (now: number, before: number) => `${now} of ${decisions} decisions, ${before} under the version in force`;
  if (isMultiple(counts.denials, counts.baselineDenials))
    return trip('denials-factor', `It denied ${compared(counts.denials, counts.baselineDenials)}: over ${budget.factor} times as many.`);
  if (isMultiple(counts.degraded, counts.baselineDegraded)) {
    const below = compared(counts.degraded, counts.baselineDegraded);
    return trip('degraded-factor', `It went below the plan in ${below}: over ${budget.factor} times as many.`);
  }
  return null;
}

const MULTIPLE_MIN = 5;

/** What several nodes have counted. */
export function sumCounts(all: readonly RolloutCounts[]): RolloutCounts {
  const total: { -readonly [Key in keyof RolloutCounts]: number } = { ...NO_COUNTS };
  for (const counts of all) for (const key of Object.keys(NO_COUNTS) as (keyof RolloutCounts)[]) total[key] += counts[key];
  return total;
}

function trip(because: Trip['because'], sentence: string): Trip {
  return { because, sentence };
}

function percent(part: number, whole: number): string {
  return `${Math.round((part / whole) * 1_000) / 10} %`;
}

function budgeted(basisPoints: number): string {
  return `${basisPoints / 100} %`;
}
