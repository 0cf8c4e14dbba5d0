import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HOUR, MINUTE } from '../time.ts';
import { paceRenewal } from './pace-renewal.ts';

const plan = { lease: { ttlMs: HOUR, renewAtPercent: 50 } };

describe('paceRenewal', () => {
  it('is where the plan says when nobody is pressed', () => {
    expect(paceRenewal(plan, 'lea_1', 'quiet')).toBe(30 * MINUTE);
  });

  it('is always the same for a lease, between renewAt and 80 % of the hold, when pressed', () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 1, max: 70 }), fc.integer({ min: 1_000, max: 400 * 24 * HOUR }), (id, percent, ttlMs) => {
        const lease = { ttlMs, renewAtPercent: percent };
        const paced = paceRenewal({ lease }, id, 'pressed');
        expect(paced).toBe(paceRenewal({ lease }, id, 'pressed'));
        expect(paced).toBeGreaterThanOrEqual(paceRenewal({ lease }, id, 'quiet'));
        expect(paced * 100).toBeLessThanOrEqual(80 * ttlMs);
      }),
    );
  });

  it('spreads leases of one moment evenly', () => {
    const tenths = Array.from({ length: 10 }, () => 0);
    for (let count = 0; count < 10_000; count++) {
      const id = `lea_019e81c2-5e10-7a3b-8f21-${String(count).padStart(12, '0')}`;
      const place = Math.floor((paceRenewal(plan, id, 'pressed') - 30 * MINUTE) / (1.8 * MINUTE));
      tenths[place] = (tenths[place] ?? 0) + 1;
    }
    for (const many of tenths) expect(Math.abs(many - 1_000)).toBeLessThan(120);
  });
});
