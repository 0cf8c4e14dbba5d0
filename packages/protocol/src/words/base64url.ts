/**
 * base64url without padding (RFC 4648 §5), strict: every byte string has exactly one text.
 *
 * Refused are padding, whitespace, `+` and `/`, and unused trailing bits that are not zero. Otherwise one signed word
 * would have several texts, and a stored hash of the text would not find it again. The platform's `atob` does the work;
 * it forgives all of these, so that what was read is written again and compared.
 */

/** The bytes of a canonical base64url text, or null. */
export function decodeBase64Url(text: string): Uint8Array | null {
  try {
    const latin1 = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
    return encodeAscii(latin1) === text ? bytesOf(latin1) : null;
  } catch {
    return null;
  }
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
