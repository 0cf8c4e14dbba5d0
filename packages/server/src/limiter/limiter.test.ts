import { describe, expect, it } from 'vitest';
import { createLimiter, type Limiter, placeOf, type Standing } from './limiter.ts';
import { isShed, urgencyOf } from './pressure.ts';
import { rateLimitHeaders } from './rate-limit-headers.ts';
import { RATE_LIMITS, readRateLimits } from './rate-limits.ts';
import { createTokenBuckets } from './token-buckets.ts';

const LIMITS = { credential: { perSecond: 10, burst: 20 }, address: { perSecond: 2, burst: 5 } };

/** Asks and settles at once, as a request that is answered within the same ms. */
function ask(limiter: Limiter, credential: string | null, address: string | null, standing: Standing, now = 0): boolean {
  const admission = limiter.admit({ credential, address }, now);
  if (admission.ok) admission.settle(standing, now);
  return admission.ok;
}

const times = <T>(count: number, work: (at: number) => T): T[] => Array.from({ length: count }, (_, at) => work(at));
const taken = (answers: readonly boolean[]): number => answers.filter(Boolean).length;

describe('token buckets', () => {
  it('give the burst at once, then the rate', () => {
    const buckets = createTokenBuckets({ perSecond: 10, burst: 3 }, 10);
    expect(times(4, () => buckets.take('a', 0))).toEqual([
      { ok: true, remaining: 2, retryAfterMs: 0 },
      { ok: true, remaining: 1, retryAfterMs: 0 },
      { ok: true, remaining: 0, retryAfterMs: 100 },
      { ok: false, remaining: 0, retryAfterMs: 100 },
    ]);
    expect(buckets.take('a', 99).ok).toBe(false);
    expect(buckets.take('a', 100).ok).toBe(true);
  });

  it('take nothing for what they refuse, so that who knocks on gets in as soon as who waits', () => {
    const buckets = createTokenBuckets({ perSecond: 1, burst: 1 }, 10);
    buckets.take('a', 0);
    for (let now = 0; now < 1_000; now += 10) expect(buckets.take('a', now).ok).toBe(false);
    expect(buckets.take('a', 1_000).ok).toBe(true);
  });

  it('give nothing for a clock that steps back', () => {
    const buckets = createTokenBuckets({ perSecond: 10, burst: 1 }, 10);
    buckets.take('a', 10_000);
    expect(buckets.take('a', 5_000).ok).toBe(false);
  });

  it('are forgotten when they are full, and bounded when they are not', () => {
    const buckets = createTokenBuckets({ perSecond: 1, burst: 10 }, 100);
    for (let at = 0; at < 10_000; at++) buckets.take(`key-${at}`, 0);
    expect(buckets.size).toBe(100);
    for (let at = 0; at < 30; at++) buckets.take('one', 60_000);
    expect(buckets.size).toBe(1);
  });
});

describe('limiter', () => {
  it('counts a known credential by itself, whatever its address does', () => {
    const limiter = createLimiter({ limits: LIMITS });
    expect(ask(limiter, 'honest', '192.0.2.1', 'known')).toBe(true);
    expect(taken(times(50, (at) => ask(limiter, `wrong-${at}`, '192.0.2.1', 'unknown')))).toBe(5);
    expect(taken(times(50, () => ask(limiter, 'honest', '192.0.2.1', 'known')))).toBe(20);
  });

  it('charges the address for wrong keys, even when each is another one', () => {
    const limiter = createLimiter({ limits: LIMITS });
    expect(taken(times(100, (at) => ask(limiter, `wrong-${at}`, '192.0.2.1', 'unknown')))).toBe(5);
    expect(ask(limiter, 'wrong', '192.0.2.2', 'unknown')).toBe(true);
    expect(taken(times(10, () => ask(limiter, null, '192.0.2.1', 'unread', 1_000)))).toBe(2);
  });

  it('gives an address back what a key cost that turned out to be known, or that nobody could look up', () => {
    const limiter = createLimiter({ limits: LIMITS });
    expect(taken(times(50, (at) => ask(limiter, `customer-${at}`, '192.0.2.1', 'known')))).toBe(50);
    expect(taken(times(50, () => ask(limiter, 'other', '192.0.2.1', 'unsaid')))).toBe(50);
  });

  it('charges for what was refused before anybody looked who it is', () => {
    const limiter = createLimiter({ limits: LIMITS });
    expect(taken(times(50, (at) => ask(limiter, `x-${at}`, '192.0.2.1', 'unread')))).toBe(5);
  });

  it('no longer trusts a credential that was revoked', () => {
    const limiter = createLimiter({ limits: LIMITS });
    ask(limiter, 'key', '192.0.2.1', 'known');
    ask(limiter, 'key', '192.0.2.1', 'unknown');
    expect(taken(times(50, () => ask(limiter, 'key', '192.0.2.1', 'unknown')))).toBe(5);
  });

  it('never limits this process by an address that it does not have', () => {
    const limiter = createLimiter({ limits: LIMITS });
    expect(taken(times(50, () => ask(limiter, null, null, 'unread')))).toBe(50);
  });

  it('keeps its memory bounded under made-up keys and addresses', () => {
    const limiter = createLimiter({ limits: LIMITS, entriesMax: 100 });
    for (let at = 0; at < 20_000; at++) ask(limiter, `wrong-${at}`, `198.51.${at % 256}.${(at >> 8) % 256}`, 'unknown');
    for (let at = 0; at < 1_000; at++) ask(limiter, `right-${at}`, null, 'known');
    expect(limiter.size).toBeLessThanOrEqual(300);
  });

  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:0db8:1:2::9', '2001:db8:1:2::/64'],
    ['2001:db8::9', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ])('takes %s for a part of %s', (address, place) => {
    expect(placeOf(address)).toBe(place);
  });
});

describe('the default limits', () => {
  it('let 10,000 seats behind one key and one address come back at once, and renew ever after', () => {
    const limiter = createLimiter();
    const fleet = (requests: number, now: number) => taken(times(requests, () => ask(limiter, 'fleet', '192.0.2.1', 'known', now)));
    expect(fleet(30_000, 0)).toBe(30_000);
    // Every 30 minutes each: six a second; and a thousand a second, which is renewing every ten seconds.
    for (let second = 1; second <= 60; second++) expect(fleet(1_000, second * 1_000)).toBe(1_000);
  });

  it('let all that one node has in flight come from one address before the first is known', () => {
    const limiter = createLimiter();
    const first = times(4_000, () => limiter.admit({ credential: 'fleet', address: '192.0.2.1' }, 0));
    expect(taken(first.map(({ ok }) => ok))).toBe(4_000);
    for (const admission of first) admission.settle('known', 5);
    expect(ask(limiter, null, '192.0.2.1', 'unread', 5)).toBe(true);
  });

  it.each([
    [['off'], 'off'],
    [[], RATE_LIMITS],
    [['credential=5'], { ...RATE_LIMITS, credential: { perSecond: 5, burst: 100 } }],
    [['credential=5/7', 'address=1/2'], { credential: { perSecond: 5, burst: 7 }, address: { perSecond: 1, burst: 2 } }],
    [['5'], null],
    [['credential=0'], null],
    [['off', 'address=1'], null],
    [['address=-1'], null],
  ])('are read from %j', (words, limits) => {
    expect(readRateLimits(words)).toEqual(limits);
  });
});

describe('header fields', () => {
  it('say quota, window, what is left and until when', () => {
    const limiter = createLimiter({ limits: LIMITS });
    const say = () => rateLimitHeaders(limiter.admit({ credential: null, address: '192.0.2.1' }, 0));
    expect(say()).toEqual({ 'ratelimit-policy': '"address";q=5;w=3', ratelimit: '"address";r=4;t=1' });
    times(5, say);
    expect(say()).toEqual({ 'ratelimit-policy': '"address";q=5;w=3', ratelimit: '"address";r=0;t=1' });
  });
});

describe('a pressed node', () => {
  const command = (name: string, method: 'GET' | 'POST', auth: 'license-key' | 'viewer' | 'none') => ({ name, method, auth });

  it.each([
    ['keep', command('lease.renew', 'POST', 'license-key')],
    ['keep', command('lease.release', 'POST', 'license-key')],
    ['work', command('lease.acquire', 'POST', 'license-key')],
    ['work', command('key-set.show', 'GET', 'none')],
    ['look', command('license.list', 'GET', 'viewer')],
  ] as const)('takes for %s: %o', (urgency, of) => {
    expect(urgencyOf(of)).toBe(urgency);
  });

  it('turns away lists first, then acquires, renewals last', () => {
    const shed = (inFlight: number, delayMs: number) =>
      (['look', 'work', 'keep'] as const).filter((urgency) => isShed(urgency, { inFlight, delayMs }));
    expect(shed(999, 499)).toEqual([]);
    expect(shed(1_000, 0)).toEqual(['look']);
    expect(shed(0, 500)).toEqual(['look']);
    expect(shed(2_500, 0)).toEqual(['look', 'work']);
    expect(shed(0, 1_500)).toEqual(['look', 'work']);
    expect(shed(4_000, 0)).toEqual(['look', 'work', 'keep']);
  });
});
