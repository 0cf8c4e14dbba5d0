/** Aligned columns. Widths count cells of a terminal, so that a name in Chinese or with accents keeps the columns straight. */
import { stripVTControlCharacters } from 'node:util';
import { Safe, type Sayable, safe } from './safe-text.ts';

export interface TableOptions {
  readonly indent?: number;
  /** Columns whose cells end, rather than begin, at the same place: numbers. */
  readonly right?: readonly number[];
}

/** One line per row; the last column is never padded. */
export function table(rows: readonly (readonly Sayable[])[], { indent = 0, right = [] }: TableOptions = {}): readonly Safe[] {
  const cells = rows.map((row) => row.map((cell) => safe(cell).text));
  const widths = cells.reduce<number[]>((all, row) => {
    row.forEach((cell, at) => {
      all[at] = Math.max(all[at] ?? 0, cellWidth(cell));
    });
    return all;
  }, []);
  return cells.map((row) => {
    const line = row.map((cell, at) => {
      const room = ' '.repeat(Math.max(0, (widths[at] ?? 0) - cellWidth(cell)));
      if (right.includes(at)) return room + cell;
      return at === row.length - 1 ? cell : cell + room;
    });
    return new Safe(`${' '.repeat(indent)}${line.join('  ')}`.trimEnd());
  });
}

const WIDE = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Emoji_Presentation}\uff01-\uff60]/u;
const NO_WIDTH = /[\p{Mn}\p{Me}\p{Cf}]/u;

/** How many cells a text takes, without its colours. */
export function cellWidth(text: string): number {
  let width = 0;
  for (const character of stripVTControlCharacters(text)) {
    if (NO_WIDTH.test(character)) continue;
    width += WIDE.test(character) ? 2 : 1;
  }
  return width;
}
