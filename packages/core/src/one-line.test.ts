import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { oneLine } from './one-line.ts';

describe('oneLine', () => {
  it.each([
    ['MATLAB', 'MATLAB'],
    ['  two\n lines\r\n', 'two lines'],
    ['\u001b[31mred\u001b[0m', '[31mred [0m'],
    ['left\u202eright', 'left right'],
    ['a\u2028b\u2029c', 'a b c'],
    ['zero\u200bwidth', 'zero width'],
    ['half \ud800 of a pair', 'half of a pair'],
    ['Łódź 東京 😀', 'Łódź 東京 😀'],
    ['', ''],
  ])('writes %j as %j', (text, line) => {
    expect(oneLine(text)).toBe(line);
  });

  it('cuts by characters, and says so', () => {
    expect(oneLine('😀'.repeat(200))).toBe(`${'😀'.repeat(119)}…`);
    expect(oneLine('abcdef', 4)).toBe('abc…');
  });

  it('never breaks a line, and changes nothing a second time', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const line = oneLine(text);
        expect(line).not.toMatch(/[\p{Cc}\u2028\u2029]/u);
        expect(oneLine(line)).toBe(line);
      }),
    );
  });
});
