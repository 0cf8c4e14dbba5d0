/**
 * Counts the lines that should have meant something and did not, and keeps the first of them to show.
 *
 * A line that nobody understood may hold a key, so that what looks like one is hidden before it is kept.
 */
import { UNPARSED_MAX, UNPARSED_TEXT_MAX, type UnparsedLine } from '@glidepath/core';
import type { TextLine } from './lines.ts';

export interface Unparsed {
  add(line: Pick<TextLine, 'number' | 'text'>): void;
  readonly lines: readonly UnparsedLine[];
  readonly count: number;
}

export function createUnparsed(): Unparsed {
  const lines: UnparsedLine[] = [];
  let count = 0;
  return {
    add({ number, text }) {
      count += 1;
      if (lines.length < UNPARSED_MAX) lines.push({ line: number, text: shownText(text) });
    },
    lines,
    get count() {
      return count;
    },
  };
}

/** A piece of a source as it may be shown: trimmed, without what looks like a key, cut to `UNPARSED_TEXT_MAX` characters. */
export function shownText(text: string): string {
  const start = text.slice(0, LOOKED_AT_MAX).trim();
  const hidden = withoutKeys(start);
  return hidden.length > UNPARSED_TEXT_MAX ? `${wholeCharacters(hidden, UNPARSED_TEXT_MAX - 1)}…` : hidden;
}

/** Enough to fill the shown text also where much of it is hidden; a line may have megabytes. */
const LOOKED_AT_MAX = 4 * UNPARSED_TEXT_MAX;

const HIDDEN = '[hidden]';

/** What is named as a signature or key, however it is quoted. */
const NAMED_KEY = /((?:SIGN\d*|AUTH|ck|_ck|key|license[_-]?key|token|secret|password)\s*[=:]\s*)(?:"[^"]*"?|'[^']*'?|\S+)/gi;
/** `0123 4567 89AB CDEF`: groups of hex digits, as FlexLM writes signatures; two years side by side are none. */
const HEX_GROUPS = /[0-9a-f]{4,}(?:[ -][0-9a-f]{4,})+/gi;
const HEX_RUN = /[0-9A-Fa-f]{12,}/g;
/** One word of many letters and digits mixed. */
const LONG_WORD = /[A-Za-z0-9+/_=-]{24,}/g;

/** Hides what looks like a key or signature. Rather too much than too little: it is for showing, not for reading. */
export function withoutKeys(text: string): string {
  return text
    .replace(NAMED_KEY, `$1${HIDDEN}`)
    .replace(HEX_GROUPS, (groups) => (groups.length < 15 && /^[0-9 -]+$/.test(groups) ? groups : HIDDEN))
    .replace(HEX_RUN, HIDDEN)
    .replace(LONG_WORD, (word) => (looksLikeKey(word) ? HIDDEN : word));
}

function looksLikeKey(word: string): boolean {
  return /[0-9]/.test(word) && /[a-z]/.test(word) && /[A-Z]/.test(word);
}

/** The first characters, without half a surrogate pair at the end. */
function wholeCharacters(text: string, length: number): string {
  const last = text.charCodeAt(length - 1);
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? length - 1 : length);
}
