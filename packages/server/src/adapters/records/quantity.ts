/**
 * Amounts of use as exact decimals: at most six places, from 0 to 1e15. A number stands for the shortest decimal that
 * reads back as it, which is what JSON carries; sums are made of whole millionths.
 */

export const QUANTITY_MAX = 1e15;
const PLACES = 6;

export function isQuantity(value: unknown): value is number {
  if (typeof value !== 'number' || !(value >= 0 && value <= QUANTITY_MAX)) return false;
  if (Number.isInteger(value)) return true;
  const [, fraction] = `${value}`.split('.');
  return fraction !== undefined && fraction.length <= PLACES && !fraction.includes('e');
}

/** Whole millionths of a quantity. */
export function millionthsOf(quantity: number): bigint {
  const [whole = '0', fraction = ''] = `${quantity}`.split('.');
  return BigInt(`${whole}${fraction.padEnd(PLACES, '0')}`);
}

/** The number nearest to it. */
export function quantityFrom(millionths: bigint): number {
  const digits = `${millionths}`.padStart(PLACES + 1, '0');
  return Number(`${digits.slice(0, -PLACES)}.${digits.slice(-PLACES)}`);
}
