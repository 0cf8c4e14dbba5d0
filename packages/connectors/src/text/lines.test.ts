import { UNPARSED_MAX, UNPARSED_TEXT_MAX } from '@glidepath/core';
import { describe, expect, it } from 'vitest';
import { readLines } from './lines.ts';
import { wholeNumber } from './numbers.ts';
import { createUnparsed, shownText } from './unparsed.ts';

const texts = (source: Uint8Array | string) => readLines(typeof source === 'string' ? Buffer.from(source) : source).map(({ text }) => text);

describe('lines', () => {
  it('end with any line end, and the last may have none', () => {
    expect(texts('a\nb\r\nc\r\r\n\nd')).toEqual(['a', 'b', 'c', '', 'd']);
    expect(texts('a\n')).toEqual(['a']);
    expect(texts('')).toEqual([]);
    expect(readLines(Buffer.from('a\n\nb')).at(-1)).toEqual({ number: 3, text: 'b', isCut: true });
  });

  it('lose the byte order mark', () => {
    expect(texts('\ufeffa')).toEqual(['a']);
    expect(texts(Buffer.from('\ufeffa\r\nb', 'utf16le'))).toEqual(['a', 'b']);
    expect(texts(Buffer.from('\ufeffa\r\nb', 'utf16le').swap16())).toEqual(['a', 'b']);
  });

  it('are read as Windows-1252 where they are no UTF-8', () => {
    expect(texts(Buffer.from('Müller', 'utf8'))).toEqual(['Müller']);
    expect(texts(Buffer.from('Müller', 'latin1'))).toEqual(['Müller']);
  });
});

describe('unparsed lines', () => {
  it('are all counted, and the first kept', () => {
    const unparsed = createUnparsed();
    for (let number = 1; number <= UNPARSED_MAX + 20; number += 1) unparsed.add({ number, text: ` line ${number} ` });
    expect(unparsed.count).toBe(UNPARSED_MAX + 20);
    expect(unparsed.lines).toHaveLength(UNPARSED_MAX);
    expect(unparsed.lines[4]).toEqual({ line: 5, text: 'line 5' });
  });

  it('are cut to whole characters', () => {
    const shown = shownText('🛫 '.repeat(400));
    expect(shown.length).toBeLessThanOrEqual(UNPARSED_TEXT_MAX);
    expect(shown.isWellFormed()).toBe(true);
  });

  it.each([
    ['FEATURE a SIGN=0123456789AB', 'FEATURE a SIGN=[hidden]'],
    ['SIGN2="0123 4567 89AB CDEF', 'SIGN2=[hidden]'],
    ['  0123 4567 89AB CDEF 0011" V7.1', '[hidden]" V7.1'],
    ['FEATURE f vend 1.0 1-jan-2030 5 ABCDEF0123456789ABCD', 'FEATURE f vend 1.0 1-jan-2030 5 [hidden]'],
    ['license key: qTz81kkPPn', 'license key: [hidden]'],
    ['user6 SERVER000005 (v61.9) is fine', 'user6 SERVER000005 (v61.9) is fine'],
  ])('hide what looks like a key: %s', (text, shown) => expect(shownText(text)).toBe(shown));
});

describe('whole number', () => {
  it.each([
    ['0', 0],
    ['007', 7],
    ['2147483647', 2147483647],
    ['999999999999999', 999999999999999],
  ] as const)('%s', (word, value) => {
    expect(wholeNumber(word)).toBe(value);
  });

  it.each(['', '-1', '1.5', '1e3', ' 1', '9999999999999999', '١'])('%j is none', (word) => expect(wholeNumber(word)).toBeNull());
});
