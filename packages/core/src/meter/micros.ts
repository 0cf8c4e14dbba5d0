/**
 * Amounts of use, exactly: whole millionths in a BigInt. Adding `0.1` ten times to a number is not one, and a balance that
 * depends on the order of its events is wrong on one of two nodes.
 */

/** The largest amount of one event. */
export const AMOUNT_MAX = 1_000_000_000_000_000;
const PLACES = 6;
const UNIT = 1_000_000n;
const WRITTEN = /^(\d+)(?:\.(\d+))?(?:e([+-]\d+))?$/;

/** The amount in millionths; null for what is negative, no number, or has more than six decimals. */
export function toMicros(amount: number): bigint | null {
  const parts = WRITTEN.exec(String(amount));
  if (parts === null) return null;
  const [, whole = '', fraction = '', exponent = '0'] = parts;
  const shift = PLACES - fraction.length + Number(exponent);
  return shift < 0 ? null : BigInt(whole + fraction) * 10n ** BigInt(shift);
}

/** The nearest number, which is the amount itself up to some nine thousand million units. */
export function fromMicros(micros: bigint): number {
  return Number(`${micros / UNIT}.${String(micros % UNIT).padStart(PLACES, '0')}`);
}
