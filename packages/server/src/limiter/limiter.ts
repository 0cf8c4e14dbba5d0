/**
 * Who may ask now: a token bucket per credential that is known, and one per address for everything else.
 *
 * A credential counts as known once a request with it got past authentication here; it then pays from its own bucket alone, so
 * that nobody else behind its address costs it anything. Everything else pays from its address's bucket before the database
 * is asked who it is, and gets that back when it turns out to be somebody. So what refuses needs no database, keys that were
 * made up take no memory of their own, and wrong ones are paid for by where they come from.
 *
 * Pure: `now` is a monotonic clock's, and only hashes of credentials come in here.
 */

import { RATE_LIMITS, type RateLimits } from './rate-limits.ts';
import { createTokenBuckets, type Rate, type Ruling } from './token-buckets.ts';

export interface Caller {
  /** Hash of a well-formed license key or token; null: none came. */
  readonly credential: string | null;
  /** IP address as the transport saw it; null: within this process, where nothing is limited by address. */
  readonly address: string | null;
}

/**
 * What a request told about its caller: it is somebody; it is nobody that is known; it was refused before anybody looked
 * (`unread`); nobody could look, which is our own fault (`unsaid`).
 */
export type Standing = 'known' | 'unknown' | 'unread' | 'unsaid';

export interface Admission {
  readonly ok: boolean;
  readonly policy: 'credential' | 'address' | null;
  readonly rate: Rate | null;
  readonly ruling: Ruling | null;
  /** To be told once, when the request is answered. */
  settle(standing: Standing, now: number): void;
}

export interface Limiter {
  admit(caller: Caller, now: number): Admission;
  /** Keys that take memory now, of all kinds. */
  readonly size: number;
}

export interface LimiterOptions {
  readonly limits?: RateLimits;
  /** Credentials that are remembered as known, and addresses; default 100,000 of each (about 20 MB). */
  readonly entriesMax?: number;
}

const FREE: Admission = { ok: true, policy: null, rate: null, ruling: null, settle() {} };

export function createLimiter({ limits = RATE_LIMITS, entriesMax = 100_000 }: LimiterOptions = {}): Limiter {
  const credentials = createTokenBuckets(limits.credential, entriesMax);
  const addresses = createTokenBuckets(limits.address, entriesMax);
  /** Only what the database knows gets in here; the least lately used goes first. */
  const known = new Set<string>();

  function remember(credential: string): void {
    known.delete(credential);
    known.add(credential);
    if (known.size <= entriesMax) return;
    for (const oldest of known) {
      known.delete(oldest);
      return;
    }
  }

  function byCredential(credential: string, now: number): Admission {
    const ruling = credentials.take(credential, now);
    const settle = (standing: Standing) => {
      if (standing === 'known') remember(credential);
      if (standing === 'unknown') known.delete(credential);
    };
    return { ok: ruling.ok, policy: 'credential', rate: limits.credential, ruling, settle };
  }

  function byAddress(address: string, credential: string | null, now: number): Admission {
    const place = placeOf(address);
    const ruling = addresses.take(place, now);
    const settle = (standing: Standing, at: number) => {
      if (!ruling.ok || credential === null) return;
      if (standing === 'known') remember(credential);
      if (standing === 'known' || standing === 'unsaid') addresses.giveBack(place, at);
    };
    return { ok: ruling.ok, policy: 'address', rate: limits.address, ruling, settle };
  }

  return {
    get size() {
      return credentials.size + addresses.size + known.size;
    },
    admit({ credential, address }, now) {
      if (credential !== null && (known.has(credential) || address === null)) return byCredential(credential, now);
      return address === null ? FREE : byAddress(address, credential, now);
    },
  };
}

/** Of IPv6 the first 64 bits: one network has them all, and could be a new address with every request. */
export function placeOf(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address);
  if (mapped?.[1] !== undefined) return mapped[1];
  if (!address.includes(':')) return address;
  const [head = '', tail] = (address.split('%', 1)[0] ?? '').split('::');
  const first = head === '' ? [] : head.split(':');
  const last = tail === undefined || tail === '' ? [] : tail.split(':');
  const gap = tail === undefined ? 0 : Math.max(0, 8 - first.length - last.length);
  const groups = [...first, ...Array.from({ length: gap }, () => '0'), ...last].slice(0, 4);
  return `${groups.map((group) => Number.parseInt(group, 16).toString(16)).join(':')}::/64`;
}
