/**
 * Text that is harmless in a terminal, as a type.
 *
 * Names of customers, hosts and features, messages of servers and lines of files are written by others, and a terminal
 * obeys what it prints: it moves the cursor over a line already shown, renames the window, answers queries into the next
 * prompt. So nothing reaches a terminal but `Safe`, and a plain string becomes one only by losing that power here.
 */

export class Safe {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  toString(): string {
    return this.text;
  }
}

export type Sayable = Safe | string | number | boolean | null | undefined;

/** Control, format (direction, zero width), private use, line-separating and lone surrogate characters. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]/gu;

/** One line with every character that a terminal acts on made visible as an escape: ESC becomes `\x1b`. */
export function harmless(text: string): string {
  return text.replace(UNPRINTABLE, visible);
}

/** The same for a text of several lines: line breaks stay, tabs become blanks. */
export function harmlessLines(text: string): string {
  return text
    .split(/\r\n|\r|\n/)
    .map((line) => harmless(line.replaceAll('\t', '    ')))
    .join('\n');
}

function visible(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (character === '\n') return '\\n';
  if (character === '\t') return '\\t';
  if (code < 0x100) return `\\x${code.toString(16).padStart(2, '0')}`;
  return `\\u{${code.toString(16)}}`;
}

export function safe(value: Sayable): Safe {
  return value instanceof Safe ? value : new Safe(value === null || value === undefined ? '–' : harmless(String(value)));
}

/** A template whose own words are ours and whose values are made harmless. */
export function text(words: TemplateStringsArray, ...values: readonly Sayable[]): Safe {
  return new Safe(words.reduce((all, word, at) => `${all}${safe(values[at - 1]).text}${word}`));
}

export function join(parts: readonly Sayable[], between: string): Safe {
  return new Safe(parts.map((part) => safe(part).text).join(between));
}

/** JSON whose strings no terminal acts on either; JSON itself escapes only the first 32 characters. */
export function safeJson(value: unknown, indent = 2): string {
  return JSON.stringify(value, null, indent).replace(/[^\P{C}\n]|[\p{Zl}\p{Zp}]/gu, (character) =>
    Array.from({ length: character.length }, (_, at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`).join(''),
  );
}
