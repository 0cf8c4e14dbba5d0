/**
 * base64url without padding (RFC 4648 §5), strict: every byte string has exactly one text.
 *
 * Refused are padding, whitespace, `+` and `/`, and unused trailing bits that are not zero. Otherwise one signed word
 * would have several texts, and a stored hash of the text would not find it again.
 */

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const NOT_A_DIGIT = 64;

const DIGITS = new Uint8Array(128).fill(NOT_A_DIGIT);
for (let digit = 0; digit < ALPHABET.length; digit++) DIGITS[ALPHABET.charCodeAt(digit)] = digit;

function digitAt(text: string, index: number): number {
  return DIGITS[text.charCodeAt(index)] ?? NOT_A_DIGIT;
}

/** The bytes of a canonical base64url text, or null. */
export function decodeBase64Url(text: string): Uint8Array | null {
  if (!endsCanonically(text)) return null;
  const bytes = new Uint8Array(Math.floor((text.length * 3) / 4));
  let bits = 0;
  let held = 0;
  let at = 0;
  for (let index = 0; index < text.length; index++) {
    const digit = digitAt(text, index);
    if (digit === NOT_A_DIGIT) return null;
    bits = ((bits << 6) | digit) & 0xffff;
    held += 6;
    if (held >= 8) {
      held -= 8;
      bytes[at++] = (bits >> held) & 0xff;
    }
  }
  return bytes;
}

/**
 * True when the length is possible and the bits after the last whole byte are zero.
 *
 * Exported for native decoders, which look at neither.
 */
export function endsCanonically(text: string): boolean {
  const rest = text.length % 4;
  if (rest === 0) return true;
  if (rest === 1) return false;
  const last = digitAt(text, text.length - 1);
  return last !== NOT_A_DIGIT && (last & (rest === 2 ? 0b1111 : 0b11)) === 0;
}

export function encodeBase64Url(bytes: Uint8Array): string {
  let text = '';
  let index = 0;
  for (; index + 2 < bytes.length; index += 3) {
    const three = (byteAt(bytes, index) << 16) | (byteAt(bytes, index + 1) << 8) | byteAt(bytes, index + 2);
    text += letter(three >> 18) + letter(three >> 12) + letter(three >> 6) + letter(three);
  }
  if (bytes.length - index === 1) {
    const one = byteAt(bytes, index);
    text += letter(one >> 2) + letter(one << 4);
  } else if (bytes.length - index === 2) {
    const two = (byteAt(bytes, index) << 8) | byteAt(bytes, index + 1);
    text += letter(two >> 10) + letter(two >> 4) + letter(two << 2);
  }
  return text;
}

function byteAt(bytes: Uint8Array, index: number): number {
  return bytes[index] ?? 0;
}

function letter(bits: number): string {
  return ALPHABET.charAt(bits & 63);
}
