/** Splits a statement of a license file into words; which of them mean what is decided by its reader. */

export interface FileWord {
  /** The word, or the name of `NAME=value`. */
  readonly word: string;
  /** The value without its quotes; null where there is no `=`. */
  readonly value: string | null;
}

/** Words are apart by blanks, except inside double quotes: `VENDOR_STRING="two words"`. A quote without its end lasts to the end. */
export function fileWords(text: string): readonly FileWord[] {
  const words: FileWord[] = [];
  let at = 0;
  while (at < text.length) {
    if (isBlank(text, at)) {
      at += 1;
      continue;
    }
    const from = at;
    let isQuoted = false;
    while (at < text.length && (isQuoted || !isBlank(text, at))) {
      if (text[at] === '"') isQuoted = !isQuoted;
      at += 1;
    }
    words.push(fileWord(text.slice(from, at)));
  }
  return words;
}

function isBlank(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code === 32 || (code >= 9 && code <= 13);
}

function fileWord(text: string): FileWord {
  const equals = text.indexOf('=');
  if (equals < 1) return { word: text.replaceAll('"', ''), value: null };
  return { word: text.slice(0, equals), value: text.slice(equals + 1).replaceAll('"', '') };
}
