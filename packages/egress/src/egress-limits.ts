/** How long and how much one exchange may take, as data. */
import { MINUTE, type Milliseconds, SECOND } from '@glidepath/core';

export const TIMEOUT_DEFAULT_MS: Milliseconds = 10 * SECOND;
export const TIMEOUT_MAX_MS: Milliseconds = MINUTE;
export const BODY_DEFAULT_BYTES = 1024 * 1024;
export const BODY_MAX_BYTES = 64 * 1024 * 1024;
/** Of an answer, all headers together. */
export const HEADERS_MAX_BYTES = 16 * 1024;
export const REDIRECTS_MAX = 3;
/** Addresses of one name that are tried, each with its share of the time. */
export const ADDRESSES_TRIED_MAX = 3;
/**
 * Names looked up at once. `getaddrinfo` blocks a thread of Node's pool of four, which files and cryptography share: names
 * that hang must never take the last one.
 */
export const LOOKUPS_MAX = 3;

/** A caller's wish, kept within its cap; what is no positive number is the default. */
export function within(wish: number | undefined, standard: number, most: number): number {
  return wish !== undefined && wish > 0 ? Math.min(Math.ceil(wish), most) : standard;
}
