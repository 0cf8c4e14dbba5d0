import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CAUSE_ORDER } from '../policy/policy.ts';
import { after, DAY, HOUR } from '../time.ts';
import { decide } from './decide.ts';
import { explain } from './explain.ts';
import { NOTHING_OBSERVED, type Observations } from './terms.ts';
import { arbitraryInstant, arbitraryObservations, arbitraryTerms } from './test-arbitrary.ts';
import { ESSENTIAL, EXPIRES_AT, REDUCED, STARTS_AT, teamTerms } from './test-policy.ts';

const NOW = after(EXPIRES_AT, 20 * DAY);
const TROUBLE: Observations = {
  ...NOTHING_OBSERVED,
  lastSignedWordAt: after(NOW, -15 * DAY),
  clockBehindAt: after(NOW, -HOUR),
  seats: { used: 45, limit: 50 },
  usage: [{ meter: 'build-minutes', used: 130_000, limit: 100_000, resetsAt: null, receivedAt: [null, null, after(NOW, -HOUR)] }],
};
const sentences = (...args: Parameters<typeof explain>) => explain(...args).map(({ sentence }) => sentence);

describe('explain', () => {
  it('has a sentence for the own tier and each cause, begun or not', () => {
    expect(sentences(teamTerms(), TROUBLE, NOW)).toEqual([
      'none: began 385 days ago; gives tier full',
      'revoked: has not begun; takes nothing',
      'suspended: has not begun; takes nothing',
      'trust: has not begun; takes nothing',
      'expiry: the end was 20 days ago; takes tier reduced, notifies critical; tier essential in 10 days',
      'unreachable: began 15 days ago; takes tier reduced, notifies critical; tier essential in 15 days',
      'identity: has not begun; takes nothing',
      'quota: reached; takes nothing, notifies critical; tier reduced in 23 hours',
      'clock: began 1 hour ago; takes nothing, notifies warning; tier reduced in 23 hours',
      'seats: reached; takes nothing, notifies warning',
      'bootstrap: has not begun; takes nothing',
      'grant: has not begun; takes nothing',
    ]);
  });

  it.each(['seats', 'bootstrap', 'grant'] as const)("gives a lease's lower tier to %s, and the plan's its own row", (tierCause) => {
    const terms = teamTerms({ tier: ESSENTIAL, tierCause, tierSince: after(NOW, -2 * DAY), expiresAt: null });
    const [own, ...causes] = explain(terms, NOTHING_OBSERVED, NOW);
    expect(own).toMatchObject({ tier: 'full', sentence: 'none: began 385 days ago; gives tier full' });
    expect(causes.filter(({ began }) => began)).toMatchObject([
      { cause: tierCause, tier: 'essential', elapsedMs: 2 * DAY, sentence: `${tierCause}: began 2 days ago; takes tier essential` },
    ]);
  });

  it('says when an outlived bootstrap lease notifies', () => {
    const terms = teamTerms({ tier: ESSENTIAL, tierCause: 'bootstrap', tierSince: STARTS_AT, bootstrapEndsAt: NOW });
    expect(sentences(terms, NOTHING_OBSERVED, NOW)).toContain('bootstrap: began 385 days ago; takes tier essential, notifies critical');
  });

  it('shows a lowering that has not bitten yet on the own tier', () => {
    const lowered = [{ id: 'a', of: 'plan', from: 0, effectiveAt: NOW } as const];
    const terms = teamTerms({ planTier: ESSENTIAL, tier: ESSENTIAL, lowered, expiresAt: null });
    expect(sentences(terms, { ...NOTHING_OBSERVED, loweringReceivedAt: { a: NOW } }, after(NOW, HOUR))[0]).toBe(
      'none: began 385 days 1 hour ago; gives tier full; tier reduced in 23 hours',
    );
  });

  it('looks ahead to the end', () => {
    const [, , , , expiry] = explain(teamTerms(), NOTHING_OBSERVED, after(EXPIRES_AT, -30 * DAY));
    expect(expiry).toEqual({
      cause: 'expiry',
      began: true,
      since: EXPIRES_AT,
      elapsedMs: -30 * DAY,
      tier: null,
      notify: 'warning',
      next: { at: after(EXPIRES_AT, 14 * DAY), tier: 'reduced' },
      sentence: 'expiry: the end is in 30 days; takes nothing, notifies warning; tier reduced in 44 days',
    });
  });

  it('lets nothing count before the start', () => {
    const rows = explain(teamTerms(), TROUBLE, after(STARTS_AT, -1));
    expect(rows.map(({ began, tier, notify }) => [began, tier, notify])).toEqual(rows.map(() => [false, null, 'none']));
    expect(rows[1]?.sentence).toBe('revoked: nothing counts before the license starts at 2026-01-01T00:00:00.000Z');
  });

  it("passes over a rung whose tier is the plan's own", () => {
    const [, , , , expiry] = explain(teamTerms({ planTier: REDUCED, tier: REDUCED }), NOTHING_OBSERVED, EXPIRES_AT);
    expect(expiry?.next).toEqual({ at: after(EXPIRES_AT, 30 * DAY), tier: 'essential' });
  });

  it('sees one meter fall after another has been given back', () => {
    const terms = teamTerms({ expiresAt: null });
    const quota = { minutes: [{ percent: 100, tier: REDUCED }], bytes: [{ percent: 100, tier: REDUCED }] };
    const use = { used: 1, limit: 1 };
    const usage = [
      { ...use, meter: 'minutes', resetsAt: after(NOW, HOUR), receivedAt: [] },
      { ...use, meter: 'bytes', resetsAt: null, receivedAt: [NOW] },
    ];
    const rows = explain({ ...terms, path: { ...terms.path, quota } }, { ...NOTHING_OBSERVED, usage }, NOW);
    expect(rows.find(({ cause }) => cause === 'quota')).toMatchObject({ tier: 'reduced', next: { at: NOW + DAY, tier: 'reduced' } });
  });

  it('adds up to the decision', () => {
    fc.assert(
      fc.property(arbitraryTerms, arbitraryObservations, arbitraryInstant, (terms, observations, now) => {
        const standing = decide(terms, observations, now);
        const [own, ...rows] = explain(terms, observations, now);
        expect(rows.map(({ cause }) => cause)).toEqual(CAUSE_ORDER);
        if (standing.tier === null) return;
        const names = terms.path.tiers.map(({ name }) => name);
        const tiers = rows.map(({ tier }) => (tier === null ? -1 : names.indexOf(tier)));
        if (standing.cause === 'none') expect(Math.max(...tiers)).toBeLessThanOrEqual(terms.planTier);
        else expect(rows[tiers.indexOf(Math.max(...tiers))]).toMatchObject({ cause: standing.cause, tier: names[standing.tier] });
        expect([own, ...rows].map((row) => row?.notify)).toContain(standing.notify);
      }),
      { numRuns: 1_000 },
    );
  });
});
