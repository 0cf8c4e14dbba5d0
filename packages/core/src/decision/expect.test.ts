import { describe, expect, it } from 'vitest';
import type { Policy, PolicyTest } from '../policy/policy.ts';
import { parseExpect } from './expect.ts';
import { runPolicyTests } from './run-policy-tests.ts';
import { BUILD_SERVER } from './test-policy.ts';
import { problemsOf } from './word-problem.ts';

const LATE = { plan: 'team', expiresIn: '-20d' };
const FALLS = { cause: 'expiry', inMs: 864_000_000, tier: 'essential' };

const withTests = (...tests: readonly PolicyTest[]): Policy => ({ ...BUILD_SERVER, tests });
const run = (given: PolicyTest['given'], expected: PolicyTest['expect']) =>
  runPolicyTests(withTests({ name: 'a test', given, expect: expected }))[0];

describe('expect', () => {
  it.each([
    ['each word alone', { code: 'degraded' }],
    ['a tier', { tier: 'reduced' }],
    ['features by their names', { parallel: 'deny', cache: 'allow' }],
    ['some of the limits', { limits: { 'parallel-jobs': 4 } }],
    ['a seat', { seat: 'granted' }],
    ['a cause', { cause: 'expiry' }],
    ['a notify', { notify: 'critical' }],
    ['all of next', { next: FALLS }],
    ['a part of next', { next: { tier: 'essential' } }],
  ])('compares %s', (_, expected) => {
    expect(run(LATE, expected)).toEqual({ name: 'a test', passed: true, differences: [], problems: [] });
  });

  it.each([
    [{ code: 'ok' }, 'code', 'ok', 'degraded'],
    [{ tier: 'full' }, 'tier', 'full', 'reduced'],
    [{ parallel: 'allow' }, 'parallel', 'allow', 'deny'],
    [{ limits: { 'parallel-jobs': 64 } }, 'limits.parallel-jobs', 64, 4],
    [{ limits: {} }, 'limits', 0, 1],
    [{ seat: 'deny' }, 'seat', 'deny', 'granted'],
    [{ seat: null }, 'seat', null, 'granted'],
    [{ cause: 'none' }, 'cause', 'none', 'expiry'],
    [{ notify: 'info' }, 'notify', 'info', 'critical'],
    [{ next: null }, 'next', null, FALLS],
    [{ next: { inMs: 1 } }, 'next.inMs', 1, 864_000_000],
    [{ next: { cause: 'revoked' } }, 'next.cause', 'revoked', 'expiry'],
  ])('%j shows what was found instead', (expected, word, value, found) => {
    expect(run(LATE, expected)).toMatchObject({ passed: false, differences: [{ word, expected: value, found }] });
  });

  it('lists every difference of a test', () => {
    expect(run(LATE, { tier: 'full', build: 'deny', cause: 'expiry' })?.differences.map(({ word }) => word)).toEqual(['tier', 'build']);
  });

  it('finds nothing where nothing follows', () => {
    expect(run({ expiresIn: '-30d' }, { next: { tier: 'essential' } })?.differences).toEqual([
      { word: 'next.tier', expected: 'essential', found: null },
    ]);
    expect(run({ expiresIn: '-30d' }, { next: null })?.passed).toBe(true);
  });

  it('knows the answer before the start', () => {
    const nothing = {
      code: 'not-started',
      tier: 'none',
      limits: {},
      seat: 'deny',
      cause: 'none',
      notify: 'none',
      next: null,
      build: 'deny',
    };
    expect(run({ startsIn: '1d' }, nothing)?.passed).toBe(true);
    expect(run({ startsIn: '1d' }, { limits: { 'parallel-jobs': 4 } })?.differences[0]?.found).toBeUndefined();
  });

  it.each([
    [{ teir: 'full' }, 'teir', 'tier'],
    [{ paralel: 'allow' }, 'paralel', 'parallel'],
    [{ features: { build: 'allow' } }, 'features', null],
    [{ constructor: 'allow' }, 'constructor', null],
    [{ code: 'okay' }, 'code', null],
    [{ tier: 'redused' }, 'tier', 'reduced'],
    [{ tier: null }, 'tier', null],
    [{ build: 'alow' }, 'build', 'allow'],
    [{ build: true }, 'build', null],
    [{ seat: 'grantd' }, 'seat', 'granted'],
    [{ cause: 'expired' }, 'cause', 'expiry'],
    [{ notify: 'warn' }, 'notify', null],
    [{ limits: 4 }, 'limits', null],
    [{ limits: { 'parallel-job': 4 } }, 'limits.parallel-job', 'parallel-jobs'],
    [{ limits: { 'parallel-jobs': '4' } }, 'limits.parallel-jobs', null],
    [{ next: 'none' }, 'next', null],
    [{ next: {} }, 'next', null],
    [{ next: { at: 1 } }, 'next.at', null],
    [{ next: { inMs: '10d' } }, 'next.inMs', null],
    [{ next: { tier: 'none' } }, 'next.tier', null],
    [{ next: { cause: 'expire' } }, 'next.cause', 'expiry'],
    [{}, 'expect', null],
    [null, 'expect', null],
  ])('refuses %j, naming the word', (words, word, didYouMean) => {
    const read = parseExpect(BUILD_SERVER, words);
    expect(read.ok ? [] : problemsOf(read)).toMatchObject([{ word, didYouMean }]);
  });

  it('reports all that is wrong at once', () => {
    const read = parseExpect(BUILD_SERVER, { teir: 'full', build: 'yes', limits: { jobs: 1 }, next: { when: 1, tier: 'x' } });
    expect(read.ok ? [] : problemsOf(read).map(({ word }) => word)).toEqual(['teir', 'build', 'limits.jobs', 'next.when', 'next.tier']);
  });
});

describe('run policy tests', () => {
  it('runs each in its order, and does not pass one that it cannot read', () => {
    const results = runPolicyTests(
      withTests(
        { name: 'passes', given: { plan: 'team', expiresIn: '-10d' }, expect: { tier: 'full', build: 'allow', cache: 'allow' } },
        { name: 'fails', given: LATE, expect: { tier: 'full' } },
        { name: 'says nothing that is known', given: { expireIn: '1d' }, expect: { teir: 'full' } },
      ),
    );
    expect(results.map(({ name, passed }) => [name, passed])).toEqual([
      ['passes', true],
      ['fails', false],
      ['says nothing that is known', false],
    ]);
    expect(results[2]?.problems.map(({ message }) => message)).toEqual([
      '"expireIn" is no word of `given`; did you mean `expiresIn`?',
      '"teir" is no word of `expect` and no feature; did you mean `tier`?',
    ]);
  });
});
