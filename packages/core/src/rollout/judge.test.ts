import { describe, expect, it } from 'vitest';
import { judgeRollout, sumCounts } from './judge.ts';
import { NO_COUNTS, ROLLOUT_BUDGET_DEFAULT, type RolloutCounts } from './rollout.ts';

const judged = (counts: Partial<RolloutCounts>, budget = {}) =>
  judgeRollout({ ...NO_COUNTS, decisions: 1_000, ...counts }, { ...ROLLOUT_BUDGET_DEFAULT, ...budget });

describe('the breaker of a promotion', () => {
  it.each([
    ['nothing lost', {}, null],
    ['losses as budgeted', { losses: 10 }, null],
    ['one loss more', { losses: 11 }, 'losses'],
    ['denials as budgeted', { denials: 10, baselineDenials: 0 }, 'denials-factor'],
    ['denials that there were before', { denials: 400, baselineDenials: 400 }, null],
    ['more denials than before, within the budget and the factor', { denials: 14, baselineDenials: 5 }, null],
    ['more denials than before, over the budget', { denials: 416, baselineDenials: 405 }, 'denials'],
    ['over the factor of what was below the plan', { degraded: 7, baselineDegraded: 2 }, 'degraded-factor'],
    ['the factor itself', { degraded: 15, baselineDegraded: 5 }, null],
    ['less below the plan than before', { degraded: 1, baselineDegraded: 500 }, null],
    ['gains', { gains: 1_000 }, null],
  ])('%s: %o', (_name, counts, because) => {
    expect(judged(counts)?.because ?? null).toBe(because);
  });

  it('says nothing of too few decisions', () => {
    expect(judged({ decisions: 19, losses: 19 })).toBeNull();
    expect(judged({ decisions: 20, losses: 20 })?.because).toBe('losses');
    expect(judged({ decisions: 19, losses: 19 }, { decisionsMin: 1 })?.because).toBe('losses');
  });

  it('takes a budget of nothing at its word, and one of everything', () => {
    expect(judged({ losses: 1 }, { lossesBasisPoints: 0 })?.because).toBe('losses');
    expect(judged({ losses: 0 }, { lossesBasisPoints: 0 })).toBeNull();
    expect(judged({ losses: 1_000 }, { lossesBasisPoints: 10_000 })).toBeNull();
  });

  it('says what was counted, and what the bound is', () => {
    expect(judged({ losses: 123 })?.sentence).toBe(
      'It gave less than the version in force in 12.3 % of 1000 decisions; the budget is 1 %.',
    );
    expect(judged({ degraded: 90, baselineDegraded: 2 })?.sentence).toBe(
      'It went below the plan in 90 of 1000 decisions, 2 under the version in force: over 3 times as many.',
    );
  });

  it('adds up what several nodes have counted', () => {
    const one = { decisions: 3, losses: 1, gains: 1, denials: 1, baselineDenials: 0, degraded: 2, baselineDegraded: 1 };
    expect(sumCounts([one, one])).toEqual({
      ...{ decisions: 6, losses: 2, gains: 2, denials: 2, baselineDenials: 0, degraded: 4, baselineDegraded: 2 },
    });
    expect(sumCounts([])).toEqual(NO_COUNTS);
  });
});
