import type { LeaseClaims } from '@glidepath/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arbitraryLease } from '../test-arbitrary.ts';
import { leaseClaims, PATH } from '../test-words.ts';
import { checkPath, hasItsTiers, readLease, writeLease } from './path.ts';

function pathOf(json: string): unknown {
  return (readLease(json) as LeaseClaims).path;
}

const titled = (title: string) => leaseClaims({ path: { ...PATH, features: [{ name: 'build', title, lost: null }] } });

describe('write lease', () => {
  it('writes what JSON would say, with the path last and in ASCII', () => {
    fc.assert(
      fc.property(arbitraryLease, (claims) => {
        const json = writeLease(claims);
        expect(JSON.parse(json)).toEqual(claims);
        expect(Object.keys(JSON.parse(json) as object).at(-1)).toBe('path');
        expect(json).toMatch(/^[\0-\x7f]*$/);
      }),
    );
  });

  it('never writes another path than the claims have', () => {
    const claims = titled('first');
    writeLease(claims);
    expect(() => Object.assign(claims.path, { seats: [] })).toThrow(TypeError);
    expect(writeLease(titled('second'))).toContain('"title":"second"');
  });
});

describe('read lease', () => {
  it('reads whatever JSON.parse reads, as it does', () => {
    fc.assert(
      fc.property(arbitraryLease, arbitraryLease, (one, other) => {
        for (const claims of [one, other, one]) expect(readLease(writeLease(claims))).toEqual(claims);
      }),
    );
  });

  it('gives the same object for the same path, checked and frozen', () => {
    const path = pathOf(writeLease(leaseClaims({ plan: 'one' })));
    expect(pathOf(writeLease(leaseClaims({ plan: 'two' })))).toBe(path);
    expect(checkPath(path)).toBeNull();
    expect(Object.isFrozen((path as typeof PATH).tiers[0]?.features)).toBe(true);
  });

  it('gives another object for another path, also beyond ASCII', () => {
    const path = pathOf(writeLease(titled('größe')));
    expect(pathOf(writeLease(titled('größe')))).toBe(path);
    expect(pathOf(writeLease(titled('große')))).not.toEqual(path);
  });

  it('reads a lease with its path elsewhere', () => {
    const { path, ...rest } = leaseClaims();
    const json = JSON.stringify({ path, ...rest });
    expect(readLease(json)).toEqual(JSON.parse(json));
  });

  it('does not take over a path of the wrong form', () => {
    const json = JSON.stringify({ ...leaseClaims(), path: { tiers: 'none' } });
    expect(checkPath(pathOf(json))).not.toBeNull();
    expect(checkPath(pathOf(json))).not.toBeNull();
  });

  it('does not take over a path with a rung past its last tier', () => {
    const claims = leaseClaims({ path: { ...PATH, seats: [{ percent: 1, tier: 3 }] } });
    for (let time = 0; time < 2; time++) expect(hasItsTiers((readLease(writeLease(claims)) as LeaseClaims).path)).toBe(false);
  });

  it('is not misled by text that only ends like a lease', () => {
    const json = writeLease(leaseClaims());
    readLease(json);
    const ending = json.slice(json.indexOf(',"path":{"features"'));
    const fakes = [
      `[1${ending}`,
      `"x${ending}`,
      `{"a":"${ending}`,
      `{"a":{"b":1${ending}`,
      `{"a":[1${ending}`,
      `{"a":1}${ending}`,
      `{"a":${ending}`,
      ending,
      `null${ending}`,
    ];
    for (const fake of fakes) {
      expect(() => JSON.parse(fake)).toThrow(SyntaxError);
      expect(() => readLease(fake)).toThrow(SyntaxError);
    }
    for (const whole of [
      `{"a":{"b":1${ending}}`,
      `{"a":[{"b":1${ending}]}`,
      `{"path":1${ending}`,
      `{"a":${JSON.stringify(ending)}${ending}`,
    ]) {
      expect(readLease(whole)).toEqual(JSON.parse(whole));
    }
  });
});
