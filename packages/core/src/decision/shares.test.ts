import { describe, expect, it } from 'vitest';
import { isShareReached } from './shares.ts';

describe('a share of a limit', () => {
  it.each([
    [80, 80, 100, true],
    [79, 80, 100, false],
    [2, 67, 3, false],
    [3, 67, 3, true],
    [0, 0, 10, true],
    [0, 80, 0, true],
    [79.9, 80, 100, false],
    [80.1, 80, 100, true],
  ])('used %d reaches %d%% of %d: %s', (used, percent, limit, reached) => {
    expect(isShareReached(used, percent, limit)).toBe(reached);
  });

  it('is exact beyond 2^53, where a product of doubles is not', () => {
    const limit = 900_719_925_474_099;
    expect(isShareReached(limit, 100, limit)).toBe(true);
    expect(isShareReached(limit - 1, 100, limit)).toBe(false);
    expect(9_007_199_254_740_989 * 100).toBe(100 * 9_007_199_254_740_990);
    expect(isShareReached(9_007_199_254_740_989, 100, 9_007_199_254_740_990)).toBe(false);
  });
});
