import { describe, expect, it } from 'vitest';
import { amount, fields, integer, list, natural, oneOf, orNull, record, text } from './check.ts';

const check = fields(
  {
    name: text,
    count: natural,
    at: integer,
    used: amount,
    kind: oneOf('a', 'b'),
    end: orNull(integer),
    rungs: list(fields({ at: integer })),
  },
  { limits: record(amount) },
);

const good = { name: 'x', count: 0, at: -1, used: 0.5, kind: 'a', end: null, rungs: [{ at: 1 }], limits: { jobs: 1 } };

describe('check', () => {
  it('accepts what fits, and keys that it does not know', () => {
    expect(check({ ...good, later: { anything: [] } })).toBeNull();
  });

  it('accepts an optional field that is absent', () => {
    const { limits: _, ...rest } = good;
    expect(check(rest)).toBeNull();
  });

  it.each([
    ['name', { name: 1 }],
    ['count', { count: -1 }],
    ['count', { count: 1.5 }],
    ['at', { at: 2 ** 53 }],
    ['at', { at: '1' }],
    ['used', { used: -0.1 }],
    ['used', { used: Number.POSITIVE_INFINITY }],
    ['used', { used: Number.NaN }],
    ['kind', { kind: 'c' }],
    ['end', { end: 'never' }],
    ['rungs', { rungs: {} }],
    ['rungs.1.at', { rungs: [{ at: 1 }, { at: null }] }],
    ['rungs.0', { rungs: [[]] }],
    ['limits.jobs', { limits: { jobs: '1' } }],
    ['limits', { limits: null }],
    ['limits', { limits: [] }],
  ])('names the place %s of what does not fit', (place, change) => {
    expect(check({ ...good, ...change })).toBe(place);
  });

  it('names a field that is missing', () => {
    const { kind: _, ...rest } = good;
    expect(check(rest)).toBe('kind');
  });

  it.each([null, 1, 'text', [], undefined])('refuses %j itself', (value) => {
    expect(check(value)).toBe('');
  });
});
