import { describe, expect, it } from 'vitest';
import { measure } from './measure.ts';
import { handWritten } from './peers.ts';
import { atLeast, atMost, jsonLine, median, rowNamed, rowOf, table } from './report.ts';
import { buildServer, NOW, situations, thresholds } from './situations.ts';

const report = {
  rows: [rowOf('ours', 'everything', 'ops/s', [30, 10, 20]), rowOf('theirs', 'a part', 'ops/s', [4, 2, 3, 1])],
  goals: [atLeast('times theirs', 8, 15), atMost('bytes', 19_999, 20_000)],
};

describe('a report', () => {
  it.each([
    [[3, 1, 2], 2],
    [[4, 1, 3, 2], 2.5],
    [[7], 7],
  ])('takes the median of %j', (values, middle) => {
    expect(median(values)).toBe(middle);
  });

  it('is one line of JSON with the keys that are promised', () => {
    const { machine, ...line } = JSON.parse(jsonLine('check', report));
    expect(jsonLine('check', report)).not.toContain('\n');
    expect(machine).toContain(process.version);
    expect(line).toEqual({
      bench: 'check',
      rows: [
        { name: 'ours', includes: 'everything', value: 20, unit: 'ops/s', min: 10, max: 30, runs: 3 },
        { name: 'theirs', includes: 'a part', value: 2.5, unit: 'ops/s', min: 1, max: 4, runs: 4 },
      ],
      goals: [
        { name: 'times theirs', value: 8, goal: '>= 15', met: false },
        { name: 'bytes', value: 19_999, goal: '<= 20000', met: true },
      ],
    });
  });

  it('is a table for people that says which goal is missed', () => {
    const lines = table('check', 'what it is about', report).split('\n');
    expect(lines[0]).toBe('check: what it is about');
    expect(lines.slice(3)).toEqual([
      'ours    20 ops/s   10 to 30  3 runs  everything',
      'theirs  2.5 ops/s  1 to 4    4 runs  a part',
      '',
      'MISSED  times theirs  8      goal >= 15',
      'met     bytes         20.0k  goal <= 20000',
    ]);
  });
});

describe('measuring', () => {
  it('gives each contender one row with a rate for every turn', () => {
    const work = (times: number): number => {
      let sum = 0;
      for (let i = 0; i < times; i++) sum += Math.sqrt(i);
      return sum;
    };
    const { rows, times } = measure(
      ['a', 'b'].map((name) => ({ name, includes: '', work })),
      { runs: 5, turnMs: 10 },
    );
    expect(rows.map(({ name, runs }) => [name, runs])).toEqual([
      ['a', 5],
      ['b', 5],
    ]);
    expect(rowNamed({ rows }, 'b').min).toBeGreaterThan(0);
    expect(times('a', 'b')).toBeCloseTo(1 / times('b', 'a'));
  });
});

describe('the situations of the benches', () => {
  it('are judged by the hand-written rule as core judges them', () => {
    const known = situations(buildServer());
    expect(known).toHaveLength(8);
    for (const { name, licence, allowed } of known)
      for (const [feature, verdict] of Object.entries(allowed))
        expect([name, feature, handWritten.allows(feature, licence, NOW)]).toEqual([name, feature, verdict]);
  });

  it('need nothing of what is never lost', () => {
    const needs = thresholds(buildServer());
    expect(needs.get('build')).toEqual([]);
    expect(needs.get('parallel')).toHaveLength(8);
    expect(needs.get('cache')?.map(([fact]) => fact)).toEqual(['expiry', 'unreachable', 'revoked']);
  });
});
