/** The little of DER that is needed to tell where one value ends: certificates may lie one behind the other, or with a tail. */

const SEQUENCE = 0x30;

/** The bytes of the SEQUENCE that begins at `at`; null: none begins there, or it reaches past the end. */
export function sequenceAt(bytes: Uint8Array, at: number): Uint8Array | null {
  if (bytes[at] !== SEQUENCE) return null;
  const first = bytes[at + 1];
  if (first === undefined) return null;
  if (first < 0x80) return whole(bytes, at, 2 + first);
  const count = first & 0x7f;
  if (count === 0 || count > 4) return null;
  let length = 0;
  for (let digit = 0; digit < count; digit += 1) length = length * 256 + (bytes[at + 2 + digit] ?? Number.NaN);
  return whole(bytes, at, 2 + count + length);
}

function whole(bytes: Uint8Array, at: number, length: number): Uint8Array | null {
  return Number.isFinite(length) && at + length <= bytes.length ? bytes.subarray(at, at + length) : null;
}
