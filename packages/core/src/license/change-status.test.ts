import { describe, expect, it } from 'vitest';
import { STARTS_AT } from '../decision/test-policy.ts';
import { after, DAY, HOUR, type Instant } from '../time.ts';
import { reinstate, revoke, suspend } from './change-status.ts';
import { licenseState, licenseStatusAt } from './status.ts';
import { context, issued, licenseWith } from './test-license.ts';

const NOW = after(STARTS_AT, 10 * DAY);
const YESTERDAY = after(NOW, -DAY);
const TOMORROW = after(NOW, DAY);
const active = licenseWith({});
const suspended = licenseWith({ status: 'suspended', statusAt: YESTERDAY, statusReason: 'unpaid' });
const revoked = licenseWith({ status: 'revoked', statusAt: YESTERDAY, statusReason: 'fraud' });
const suspendedTomorrow = licenseWith({ status: 'suspended', statusAt: TOMORROW, statusReason: 'unpaid' });

describe('change of status', () => {
  it.each([
    ['suspend', suspend, active, 'suspended', 'why'],
    ['revoke', revoke, active, 'revoked', 'why'],
    ['revoke', revoke, suspended, 'revoked', 'why'],
    ['reinstate', reinstate, suspended, 'active', null],
    ['reinstate, since a wrong revocation can be taken back', reinstate, revoked, 'active', null],
  ] as const)('%s takes effect now and raises seq', (_, change, license, status, statusReason) => {
    expect(change(license, { reason: ' why ' }, context(NOW, 3))).toEqual({
      ok: true,
      value: { ...license, status, statusAt: NOW, statusReason, seq: { incarnation: 3, count: 2 } },
    });
  });

  it.each([
    ['already-suspended', suspend, suspended, {}],
    ['already-suspended', suspend, suspendedTomorrow, {}],
    ['is-revoked', suspend, revoked, {}],
    ['already-revoked', revoke, revoked, {}],
    ['already-active', reinstate, active, {}],
    ['reason-required', suspend, active, { reason: '  ' }],
    ['effective-before-last-change', revoke, suspended, { effectiveAt: after(YESTERDAY, -1) }],
    ['effective-too-late', revoke, suspended, { effectiveAt: after(NOW, 1) }],
    ['effective-too-late', reinstate, suspended, { effectiveAt: after(NOW, 1) }],
  ] as const)('is refused as %s', (reason, change, license, differing) => {
    expect(change(license, { reason: 'why', ...differing }, context(NOW))).toMatchObject({ ok: false, reason });
  });

  it('may be dated back as far as the last change', () => {
    expect(revoke(suspended, { reason: 'why', effectiveAt: YESTERDAY }, context(NOW))).toMatchObject({
      ok: true,
      value: { statusAt: YESTERDAY },
    });
  });

  it('recorded ahead leaves the license active until it comes, and can be taken back or overtaken', () => {
    const ahead = suspend(active, { reason: 'unpaid', effectiveAt: TOMORROW }, context(NOW));
    expect(ahead).toMatchObject({ ok: true, value: { status: 'suspended', statusAt: TOMORROW } });
    expect(licenseStatusAt(suspendedTomorrow, after(TOMORROW, -1)).status).toBe('active');
    expect(licenseStatusAt(suspendedTomorrow, TOMORROW)).toEqual({ status: 'suspended', since: TOMORROW });
    expect(reinstate(suspendedTomorrow, { reason: 'paid' }, context(NOW))).toMatchObject({
      ok: true,
      value: { status: 'active', statusAt: NOW },
    });
    expect(revoke(suspendedTomorrow, { reason: 'fraud' }, context(NOW))).toMatchObject({
      ok: true,
      value: { status: 'revoked', statusAt: NOW },
    });
  });
});

describe('state of a license', () => {
  const { terms } = issued({ startsAt: after(STARTS_AT, HOUR), expiresAt: after(STARTS_AT, DAY) });
  it.each([
    [active, after(STARTS_AT, HOUR - 1), 'not-started'],
    [active, after(STARTS_AT, HOUR), 'active'],
    [active, after(STARTS_AT, DAY - 1), 'active'],
    [active, after(STARTS_AT, DAY), 'expired'],
    [suspended, NOW, 'suspended'],
    [revoked, NOW, 'revoked'],
  ] as const)('row %#', (license, at: Instant, state) => {
    expect(licenseState(license, terms, at)).toBe(state);
  });
});
