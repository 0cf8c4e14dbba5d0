import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeSource, positionsIn, SOURCE_BYTES_MAX } from './source-text.ts';

describe('positionsIn', () => {
  it('agrees with counting characters one by one', () => {
    const text = fc.string({ unit: fc.constantFrom('a', '\n', '\r\n', 'ä', '😀', '\ud800', '\udc00'), maxLength: 30 });
    fc.assert(
      fc.property(text, fc.nat(60), (source, offset) => {
        const before = source.slice(0, offset).split('\n');
        const line = before.at(-1) ?? '';
        const isWithinPair = /[\ud800-\udbff]$/.test(line) && /^[\udc00-\udfff]/.test(source.slice(offset));
        fc.pre(!isWithinPair);
        expect(positionsIn(source)(offset)).toEqual({ line: before.length, column: Array.from(line).length + 1 });
      }),
    );
  });
});

describe('decodeSource', () => {
  it('takes a text of exactly 1 MiB, in bytes or as text', () => {
    expect(decodeSource(' '.repeat(SOURCE_BYTES_MAX))).toMatchObject({ text: expect.any(String) });
    expect(decodeSource(new Uint8Array(SOURCE_BYTES_MAX).fill(32))).toMatchObject({ text: expect.any(String) });
  });

  it('finds the first byte that is no UTF-8 where it stands', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.uint8Array({ maxLength: 5 }), (text, rest) => {
        const good = new TextEncoder().encode(text.replaceAll('\ufeff', ''));
        const decoded = decodeSource(Uint8Array.from([...good, 0xff, ...rest]));
        expect(decoded).toEqual({ flaw: 'not-utf8', at: positionsIn(new TextDecoder().decode(good))(good.length) });
      }),
    );
  });
});
