/** The text of a document and where things are in it, 1-based, columns counted in characters. */

export interface Position {
  readonly line: number;
  readonly column: number;
}

export const SOURCE_BYTES_MAX = 1024 * 1024;

export type Decoded = { readonly text: string } | { readonly flaw: 'too-large' | 'not-utf8'; readonly at: Position };

const START: Position = { line: 1, column: 1 };

/** UTF-8, nothing else: a byte order mark is passed over, another encoding is refused where it first shows. */
export function decodeSource(source: string | Uint8Array): Decoded {
  if (typeof source === 'string') {
    const isTooLarge = source.length > SOURCE_BYTES_MAX || new TextEncoder().encode(source).length > SOURCE_BYTES_MAX;
    return isTooLarge ? { flaw: 'too-large', at: START } : { text: source.replace(/^\ufeff/, '') };
  }
  if (source.length > SOURCE_BYTES_MAX) return { flaw: 'too-large', at: START };
  const text = decode(source);
  return text === null ? { flaw: 'not-utf8', at: firstFlaw(source) } : { text };
}

/**
 * Turns offsets into positions. Lines end at a line feed; the parser's own count loses lines after some syntax errors.
 *
 * Characters are code points, so what counts as two in JavaScript is looked up: a line may be a megabyte long, and hundreds of
 * violations may lie in it.
 */
export function positionsIn(text: string): (offset: number) => Position {
  const lineFeeds = offsetsOf(/\n/g, text);
  const pairs = offsetsOf(/[\ud800-\udbff][\udc00-\udfff]/g, text);
  return (offset) => {
    const end = Math.min(offset, text.length);
    const linesBefore = countBelow(lineFeeds, end);
    const lineStart = (lineFeeds[linesBefore - 1] ?? -1) + 1;
    const pairsBefore = countBelow(pairs, end) - countBelow(pairs, lineStart);
    return { line: linesBefore + 1, column: end - lineStart - pairsBefore + 1 };
  };
}

function offsetsOf(pattern: RegExp, text: string): readonly number[] {
  return Array.from(text.matchAll(pattern), ({ index }) => index);
}

/** How many of the ascending numbers are below a bound. */
function countBelow(ascending: readonly number[], bound: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ascending[middle] ?? 0) < bound) low = middle + 1;
    else high = middle;
  }
  return low;
}

function decode(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

function firstFlaw(bytes: Uint8Array): Position {
  let lineStart = 0;
  for (let line = 1; lineStart <= bytes.length; line++) {
    const newline = bytes.indexOf(0x0a, lineStart);
    const end = newline === -1 ? bytes.length : newline;
    const lineBytes = bytes.subarray(lineStart, end);
    if (decode(lineBytes) === null) {
      const readable = new TextDecoder('utf-8').decode(lineBytes);
      return { line, column: Array.from(readable.slice(0, readable.indexOf('\ufffd'))).length + 1 };
    }
    lineStart = end + 1;
  }
  return START;
}
