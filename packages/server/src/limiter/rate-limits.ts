/**
 * How much is too much, and how it is written on the command line.
 *
 * The arithmetic of the defaults. One license key: 10,000 seats that renew every 30 minutes are 6 requests a second; at the
 * shortest holds that policies have (renewing every 10 s) they are 1,000. A fleet of 10,000 that comes back after an outage
 * sends an acquire, a key set and a check each: 30,000 at once. So 2,000 a second and 40,000 at once hit no honest fleet.
 * One address: only what carries no credential, or one that nobody knows, is counted, so that a fleet behind one NAT never
 * is; before the first answer about its key all that one node has in flight (4,000) may come at once, hence 6,000.
 */
import type { Rate } from './token-buckets.ts';

export interface RateLimits {
  /** Of a license key or token that is known. */
  readonly credential: Rate;
  /** Of an address, for what is not known. */
  readonly address: Rate;
}

export const RATE_LIMITS: RateLimits = { credential: { perSecond: 2_000, burst: 40_000 }, address: { perSecond: 50, burst: 6_000 } };

const FORM = /^(credential|address)=(\d{1,7})(?:\/(\d{1,7}))?$/;

/**
 * Reads `credential=2000/40000` (a second, and at once) and `address=…`, or `off`. Without a burst it is 20 times the rate.
 * Null: not of that form. `off` is `'off'`: nothing is limited.
 */
export function readRateLimits(words: readonly string[]): RateLimits | 'off' | null {
  if (words.length === 1 && words[0] === 'off') return 'off';
  const limits: { credential: Rate; address: Rate } = { ...RATE_LIMITS };
  for (const word of words) {
    const [, of, rate = '', burst] = FORM.exec(word) ?? [];
    const perSecond = Number(rate);
    const atOnce = burst === undefined ? perSecond * 20 : Number(burst);
    if ((of !== 'credential' && of !== 'address') || perSecond < 1 || atOnce < 1) return null;
    limits[of] = { perSecond, burst: atOnce };
  }
  return limits;
}
