import { describe, expect, it } from 'vitest';
import { BUILD_SERVER, EXPIRES_AT, STARTS_AT, TEAM } from '../decision/test-policy.ts';
import { after, DAY, YEAR } from '../time.ts';
import { restate } from './restate.ts';
import { termsInForce } from './status.ts';
import { context, DIGEST, licenseWith, termsWith } from './test-license.ts';

const NOW = after(STARTS_AT, 10 * DAY);
const license = licenseWith({});
const first = termsWith({});
const RULES = { policy: { ...BUILD_SERVER, plans: [TEAM, { ...TEAM, name: 'small', tier: 1 }] }, digest: DIGEST };
const stated = { expiresAt: EXPIRES_AT, plan: first.plan };

function restated(terms: typeof first, change: Partial<typeof stated> | { expiresAt: null }, rules = RULES) {
  const result = restate(license, [terms], { ...stated, ...change }, rules, context(NOW));
  if (!result.ok) throw new Error(result.message);
  return result.value;
}

describe('terms that somebody else agreed', () => {
  it('that are known already change nothing', () => {
    expect(restated(first, {})).toBeNull();
  });

  it('with a later end are a renewal: a new term begins where the old one ended', () => {
    expect(restated(first, { expiresAt: after(EXPIRES_AT, YEAR) })?.appended).toMatchObject([
      { startsAt: STARTS_AT, expiresAt: EXPIRES_AT + YEAR },
      { effectiveFrom: EXPIRES_AT, startsAt: EXPIRES_AT },
    ]);
  });

  it.each([
    ['an earlier end', first, { expiresAt: after(EXPIRES_AT, -DAY) }, { expiresAt: EXPIRES_AT - DAY, startsAt: STARTS_AT }],
    ['an end where there was none', termsWith({ expiresAt: null }), {}, { expiresAt: EXPIRES_AT }],
    ['an end before the start that we assumed', first, { expiresAt: after(STARTS_AT, -1) }, { startsAt: STARTS_AT - 1 - DAY }],
    ['another plan', first, { plan: 'small' }, { plan: 'small', expiresAt: EXPIRES_AT }],
  ])('with %s are corrected in one row', (_, terms, change, row) => {
    const value = restated(terms, change);
    expect(value?.appended).toMatchObject([{ effectiveFrom: NOW, ...row }]);
    expect(value?.license.seq.count).toBe(license.seq.count + 1);
  });

  it('reach the rows to come, which would bring back the old end', () => {
    const renewed = restated(first, { expiresAt: after(EXPIRES_AT, YEAR) })?.appended ?? [];
    const later = after(NOW, DAY);
    const result = restate(license, [first, ...renewed], stated, RULES, context(later));
    if (!result.ok) throw new Error(result.message);
    const all = [first, ...renewed, ...(result.value?.appended ?? [])];
    expect(termsInForce(all, later)?.expiresAt).toBe(EXPIRES_AT);
    expect(termsInForce(all, EXPIRES_AT)?.expiresAt).toBe(EXPIRES_AT);
  });

  it('with a plan that the policy does not have are refused', () => {
    expect(restate(license, [first], { ...stated, plan: 'none' }, RULES, context(NOW))).toMatchObject({
      ok: false,
      reason: 'plan-unknown',
    });
  });
});
