import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { editDistance, nearest } from './nearest.ts';

describe('nearest', () => {
  it.each([
    ['fetures', ['features', 'meters', 'tiers'], 'features'],
    ['unreachble', ['expiry', 'unreachable'], 'unreachable'],
    ['teir', ['term', 'tier'], 'tier'],
    ['Build', ['cache', 'build'], 'build'],
    ['ttl', ['ttl'], 'ttl'],
    ['at', ['of'], null],
    ['x', ['expiry'], null],
    ['completely-different', ['features', 'tiers'], null],
    ['', ['a'], null],
    ['a'.repeat(65), ['a'.repeat(64)], null],
  ])('of %j among %j is %j', (word, known, expected) => {
    expect(nearest(word, known)).toBe(expected);
  });

  it('takes the first of two equally near', () => {
    expect(nearest('cat', ['bat', 'rat'])).toBe('bat');
  });

  it('prefers the nearer one, wherever it stands', () => {
    expect(nearest('renewat', ['renewal', 'renewAt'])).toBe('renewAt');
  });
});

describe('editDistance', () => {
  const MANY = 40;

  it.each([
    ['', '', 0],
    ['kitten', 'sitting', 3],
    ['ab', 'ba', 1],
    ['abc', '', 3],
  ])('of %j and %j is %i', (from, to, edits) => {
    expect(editDistance(from, to, MANY)).toBe(edits);
  });

  it('is the same both ways, and says "more" beyond what it was asked for', () => {
    const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 9 });
    fc.assert(
      fc.property(word, word, fc.integer({ min: 0, max: 4 }), (from, to, most) => {
        const edits = editDistance(from, to, MANY);
        expect(editDistance(to, from, MANY)).toBe(edits);
        expect(editDistance(from, to, most)).toBe(Math.min(edits, most + 1));
      }),
    );
  });
});
