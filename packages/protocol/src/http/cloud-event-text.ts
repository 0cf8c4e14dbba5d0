/** Text of CloudEvents in the two ways that hide it: attributes in HTTP headers, and data in base64. */

const PERCENT = 0x25;
const QUOTED = /^"(?:[^"\\]|\\.)*"$/;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const strict = new TextDecoder('utf-8', { fatal: true });
const utf8 = new TextEncoder();

/**
 * The text of an attribute: out of its quotes, and percent-decoded once. Bytes that were sent as they are count as UTF-8.
 * Null where that is no text.
 */
export function readHeader(header: string): string | null {
  const text = QUOTED.test(header) ? header.slice(1, -1).replace(/\\(.)/g, '$1') : header;
  const bytes = bytesOf(text);
  return bytes === null ? null : decoded(bytes);
}

/** Headers come as one character per byte; what is no byte came from a caller in this process, as text. */
function bytesOf(text: string): Uint8Array | null {
  const raw = [...text].some((character) => character > '\u00ff')
    ? utf8.encode(text)
    : Uint8Array.from(text, (character) => character.charCodeAt(0));
  const bytes: number[] = [];
  for (let place = 0; place < raw.length; place++) {
    if (raw[place] !== PERCENT) {
      bytes.push(raw[place] ?? 0);
      continue;
    }
    const digits = String.fromCharCode(...raw.slice(place + 1, place + 3));
    if (!/^[0-9A-Fa-f]{2}$/.test(digits)) return null;
    bytes.push(Number.parseInt(digits, 16));
    place += 2;
  }
  return Uint8Array.from(bytes);
}

function decoded(bytes: Uint8Array): string | null {
  try {
    return strict.decode(bytes);
  } catch {
    return null;
  }
}

/** The JSON in a base64 text; undefined where there is none. */
export function readBase64Json(text: string): unknown {
  if (!BASE64.test(text)) return undefined;
  const json = decoded(Uint8Array.from(atob(text), (character) => character.charCodeAt(0)));
  if (json === null) return undefined;
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
