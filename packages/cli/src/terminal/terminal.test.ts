import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { harmless, harmlessLines, Safe, safeJson, text } from './safe-text.ts';
import { table } from './table.ts';

const ESC = '\x1b';
/** What a terminal acts on: controls, escapes, directions, line separators. */
const ACTS = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]/u;

describe('harmless', () => {
  it.each([
    ['an escape that clears the screen', `a${ESC}[2Jb`, 'a\\x1b[2Jb'],
    ['a title that types into the next prompt', `${ESC}]0;x\x07`, '\\x1b]0;x\\x07'],
    ['a C1 control', 'a\x9b2J', 'a\\x9b2J'],
    ['a carriage return over what stands there', 'denied\rallowed', 'denied\\x0dallowed'],
    ['a line break in a name', 'a\nb', 'a\\nb'],
    ['a turn of direction', 'abc\u202egpj', 'abc\\u{202e}gpj'],
    ['half a character', 'a\ud800', 'a\\u{d800}'],
    ['ordinary words of any language', 'Zürich 東京 🙂', 'Zürich 東京 🙂'],
  ])('shows %s', (_, given, shown) => {
    expect(harmless(given)).toBe(shown);
  });

  it('leaves nothing that a terminal acts on, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (any) => {
        expect(ACTS.test(harmless(any))).toBe(false);
        expect(ACTS.test(harmlessLines(any).replaceAll('\n', ''))).toBe(false);
        expect(ACTS.test(safeJson(any))).toBe(false);
        expect(JSON.parse(safeJson([any]))).toEqual([any]);
      }),
    );
  });
});

describe('text', () => {
  it('keeps its own words and what is safe already, and disarms the rest', () => {
    expect(text`a ${`${ESC}[1m`} b ${new Safe(`${ESC}[1m`)} ${null}`.text).toBe(`a \\x1b[1m b ${ESC}[1m –`);
  });
});

describe('table', () => {
  it('aligns by the cells that a terminal uses, not by characters', () => {
    const rows = [
      ['東京', 'a', 1],
      ['Zu\u0308rich', 'bb', 22],
      [new Safe(`${ESC}[31mred${ESC}[39m`), 'c', 333],
    ];
    // Four, six and three cells wide.
    expect(table(rows).map(String)).toEqual([`東京    a   1`, `Zu\u0308rich  bb  22`, `${ESC}[31mred${ESC}[39m     c   333`]);
  });

  it('ends numbers at the same place', () => {
    expect(table([[1], [333]], { right: [0] }).map(String)).toEqual(['  1', '333']);
  });
});
