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

/** Turns offsets into positions; `lineStarts` are the offsets at which lines begin. */
export function positionAt(text: string, lineStarts: readonly number[], offset: number): Position {
  let low = 0;
  let high = lineStarts.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((lineStarts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  const lineStart = lineStarts[low] ?? 0;
  return { line: low + 1, column: Array.from(text.slice(lineStart, offset)).length + 1 };
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
