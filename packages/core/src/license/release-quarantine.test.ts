import { describe, expect, it } from 'vitest';
import { STARTS_AT } from '../decision/test-policy.ts';
import { compareCounters } from '../lease/words.ts';
import { FORGOTTEN_MAX, releaseQuarantine } from './release-quarantine.ts';
import { context, licenseWith } from './test-license.ts';

const quarantined = licenseWith({ quarantinedAt: STARTS_AT, seq: { incarnation: 1, count: 7 } });
const REASON = { reason: 'looked' };

describe('release of a quarantine', () => {
  it('ends it, and raises seq past every one that can have been shown meanwhile', () => {
    const released = releaseQuarantine(quarantined, REASON, context(STARTS_AT, 2));
    expect(released).toMatchObject({ ok: true, value: { ...quarantined, quarantinedAt: null, seq: { incarnation: 2 } } });
    const newest = { incarnation: 2, count: 7 + FORGOTTEN_MAX };
    expect(released.ok && compareCounters(released.value.seq, newest)).toBeGreaterThan(0);
  });

  it.each([
    ['not-quarantined', licenseWith({}), REASON],
    ['reason-required', quarantined, { reason: ' ' }],
  ] as const)('is refused as %s', (reason, license, change) => {
    expect(releaseQuarantine(license, change, context(STARTS_AT))).toMatchObject({ ok: false, reason });
  });
});
