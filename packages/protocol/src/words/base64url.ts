/**
 * base64url without padding (RFC 4648 §5), strict: every byte string has exactly one text.
 *
 * Refused are padding, whitespace, `+` and `/`, and unused trailing bits that are not zero. Otherwise one signed word
 * would have several texts, and a stored hash of the text would not find it again. The platform's `atob` does the work;
 * it forgives all of these, so they are looked for around it.
 */

/** How a text may end after its last group of four digits: with bits left over that are zero. */
const ENDING = /^(|.[AQgw]|..[AEIMQUYcgkosw048])$/s;

/** The bytes of a canonical base64url text, or null. */
export function decodeBase64Url(text: string): Uint8Array | null {
  if (!hasCanonicalForm(text)) return null;
  try {
    const latin1 = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
    return latin1.length === byteLength(text) ? bytesOf(latin1) : null;
  } catch {
    return null;
  }
}

/** How many bytes a text of this length holds when every character is a digit: decoders that skip others return fewer. */
export function byteLength(text: string): number {
  return Math.floor((text.length * 3) / 4);
}

/**
 * False for a text that is not canonical in a way that lenient decoders do not notice: standard digits, an impossible
 * length, or bits after the last whole byte that are not zero.
 */
export function hasCanonicalForm(text: string): boolean {
  return !text.includes('+') && !text.includes('/') && ENDING.test(text.slice(text.length & ~3));
}

function bytesOf(latin1: string): Uint8Array {
  const bytes = new Uint8Array(latin1.length);
  for (let index = 0; index < latin1.length; index++) bytes[index] = latin1.charCodeAt(index);
  return bytes;
}

/** For keys, digests and signatures; it is not made for megabytes. */
export function encodeBase64Url(bytes: Uint8Array): string {
  let latin1 = '';
  for (const byte of bytes) latin1 += String.fromCharCode(byte);
  return encodeAscii(latin1);
}

/** base64url of a text whose characters are bytes. */
export function encodeAscii(latin1: string): string {
  return btoa(latin1).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}
