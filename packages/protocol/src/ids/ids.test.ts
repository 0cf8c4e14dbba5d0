import { instant } from '@glidepath/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ID_PREFIXES, isId, newId } from './ids.ts';

function entropyOf(byte: number) {
  return { bytes: (count: number) => new Uint8Array(count).fill(byte) };
}

describe('new id', () => {
  it('is a prefix and a UUIDv7 with the time in front', () => {
    expect(newId('lic', instant(0x0197_a3c2_5e10), entropyOf(0xff))).toBe('lic_0197a3c2-5e10-77ff-bfff-ffffffffffff');
    expect(newId('lea', instant(1), entropyOf(0))).toBe('lea_00000000-0001-7000-8000-000000000000');
  });

  it('ascends within a millisecond, and past the end of its counter', () => {
    const entropy = entropyOf(0xff);
    const ids = Array.from({ length: 5000 }, () => newId('lic', instant(1000), entropy));
    expect(ids.toSorted()).toEqual(ids);
    expect(new Set(ids).size).toBe(5000);
  });

  it('ascends while the clock stands still, goes on, or steps back a little', () => {
    const steps = fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(steps, fc.nat(255), (offsets, byte) => {
        const entropy = entropyOf(byte);
        const ids = offsets.map((offset) => newId('evt', instant(1_000_000 + offset), entropy));
        return ids.every((id, index) => index === 0 || id > (ids[index - 1] ?? ''));
      }),
    );
  });

  it('follows a clock that was set back by far', () => {
    const entropy = entropyOf(1);
    newId('lic', instant(1_000_000_000), entropy);
    expect(newId('lic', instant(1000), entropy)).toMatch(/^lic_00000000-03e8-7/);
  });

  it('differs between sources of chance', () => {
    expect(newId('lic', instant(5), entropyOf(1))).not.toBe(newId('lic', instant(5), entropyOf(2)));
  });
});

describe('is id', () => {
  it('knows its own', () => {
    for (const prefix of Object.values(ID_PREFIXES)) expect(isId(prefix, newId(prefix, instant(7), entropyOf(7)))).toBe(true);
  });

  it.each([
    '',
    'lic_',
    'lea_0197a3c2-5e10-77ff-bfff-ffffffffffff',
    'lic_0197a3c2-5e10-47ff-bfff-ffffffffffff',
    'lic_0197A3C2-5e10-77ff-bfff-ffffffffffff',
  ])('refuses %j', (text) => {
    expect(isId('lic', text)).toBe(false);
  });

  it('has one prefix for each noun', () => {
    const prefixes = Object.values(ID_PREFIXES);
    expect(new Set(prefixes).size).toBe(prefixes.length);
  });
});
