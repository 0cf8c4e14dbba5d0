import { describe, expect, it } from 'vitest';
import { DEPTH_MAX, notJson } from './json-tree.ts';

const nested = (depth: number): unknown => {
  let tree: unknown = 'x';
  for (let level = 0; level < depth; level++) tree = [tree];
  return tree;
};

describe('notJson', () => {
  it('finds nothing in what JSON can say', () => {
    const tree = JSON.parse('{"a":[null,true,1.5,-0,"ä\\ud83d\\ude00"],"__proto__":{"b":[]}}');
    expect(notJson(tree)).toEqual([]);
    expect(notJson(Object.assign(Object.create(null), { a: 1 }))).toEqual([]);
  });

  it.each([
    ['nothing at all', undefined, 'not-json'],
    ['a date, which looks empty', new Date(0), 'not-json'],
    ['a boxed text', Object('x'), 'not-json'],
    ['a big integer', 1n, 'not-json'],
    ['not a number', Number.NaN, 'not-json'],
    ['an integer that others round', 2 ** 53, 'inexact-number'],
    ['half a pair', '\udc00', 'ill-formed-text'],
  ])('finds %s', (_, value, code) => {
    expect(notJson({ a: [value] })).toMatchObject([{ code, path: ['a', 0], subject: 'value' }]);
  });

  it('finds half a pair in a key', () => {
    expect(notJson({ '\ud800': 1 })).toMatchObject([{ code: 'ill-formed-text', path: ['\ud800'], subject: 'key' }]);
  });

  it('finds what lies too deep, and nothing above it', () => {
    expect(notJson(nested(DEPTH_MAX))).toEqual([]);
    expect(notJson(nested(DEPTH_MAX + 1))).toMatchObject([{ code: 'too-deep', path: new Array(DEPTH_MAX).fill(0) }]);
    expect(notJson(nested(100_000))).toHaveLength(1);
  });

  it('finds them in the order of the document', () => {
    expect(notJson({ a: [1n, { b: 2n }], c: 3n }).map(({ path }) => path.join('.'))).toEqual(['a.0', 'a.1.b', 'c']);
  });
});
