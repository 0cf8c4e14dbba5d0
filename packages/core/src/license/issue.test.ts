import { describe, expect, it } from 'vitest';
import { BUILD_SERVER, STARTS_AT, TEAM } from '../decision/test-policy.ts';
import { after, DAY, YEAR } from '../time.ts';
import { issue } from './issue.ts';
import { context, issued, request } from './test-license.ts';

const UNSEATED = { ...BUILD_SERVER, plans: [TEAM, { ...TEAM, name: 'metered', seats: null }] };

describe('issue a license', () => {
  it('starts now and ends after the term of the plan', () => {
    const { license, terms, seats } = issued();
    expect(terms).toMatchObject({
      license: 'lic_1',
      startsAt: STARTS_AT,
      expiresAt: STARTS_AT + YEAR,
      effectiveFrom: STARTS_AT,
      policy: 'sha256:0',
    });
    expect(license).toMatchObject({ status: 'active', seq: { incarnation: 1, count: 1 }, createdAt: STARTS_AT });
    expect(seats).toMatchObject({ id: 'lic_1', granted: 0, overage: 0, overageOpenedAt: null });
  });

  it('counts the term from a start to come, and takes effect at once', () => {
    const { terms } = issued({ startsAt: after(STARTS_AT, DAY) });
    expect(terms).toMatchObject({ effectiveFrom: STARTS_AT, startsAt: STARTS_AT + DAY, expiresAt: STARTS_AT + DAY + YEAR });
  });

  it('has no end when asked for none', () => {
    expect(issued({ expiresAt: null }).terms.expiresAt).toBeNull();
  });

  it.each([
    ['plan-unknown', { plan: 'teem' }],
    ['plan-without-seats', { policy: UNSEATED, plan: 'metered', overrides: { seats: 5 } }],
    ['limit-invalid', { overrides: { seats: -1 } }],
    ['limit-invalid', { overrides: { seats: 1.5 } }],
    ['limit-invalid', { overrides: { quotas: { 'build-minutes': Number.NaN } } }],
    ['meter-unknown', { overrides: { quotas: { minutes: 5 } } }],
    ['end-before-start', { expiresAt: STARTS_AT }],
  ])('is refused as %s', (reason, differing) => {
    expect(issue(request(differing), context(STARTS_AT))).toMatchObject({ ok: false, reason });
  });
});
