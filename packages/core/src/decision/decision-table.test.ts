import { describe, expect, it } from 'vitest';
import { decide } from './decide.ts';
import { decisionsFor } from './decision-for.ts';
import { NOTHING_OBSERVED } from './terms.ts';
import { STARTS_AT, teamTerms } from './test-policy.ts';

describe('a table of decisions', () => {
  it.each([1, 4, 8, 9, 200])('of %i features has each under its name, and no other', (count) => {
    const names = Array.from({ length: count }, (_, i) => `feature-${i}`);
    const terms = teamTerms();
    const path = { ...terms.path, features: names.map((name) => ({ name, title: name, lost: null })) };
    const table = decisionsFor({ ...terms, path }, decide(terms, NOTHING_OBSERVED, STARTS_AT), { source: 'lease', asOf: null });
    expect(names.map((name) => table.get(name)?.feature)).toEqual(names);
    expect(table.get('feature')).toBeUndefined();
    expect(['constructor', '__proto__', ''].map((name) => table.get(name))).toEqual([undefined, undefined, undefined]);
    expect([table.size, [...table.keys()]]).toEqual([count, names]);
  });

  it('finds a name that is put together only when it is asked for', () => {
    const terms = teamTerms();
    const table = decisionsFor(terms, decide(terms, NOTHING_OBSERVED, STARTS_AT), { source: 'lease', asOf: null });
    expect(table.get(['para', 'llel'].join(''))?.feature).toBe('parallel');
  });
});
