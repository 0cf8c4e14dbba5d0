import { describe, expect, it } from 'vitest';
import { BUILD_SERVER, EXPIRES_AT, STARTS_AT, TEAM } from '../decision/test-policy.ts';
import { after, DAY, YEAR } from '../time.ts';
import { changeTerms, followPolicy, renew } from './change-terms.ts';
import { termsInForce, termsInTurn } from './status.ts';
import { context, DIGEST, licenseWith, termsWith } from './test-license.ts';

const NOW = after(STARTS_AT, 10 * DAY);
const license = licenseWith({});
const revoked = licenseWith({ status: 'revoked', statusAt: NOW });
const first = termsWith({});
const scheduled = termsWith({ id: 'trm_later', effectiveFrom: after(NOW, DAY), overrides: { seats: 10 } });
const RULES = { policy: { ...BUILD_SERVER, plans: [TEAM, { ...TEAM, name: 'small', tier: 1 }] }, digest: DIGEST };

describe('renew a license', () => {
  it('adds the term to the present end, from now on, and raises seq', () => {
    const result = renew(license, [first], { termMs: YEAR }, context(NOW));
    expect(result).toMatchObject({
      ok: true,
      value: {
        license: { seq: { count: 2 } },
        appended: [
          { effectiveFrom: NOW, startsAt: STARTS_AT, expiresAt: EXPIRES_AT + YEAR },
          { effectiveFrom: EXPIRES_AT, startsAt: EXPIRES_AT, expiresAt: EXPIRES_AT + YEAR },
        ],
      },
    });
  });

  it('continues from the old end when it comes late', () => {
    const late = after(EXPIRES_AT, 20 * DAY);
    expect(renew(license, [first], { termMs: YEAR }, context(late))).toMatchObject({
      ok: true,
      value: { appended: [{ effectiveFrom: late, startsAt: EXPIRES_AT, expiresAt: EXPIRES_AT + YEAR }] },
    });
  });

  it('counts from now when a term from the old end would end this instant', () => {
    const late = after(EXPIRES_AT, YEAR);
    expect(renew(license, [first], { termMs: YEAR }, context(late))).toMatchObject({
      ok: true,
      value: { appended: [{ expiresAt: late + YEAR }] },
    });
  });

  it('counts from now when a term from the old end would be over already', () => {
    const tooLate = after(EXPIRES_AT, 2 * YEAR);
    expect(renew(license, [first], { termMs: YEAR }, context(tooLate))).toMatchObject({
      ok: true,
      value: { appended: [{ startsAt: tooLate, expiresAt: tooLate + YEAR }] },
    });
  });

  it('gives the new end to a change that is still to come', () => {
    const result = renew(license, [first, scheduled], { termMs: YEAR }, context(NOW));
    if (!result.ok) throw new Error(result.message);
    const later = termsInForce([first, scheduled, ...result.value.appended], scheduled.effectiveFrom);
    expect(later).toMatchObject({ expiresAt: EXPIRES_AT + YEAR, startsAt: STARTS_AT, overrides: { seats: 10 } });
    const nextTerm = termsInForce([first, scheduled, ...result.value.appended], EXPIRES_AT);
    expect(nextTerm).toMatchObject({ expiresAt: EXPIRES_AT + YEAR, startsAt: EXPIRES_AT, overrides: { seats: 10 } });
  });

  it('never moves a term that begins later still', () => {
    const next = termsWith({ id: 'trm_next', effectiveFrom: EXPIRES_AT, startsAt: EXPIRES_AT, expiresAt: after(EXPIRES_AT, YEAR) });
    const renewed = termsWith({ id: 'trm_now', expiresAt: after(EXPIRES_AT, YEAR) });
    const result = renew(license, [renewed, next], { termMs: YEAR }, context(NOW));
    if (!result.ok) throw new Error(result.message);
    const inTurn = termsInTurn([renewed, next, ...result.value.appended]).filter(({ effectiveFrom }) => effectiveFrom >= NOW);
    expect(inTurn.map(({ startsAt, expiresAt }) => [startsAt, expiresAt])).toEqual([
      [STARTS_AT, EXPIRES_AT + 2 * YEAR],
      [EXPIRES_AT, EXPIRES_AT + 2 * YEAR],
      [EXPIRES_AT + YEAR, EXPIRES_AT + 2 * YEAR],
    ]);
  });

  it('takes the end away when asked to', () => {
    const result = renew(license, [first, scheduled], { expiresAt: null }, context(NOW));
    expect(result).toMatchObject({ ok: true, value: { appended: [{ expiresAt: null }, { expiresAt: null }, { expiresAt: null }] } });
  });

  it.each([
    ['is-revoked', revoked, first, { termMs: YEAR }],
    ['no-end', license, termsWith({ expiresAt: null }), { termMs: YEAR }],
    ['end-not-later', license, first, { expiresAt: EXPIRES_AT }],
    ['end-has-passed', license, termsWith({ expiresAt: after(STARTS_AT, DAY) }), { expiresAt: NOW }],
  ] as const)('is refused as %s', (reason, of, terms, renewal) => {
    expect(renew(of, [terms], renewal, context(NOW))).toMatchObject({ ok: false, reason });
  });
});

describe('change the terms of a license', () => {
  it('appends a row with the new plan and the digest by which it was judged', () => {
    const result = changeTerms(license, [first], { plan: 'small' }, { ...RULES, digest: 'sha256:1' }, context(NOW));
    expect(result).toMatchObject({
      ok: true,
      value: { appended: [{ plan: 'small', effectiveFrom: NOW, policy: 'sha256:1', expiresAt: EXPIRES_AT }] },
    });
  });

  it('replaces overrides as a whole', () => {
    const base = termsWith({ overrides: { seats: 5, quotas: { 'build-minutes': 7 } } });
    const result = changeTerms(license, [base], { overrides: { seats: 6 } }, RULES, context(NOW));
    expect(result).toMatchObject({ ok: true, value: { appended: [{ overrides: { seats: 6 } }] } });
    expect(result.ok && result.value.appended[0]?.overrides.quotas).toBeUndefined();
  });

  it('is in force from its instant on, and the last written of one instant wins', () => {
    const back = termsWith({ id: 'trm_z', effectiveFrom: scheduled.effectiveFrom });
    expect(termsInForce([first, scheduled], after(scheduled.effectiveFrom, -1))).toBe(first);
    expect(termsInForce([first, scheduled], scheduled.effectiveFrom)).toBe(scheduled);
    expect(termsInForce([first, scheduled, back], scheduled.effectiveFrom)).toBe(back);
    expect(termsInForce([first], after(STARTS_AT, -1))).toBeNull();
  });

  it.each([
    ['plan-unknown', license, { plan: 'huge' }],
    ['nothing-changes', license, { plan: 'team' }],
    ['nothing-changes', license, { overrides: { quotas: {} } }],
    ['is-revoked', revoked, { plan: 'small' }],
    ['effective-before-last-change', license, { plan: 'small', effectiveFrom: after(STARTS_AT, -1) }],
  ] as const)('is refused as %s', (reason, of, change) => {
    expect(changeTerms(of, [first], change, RULES, context(NOW))).toMatchObject({ ok: false, reason });
  });

  it('takes another limit of a quota for a change, and the same one for none', () => {
    const base = termsWith({ overrides: { quotas: { 'build-minutes': 7 } } });
    const quota = (limit: number) =>
      changeTerms(license, [base], { overrides: { quotas: { 'build-minutes': limit } } }, RULES, context(NOW));
    expect(quota(8)).toMatchObject({ ok: true });
    expect(quota(7)).toMatchObject({ ok: false, reason: 'nothing-changes' });
  });

  it('goes into a term that is still to come', () => {
    const renewed = renew(license, [first], { termMs: YEAR }, context(NOW));
    if (!renewed.ok) throw new Error(renewed.message);
    const rows = [first, ...renewed.value.appended];
    const changed = changeTerms(license, rows, { plan: 'small' }, RULES, context(after(NOW, DAY)));
    if (!changed.ok) throw new Error(changed.message);
    expect(termsInForce([...rows, ...changed.value.appended], EXPIRES_AT)).toMatchObject({ plan: 'small', startsAt: EXPIRES_AT });
  });

  it('is refused before a change that is scheduled, and may take that one back', () => {
    expect(changeTerms(license, [first, scheduled], { plan: 'small' }, RULES, context(NOW))).toMatchObject({
      ok: false,
      reason: 'effective-before-last-change',
    });
    const undo = changeTerms(license, [first, scheduled], { overrides: {}, effectiveFrom: scheduled.effectiveFrom }, RULES, context(NOW));
    expect(undo).toMatchObject({ ok: true, value: { appended: [{ overrides: {} }] } });
  });
});

describe('follow a policy', () => {
  it('writes the change of digest down as a change of terms', () => {
    expect(followPolicy(license, [first], 'sha256:1', context(NOW))).toMatchObject({
      license: { seq: { count: 2 } },
      appended: [{ policy: 'sha256:1', plan: 'team', effectiveFrom: NOW }],
    });
  });

  it('changes nothing while the digest is the same', () => {
    expect(followPolicy(license, [first], DIGEST, context(NOW))).toBeNull();
  });
});
