import { describe, expect, it } from 'vitest';
import { after, DAY } from '../time.ts';
import { decide } from './decide.ts';
import type { Decision } from './decision.ts';
import { decisionFor, decisionsFor, holderRemoved, noSignedWord, type Origin } from './decision-for.ts';
import { NOTHING_OBSERVED } from './terms.ts';
import { ESSENTIAL, EXPIRES_AT, REDUCED, STARTS_AT, teamTerms } from './test-policy.ts';

const TERMS = teamTerms();
const ORIGIN: Origin = { source: 'lease', asOf: STARTS_AT };
const at = (elapsedMs: number) => decide(TERMS, NOTHING_OBSERVED, after(EXPIRES_AT, elapsedMs));

describe('decision for a feature', () => {
  it('that the tier lacks says since when, why, and what the policy says to the person at the screen', () => {
    expect(decisionFor(TERMS, at(20 * DAY), 'parallel', ORIGIN)).toEqual<Decision>({
      allowed: false,
      feature: 'parallel',
      tier: 'reduced',
      limits: { 'parallel-jobs': 4 },
      code: 'not-in-tier',
      reason: 'Parallel builds is not in tier reduced since 2027-01-15T00:00:00.000Z; cause expiry',
      userMessage: 'Builds run one at a time; everything else works. Ask the build team.',
      cause: 'expiry',
      since: after(EXPIRES_AT, 14 * DAY),
      next: { cause: 'expiry', at: after(EXPIRES_AT, 30 * DAY), tier: 'essential' },
      source: 'lease',
      asOf: STARTS_AT,
      policy: 'sha256:0',
    });
  });

  it('that a lower tier still has is allowed, with the cause of the tier', () => {
    expect(decisionFor(TERMS, at(20 * DAY), 'build', ORIGIN)).toMatchObject({
      allowed: true,
      code: 'ok',
      reason: 'Run builds is in tier reduced since 2027-01-15T00:00:00.000Z; cause expiry',
      userMessage: null,
    });
  });

  it("in the plan's own tier has no cause", () => {
    expect(decisionFor(TERMS, at(0), 'parallel', ORIGIN)).toMatchObject({
      allowed: true,
      code: 'ok',
      cause: 'none',
      userMessage: null,
      reason: "Parallel builds is in tier full, the plan's own",
    });
  });

  it("that the plan's own tier never had says so", () => {
    const small = teamTerms({ planTier: REDUCED, tier: REDUCED });
    const decision = decisionFor(small, decide(small, NOTHING_OBSERVED, STARTS_AT), 'parallel', ORIGIN);
    expect(decision).toMatchObject({
      code: 'not-in-tier',
      cause: 'none',
      reason: "Parallel builds is not in tier reduced, the plan's own",
    });
  });

  it('kept by a lowering that has not bitten says that it is kept', () => {
    const lowered = [{ id: 'a', of: 'plan', from: 0, effectiveAt: STARTS_AT } as const];
    const terms = teamTerms({ planTier: ESSENTIAL, tier: ESSENTIAL, lowered });
    const standing = decide(terms, { ...NOTHING_OBSERVED, loweringReceivedAt: { a: STARTS_AT } }, STARTS_AT);
    expect(decisionFor(terms, standing, 'cache', ORIGIN)).toMatchObject({
      allowed: true,
      reason: 'Remote cache is in tier full, held until the lowered terms bite',
    });
  });

  it.each(['paralel', 'constructor', '__proto__', '', 'x"\n'])('%j that the policy does not know is denied, started or not', (name) => {
    for (const standing of [at(0), at(-400 * DAY)])
      expect(decisionFor(TERMS, standing, name, ORIGIN)).toMatchObject({ allowed: false, code: 'unknown-feature', userMessage: null });
    expect(decisionFor(TERMS, at(0), name, ORIGIN).reason).toBe(`The policy knows no feature ${JSON.stringify(name)}`);
  });

  it('before the start is denied, without a tier and without limits', () => {
    expect(decisionFor(TERMS, at(-400 * DAY), 'build', ORIGIN)).toMatchObject({
      allowed: false,
      tier: 'none',
      limits: {},
      code: 'not-started',
      reason: 'The license starts at 2026-01-01T00:00:00.000Z; before that it gives nothing',
      userMessage: null,
      cause: 'none',
      next: null,
    });
  });

  it('is frozen through and through', () => {
    const decision = decisionFor(TERMS, at(20 * DAY), 'parallel', ORIGIN);
    expect([decision, decision.limits, decision.next].every(Object.isFrozen)).toBe(true);
    expect(Object.isFrozen(TERMS.path.tiers[1]?.limits)).toBe(false);
  });
});

describe('decisions for a standing', () => {
  it('hold each feature of the policy once, as the single answer would be', () => {
    const standing = at(20 * DAY);
    const decisions = decisionsFor(TERMS, standing, ORIGIN);
    expect([...decisions.keys()]).toEqual(['build', 'parallel', 'cache', 'sso']);
    for (const [feature, decision] of decisions) expect(decision).toEqual(decisionFor(TERMS, standing, feature, ORIGIN));
  });
});

describe('without a standing', () => {
  it.each([
    [true, 'allows'],
    [false, 'denies'],
  ])('no signed word: the application has said %s', (allowed, verb) => {
    expect(noSignedWord('build', allowed)).toEqual<Decision>({
      allowed,
      feature: 'build',
      tier: null,
      limits: {},
      code: 'no-signed-word',
      reason: `No signed word about this license has been seen; until one is, the application ${verb}`,
      userMessage: null,
      cause: 'none',
      since: null,
      next: null,
      source: 'none',
      asOf: null,
      policy: null,
    });
  });

  it('a removed holder loses everything at once', () => {
    expect(holderRemoved(TERMS, 'parallel', STARTS_AT, ORIGIN)).toEqual<Decision>({
      allowed: false,
      feature: 'parallel',
      tier: 'none',
      limits: {},
      code: 'holder-removed',
      reason: 'This holder was removed from the license at 2026-01-01T00:00:00.000Z',
      userMessage: 'Builds run one at a time; everything else works. Ask the build team.',
      cause: 'none',
      since: STARTS_AT,
      next: null,
      source: 'lease',
      asOf: STARTS_AT,
      policy: 'sha256:0',
    });
    expect(holderRemoved(TERMS, 'paralel', STARTS_AT, ORIGIN).code).toBe('unknown-feature');
  });
});
