/**
 * The table of `lmstat -i`: what the license file holds, line by line. It asks no server, so that nothing is known of use.
 *
 * Versions of the tool disagree on whether the vendor stands before or after the expiry; the heading says which.
 */
import { type FeatureReading, unknownFeature } from '@glidepath/core';
import { type Ending, vendorDate, wholeNumber } from '../text/index.ts';

export type ColumnOrder = 'expiry-vendor' | 'vendor-expiry';

/** The order that a heading announces; null: the line is no heading. */
export function headingOrder(text: string): ColumnOrder | null {
  if (!/^Feature\s+Version\s+#\s?licenses\s/i.test(text)) return null;
  return /\sVendor\s+Expires/i.test(text) ? 'vendor-expiry' : 'expiry-vendor';
}

/** A row such as `solver  6.1  12  31-dec-2018  acmed`; null where a part cannot be read. */
export function tableRow(text: string, order: ColumnOrder, zone: string): FeatureReading | null {
  const words = text.split(/\s+/);
  const [name, version, countWord, ...rest] = words;
  if (name === undefined || version === undefined || countWord === undefined || rest.length < 2) return null;
  const ending = endingOf(rest, order, zone) ?? endingOf(rest, order === 'expiry-vendor' ? 'vendor-expiry' : 'expiry-vendor', zone);
  const count = /^uncounted$/i.test(countWord) ? 0 : wholeNumber(countWord);
  if (!ending || count === null) return null;
  const isUncounted = count === 0;
  return { ...unknownFeature(name), version, issued: isUncounted ? null : count, ...ending, kind: isUncounted ? 'uncounted' : null };
}

/** The vendor is one word, the expiry may be several: `permanent(no expiration date)`. */
function endingOf(words: readonly string[], order: ColumnOrder, zone: string): Ending | null {
  const expiry = order === 'expiry-vendor' ? words.slice(0, -1) : words.slice(1);
  return vendorDate(expiry.join(' '), zone);
}
