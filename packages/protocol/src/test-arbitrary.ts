/** Arbitrary claims for property tests: any text, any instant, within the shape of a lease. */
import type { LeaseClaims } from '@glidepath/core';
import { DAY, instant } from '@glidepath/core';
import fc from 'fast-check';
import { leaseClaims, PATH, START } from './test-words.ts';

const text = fc.oneof(fc.string({ unit: 'binary' }), fc.string());
const whole = fc.maxSafeInteger();
const count = fc.maxSafeNat();
const moment = whole.map((ms) => instant(ms));
const counter = fc.record({ incarnation: count, count });
const limits = fc.dictionary(fc.string({ unit: 'grapheme' }), fc.double({ min: 0, noNaN: true, noDefaultInfinity: true }));
const tierName = fc.constantFrom(...PATH.tiers.map((tier) => tier.name));

function orNull<T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | null> {
  return fc.option(arbitrary, { nil: null });
}

/** A lease that a key of the samples may sign; everything else in it is arbitrary. JSON has no -0, so neither has this. */
export const arbitraryLease: fc.Arbitrary<LeaseClaims> = fc
  .record({
    iatMs: fc.integer({ min: 0, max: 30 * DAY }).map((ms) => instant(START + ms)),
    nonce: orNull(text),
    sub: text,
    license: text,
    customer: text,
    plan: text,
    seq: counter,
    epoch: counter,
    planTier: tierName,
    tier: tierName,
    tierCause: fc.constantFrom<LeaseClaims['tierCause']>('none', 'seats', 'bootstrap', 'grant'),
    limits,
    seat: orNull(
      fc.record({
        kind: fc.constantFrom<'floating' | 'named' | 'node-locked'>('floating', 'named', 'node-locked'),
        overageClosesAt: orNull(moment),
      }),
    ),
    seats: orNull(fc.record({ used: count, limit: count })),
    hold: moment,
    ttlMs: count,
    expiresAt: orNull(moment),
    match: orNull(fc.record({ of: fc.array(text), need: count })),
    bootstrap: orNull(fc.record({ forMs: count })),
    auditHead: orNull(fc.record({ size: count, root: text, at: moment })),
  })
  .map((changes) => JSON.parse(JSON.stringify(leaseClaims(changes))) as LeaseClaims);
