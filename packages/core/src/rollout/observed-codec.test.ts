import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeObserved, encodeObserved } from './observed-codec.ts';
import { arbitraryObserved } from './test-observed.ts';

describe('observed decisions as text', () => {
  it('come back as they were', () => {
    fc.assert(
      fc.property(fc.array(arbitraryObserved, { maxLength: 20 }), (decisions) => {
        expect(decodeObserved(JSON.parse(JSON.stringify(encodeObserved(decisions))))).toEqual(decisions);
      }),
      { numRuns: 2_000 },
    );
  });

  it('write each name once', () => {
    const [drawn] = fc.sample(arbitraryObserved, { numRuns: 1, seed: 1 });
    if (drawn === undefined) throw new Error('nothing drawn');
    const { names, rows } = encodeObserved([drawn, { ...drawn, at: drawn.at }]);
    expect(new Set(names).size).toBe(names.length);
    expect(rows).toHaveLength(2);
  });

  it('of another version are not guessed at', () => {
    expect(decodeObserved({ ...encodeObserved([]), v: 2 })).toBeNull();
  });
});
