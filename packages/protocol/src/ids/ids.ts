/**
 * Ids: a prefix that names the noun, and a UUIDv7 (RFC 9562): `lic_0197a3c2-5e10-7a3b-8f21-0c9d4e5f6a7b`.
 *
 * Ids of one source ascend, within one millisecond too, so that a list ordered by id is ordered by time.
 */
import type { Entropy, Instant } from '@glidepath/core';

/** Every prefix there is; the noun is how the code names it. */
export const ID_PREFIXES = {
  environment: 'env',
  customer: 'cus',
  product: 'prd',
  principal: 'prn',
  team: 'tea',
  teamMember: 'tmb',
  roleGrant: 'rol',
  apiToken: 'tok',
  signInCode: 'sic',
  policyVersion: 'pol',
  license: 'lic',
  licenseTerms: 'trm',
  licenseKey: 'lky',
  lease: 'lea',
  holderName: 'hol',
  meterRecord: 'met',
  usageReservation: 'rsv',
  onlineKey: 'key',
  keySet: 'kst',
  root: 'rot',
  grant: 'gra',
  audit: 'aud',
  outbox: 'evt',
  word: 'wrd',
  request: 'req',
  idempotency: 'idm',
  probe: 'prb',
  notice: 'ntc',
  channel: 'chn',
  delivery: 'dlv',
  policyRollout: 'rlt',
  approval: 'apr',
  observedChunk: 'obs',
} as const;

export type IdPrefix = (typeof ID_PREFIXES)[keyof typeof ID_PREFIXES];

/** A clock that is set back by no more than this makes no id that is smaller than the last. */
const BACKWARDS_MAX_MS = 10_000;
const COUNTER_MAX = 0xfff;

interface Last {
  ms: number;
  counter: number;
}

const lastOf = new WeakMap<Entropy, Last>();

/**
 * A new id; the ids made from one `entropy` ascend.
 *
 * The 12 bits after the time count up within a millisecond (RFC 9562 §6.2, method 1) from a random start below their
 * half; when they are used up, the time in the id runs ahead by 1 ms. The last 62 bits are random. After a clock was
 * set back by over 10 s, ids follow the clock again and the order begins anew.
 */
export function newId(prefix: IdPrefix, now: Instant, entropy: Entropy): string {
  const random = entropy.bytes(10);
  const last = next(lastOf.get(entropy), now, (((random[0] ?? 0) << 8) | (random[1] ?? 0)) & 0x7ff);
  lastOf.set(entropy, last);
  const time = last.ms.toString(16).padStart(12, '0');
  const counter = last.counter.toString(16).padStart(3, '0');
  const variant = (((random[2] ?? 0) & 0x3f) | 0x80).toString(16);
  return `${prefix}_${time.slice(0, 8)}-${time.slice(8)}-7${counter}-${variant}${hex(random, 3, 4)}-${hex(random, 4, 10)}`;
}

function next(last: Last | undefined, now: number, start: number): Last {
  if (last === undefined || now > last.ms || now < last.ms - BACKWARDS_MAX_MS) return { ms: now, counter: start };
  return last.counter < COUNTER_MAX ? { ms: last.ms, counter: last.counter + 1 } : { ms: last.ms + 1, counter: start };
}

function hex(bytes: Uint8Array, from: number, to: number): string {
  let text = '';
  for (let index = from; index < to; index++) text += (bytes[index] ?? 0).toString(16).padStart(2, '0');
  return text;
}

const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** True for the exact text that `newId` makes: lower case, hyphens, version 7. */
export function isId(prefix: IdPrefix, text: string): boolean {
  return text.startsWith(`${prefix}_`) && UUID_V7.test(text.slice(prefix.length + 1));
}
