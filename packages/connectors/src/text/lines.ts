/**
 * Turns the bytes of a tool's output or a file into numbered lines. What a line means is each connector's business.
 *
 * Linear in the input, and total: any bytes are some text. UTF-8 first; what is not UTF-8 is read as Windows-1252, which
 * has a character for every byte and is what old tools write. A UTF-16 mark (a redirect in PowerShell) is believed.
 */

export interface TextLine {
  /** From 1. */
  readonly number: number;
  readonly text: string;
  /** The source ends without an end of this line: it may have been cut off in the middle of a word or number. */
  readonly isCut: boolean;
}

/** The text of a source, without its byte order mark. */
export function readText(source: Uint8Array): string {
  if (source[0] === 0xff && source[1] === 0xfe) return new TextDecoder('utf-16le').decode(source);
  if (source[0] === 0xfe && source[1] === 0xff) return new TextDecoder('utf-16be').decode(source);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(source);
  } catch {
    return new TextDecoder('windows-1252').decode(source);
  }
}

/** Lines without their ends; `\n`, `\r\n` and the `\r\r\n` of a twice converted file end one. */
export function readLines(source: Uint8Array): readonly TextLine[] {
  return [...eachLine(readText(source))];
}

/** The same one by one: a capture of 100,000 lines need not be held as objects all at once. */
export function* eachLine(text: string): Generator<TextLine, void, undefined> {
  let from = 0;
  for (let number = 1; from < text.length; number += 1) {
    const found = text.indexOf('\n', from);
    const next = found < 0 ? text.length : found;
    let end = next;
    while (end > from && text.charCodeAt(end - 1) === CARRIAGE_RETURN) end -= 1;
    yield { number, text: text.slice(from, end), isCut: found < 0 };
    from = next + 1;
  }
}

const CARRIAGE_RETURN = 13;

/** Whether the last line has its end, for readers that do not look at lines one by one. */
export function isLastLineWhole(source: Uint8Array): boolean {
  const last = source.at(-1);
  return last === undefined || last === LINE_FEED || (last === 0 && source.at(-2) === LINE_FEED);
}

const LINE_FEED = 10;
