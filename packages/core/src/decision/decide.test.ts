import { describe, expect, it } from 'vitest';
import { CAUSE_ORDER, type Cause, type TimedCause } from '../policy/policy.ts';
import { after, DAY, HOUR, type Instant, instant, MINUTE } from '../time.ts';
import { decide } from './decide.ts';
import type { Standing } from './decision.ts';
import { type MeterObservation, NOTHING_OBSERVED, type Observations, type Terms } from './terms.ts';
import { BUILD_SERVER, ESSENTIAL, EXPIRES_AT, FULL, REDUCED, STARTS_AT, teamTerms } from './test-policy.ts';

const NOW = after(STARTS_AT, 100 * DAY);

/** Which observation makes a timed cause begin. */
const BEGINS: Readonly<Record<Exclude<TimedCause, 'expiry'>, (at: Instant) => Partial<Observations>>> = {
  unreachable: (at) => ({ lastSignedWordAt: at }),
  suspended: (at) => ({ suspendedAt: at }),
  revoked: (at) => ({ revokedAt: at }),
  trust: (at) => ({ trustLostAt: at }),
  identity: (at) => ({ identityChangedAt: at }),
  clock: (at) => ({ clockBehindAt: at }),
};

const observed = (...parts: readonly Partial<Observations>[]): Observations => Object.assign({}, NOTHING_OBSERVED, ...parts);

const use = (used: number, differing: Partial<MeterObservation> = {}): Partial<Observations> => ({
  usage: [{ meter: 'build-minutes', used, limit: 100_000, resetsAt: null, receivedAt: [], ...differing }],
});

const held = (terms: Terms, observations: Observations, now: Instant = NOW) => {
  const { tier, cause, notify } = decide(terms, observations, now);
  return { tier, cause, notify };
};

describe('decide', () => {
  describe('given nothing has happened', () => {
    it("holds the plan's own tier, with no cause, since the start", () => {
      expect(decide(teamTerms(), NOTHING_OBSERVED, NOW)).toEqual<Standing>({
        code: 'ok',
        tier: FULL,
        cause: 'none',
        since: STARTS_AT,
        notify: 'none',
        next: { cause: 'expiry', at: after(EXPIRES_AT, 14 * DAY), tier: 'reduced' },
      });
    });

    it('has nothing next for a license without an end', () => {
      expect(decide(teamTerms({ expiresAt: null }), NOTHING_OBSERVED, NOW).next).toBeNull();
    });
  });

  describe('before the start', () => {
    const everything = observed({ revokedAt: instant(0), suspendedAt: instant(0), seats: { used: 99, limit: 50 } }, use(999_999));
    it('grants nothing, whatever has happened', () => {
      expect(decide(teamTerms(), everything, after(STARTS_AT, -1))).toEqual<Standing>({
        code: 'not-started',
        tier: null,
        cause: 'none',
        since: STARTS_AT,
        notify: 'none',
        next: null,
      });
    });

    it('ends with the first instant of the term', () => {
      expect(decide(teamTerms(), NOTHING_OBSERVED, STARTS_AT).code).toBe('ok');
    });
  });

  describe('a timed cause', () => {
    const causes = Object.entries(BEGINS).map(([cause, begin]) => ({ cause: cause as Exclude<TimedCause, 'expiry'>, begin }));
    const steps = causes.flatMap(({ cause, begin }) =>
      (BUILD_SERVER.glidePath.timed[cause] ?? []).map((rung) => ({ cause, begin, rung, at: rung.at })),
    );

    it.each(steps)('$cause reaches its rung at $at ms, and not 1 ms before', ({ cause, begin, rung }) => {
      const observations = observed(begin(NOW));
      const reached = decide(teamTerms({ expiresAt: null }), observations, after(NOW, rung.at));
      const before = decide(teamTerms({ expiresAt: null }), observations, after(NOW, rung.at - 1));
      expect(reached).not.toEqual(before);
      expect({ tier: reached.tier, cause: reached.cause }).toEqual({ tier: rung.tier ?? FULL, cause: rung.tier ? cause : 'none' });
      if (rung.tier) expect(reached.since).toBe(NOW + rung.at);
    });

    it('expiry counts from the end, also before it', () => {
      const at = (elapsedMs: number) => held(teamTerms(), NOTHING_OBSERVED, after(EXPIRES_AT, elapsedMs));
      expect(at(-60 * DAY - 1)).toEqual({ tier: FULL, cause: 'none', notify: 'none' });
      expect(at(-60 * DAY)).toEqual({ tier: FULL, cause: 'none', notify: 'info' });
      expect(at(-7 * DAY)).toEqual({ tier: FULL, cause: 'none', notify: 'critical' });
      expect(at(0)).toEqual({ tier: FULL, cause: 'none', notify: 'critical' });
      expect(at(14 * DAY - 1)).toEqual({ tier: FULL, cause: 'none', notify: 'critical' });
      expect(at(14 * DAY)).toEqual({ tier: REDUCED, cause: 'expiry', notify: 'critical' });
      expect(at(30 * DAY)).toEqual({ tier: ESSENTIAL, cause: 'expiry', notify: 'critical' });
    });

    it('keeps the highest notify when a later rung names none', () => {
      const silent = observed({ lastSignedWordAt: after(NOW, -30 * DAY) });
      expect(held(teamTerms({ expiresAt: null }), silent)).toEqual({ tier: ESSENTIAL, cause: 'unreachable', notify: 'critical' });
    });

    it('never begins when the policy leaves its path out', () => {
      const terms = teamTerms();
      const pathless = { ...terms, path: { ...terms.path, timed: { expiry: terms.path.timed.expiry ?? [] } } };
      expect(held(pathless, observed({ revokedAt: instant(0), lastSignedWordAt: instant(0) }))).toEqual({
        tier: FULL,
        cause: 'none',
        notify: 'none',
      });
    });

    it('holds its tier since the first of several rungs that name it', () => {
      const terms = teamTerms();
      const rungs = [
        { at: DAY, tier: REDUCED },
        { at: 2 * DAY, tier: REDUCED, notify: 'critical' },
        { at: 3 * DAY, notify: 'critical' },
      ] as const;
      const repeated = { ...terms, path: { ...terms.path, timed: { suspended: rungs } } };
      expect(decide(repeated, observed({ suspendedAt: after(NOW, -5 * DAY) }), NOW).since).toBe(NOW - 4 * DAY);
    });
  });

  describe('on a tie', () => {
    const allAtReduced: Observations = observed(
      { revokedAt: after(NOW, -DAY), suspendedAt: after(NOW, -DAY), trustLostAt: after(NOW, -14 * DAY) },
      { lastSignedWordAt: after(NOW, -14 * DAY), identityChangedAt: after(NOW, -7 * DAY), clockBehindAt: after(NOW, -DAY) },
      use(120_000),
    );
    const expired = teamTerms({ expiresAt: after(NOW, -14 * DAY) });
    const without: Readonly<Partial<Record<Cause, Partial<Observations>>>> = {
      revoked: { revokedAt: null },
      suspended: { suspendedAt: null },
      trust: { trustLostAt: null },
      unreachable: { lastSignedWordAt: null },
      identity: { identityChangedAt: null },
      quota: { usage: [] },
      clock: { clockBehindAt: null },
    };

    it('names the causes in their order, one after the other as each is taken away', () => {
      let terms: Terms = { ...expired, tier: REDUCED, tierCause: 'seats' };
      let observations = allAtReduced;
      const named: Cause[] = [];
      for (const cause of CAUSE_ORDER) {
        if (cause === 'bootstrap' || cause === 'grant') terms = { ...terms, tierCause: cause };
        const standing = decide(terms, observations, NOW);
        expect(standing.tier).toBe(REDUCED);
        named.push(standing.cause);
        observations = { ...observations, ...without[cause] };
        if (cause === 'expiry') terms = { ...terms, expiresAt: null };
      }
      expect(named).toEqual(CAUSE_ORDER);
    });

    it("names none when the tie is with the plan's own tier", () => {
      expect(held(teamTerms({ planTier: REDUCED, tier: REDUCED }), allAtReduced)).toMatchObject({ tier: REDUCED, cause: 'none' });
    });

    it('names the lower cause when there is no tie, whatever the order', () => {
      const observations = observed({ revokedAt: after(NOW, -DAY), lastSignedWordAt: after(NOW, -30 * DAY) });
      expect(held(teamTerms(), observations)).toMatchObject({ tier: ESSENTIAL, cause: 'unreachable' });
    });
  });

  describe("the lease's tier", () => {
    it.each(['seats', 'bootstrap', 'grant'] as const)('is the cause %s since it was given', (tierCause) => {
      const terms = teamTerms({ tier: ESSENTIAL, tierCause, tierSince: after(STARTS_AT, DAY) });
      const standing = decide(terms, NOTHING_OBSERVED, NOW);
      expect(standing).toMatchObject({ code: 'degraded', tier: ESSENTIAL, cause: tierCause, since: STARTS_AT + DAY, next: null });
    });

    it('is not raised by a cause with a better tier', () => {
      const terms = teamTerms({ tier: ESSENTIAL, tierCause: 'seats', expiresAt: after(NOW, -14 * DAY) });
      expect(held(terms, NOTHING_OBSERVED)).toMatchObject({ tier: ESSENTIAL, cause: 'seats' });
    });

    it('of a bootstrap lease stays after its time, which notifies critical', () => {
      const terms = teamTerms({ tier: ESSENTIAL, tierCause: 'bootstrap', expiresAt: null, bootstrapEndsAt: NOW });
      expect(held(terms, NOTHING_OBSERVED, after(NOW, -1))).toEqual({ tier: ESSENTIAL, cause: 'bootstrap', notify: 'none' });
      expect(held(terms, NOTHING_OBSERVED)).toEqual({ tier: ESSENTIAL, cause: 'bootstrap', notify: 'critical' });
    });
  });

  describe('seats', () => {
    it.each([
      [39, 'none'],
      [40, 'warning'],
      [49, 'warning'],
      [50, 'critical'],
      [55, 'critical'],
    ] as const)('with %i of 50 in use notify %s and take nothing', (used, notify) => {
      expect(held(teamTerms(), observed({ seats: { used, limit: 50 } }))).toEqual({ tier: FULL, cause: 'none', notify });
    });
  });

  describe('quota', () => {
    it.each([
      [79_999, FULL, 'none'],
      [80_000, FULL, 'warning'],
      [100_000, FULL, 'critical'],
      [119_999, FULL, 'critical'],
      [120_000, REDUCED, 'critical'],
    ] as const)('used %i, reached long since, gives tier %i and notifies %s', (used, tier, notify) => {
      expect(held(teamTerms(), observed(use(used)))).toMatchObject({ tier, notify });
    });

    it('bites 24 h after receipt, and not 1 ms before', () => {
      const observations = observed(use(120_000, { receivedAt: [null, null, NOW] }));
      expect(held(teamTerms(), observations, after(NOW, DAY - 1))).toEqual({ tier: FULL, cause: 'none', notify: 'critical' });
      expect(decide(teamTerms(), observations, after(NOW, DAY))).toMatchObject({ tier: REDUCED, cause: 'quota', since: NOW + DAY });
      expect(decide(teamTerms(), observations, NOW).next).toEqual({ cause: 'quota', at: NOW + DAY, tier: 'reduced' });
    });

    it('is given back when its window ends', () => {
      const observations = observed(use(120_000, { resetsAt: NOW }));
      expect(held(teamTerms(), observations, after(NOW, -1))).toEqual({ tier: REDUCED, cause: 'quota', notify: 'critical' });
      expect(held(teamTerms(), observations, NOW)).toEqual({ tier: FULL, cause: 'none', notify: 'none' });
    });

    it('does not bite after its window has ended', () => {
      const observations = observed(use(120_000, { receivedAt: [null, null, NOW], resetsAt: after(NOW, DAY) }));
      expect(held(teamTerms(), observations, after(NOW, DAY))).toEqual({ tier: FULL, cause: 'none', notify: 'none' });
      expect(decide(teamTerms({ expiresAt: null }), observations, NOW).next).toBeNull();
    });

    it('takes one tier a day when rungs are skipped, counting each from its own receipt', () => {
      const terms = teamTerms({ expiresAt: null });
      const rungs = [
        { percent: 120, tier: REDUCED },
        { percent: 150, tier: ESSENTIAL },
      ];
      const steep = { ...terms, path: { ...terms.path, quota: { 'build-minutes': rungs } } };
      const tierAt = (receivedAt: readonly (Instant | null)[], ms: number) =>
        held(steep, observed(use(150_000, { receivedAt })), after(NOW, ms)).tier;
      expect([DAY - 1, DAY, 2 * DAY - 1, 2 * DAY].map((ms) => tierAt([NOW, NOW], ms))).toEqual([FULL, REDUCED, REDUCED, ESSENTIAL]);
      expect([DAY, 3 * DAY - 1, 3 * DAY].map((ms) => tierAt([NOW, after(NOW, 2 * DAY)], ms))).toEqual([REDUCED, REDUCED, ESSENTIAL]);
      expect([DAY, 2 * DAY].map((ms) => tierAt([NOW, null], ms))).toEqual([REDUCED, ESSENTIAL]);
      expect(tierAt([null, null], -50 * DAY)).toBe(ESSENTIAL);
    });

    it('reached long since holds since the start', () => {
      expect(decide(teamTerms(), observed(use(120_000)), NOW).since).toBe(STARTS_AT);
    });

    it('of a meter without a path does nothing', () => {
      expect(held(teamTerms(), observed(use(999_999, { meter: 'constructor' })))).toEqual({ tier: FULL, cause: 'none', notify: 'none' });
    });
  });

  describe('a lowering', () => {
    const lowered = teamTerms({
      planTier: ESSENTIAL,
      tier: ESSENTIAL,
      expiresAt: null,
      lowered: [{ id: 'a', of: 'plan', from: FULL, effectiveAt: NOW }],
    });
    const received = (at: Instant) => observed({ loweringReceivedAt: { a: at } });

    it('bites one tier per 24 h from receipt', () => {
      const tiers = [0, DAY - 1, DAY, 2 * DAY - 1, 2 * DAY].map((ms) => held(lowered, received(NOW), after(NOW, ms)).tier);
      expect(tiers).toEqual([FULL, FULL, REDUCED, REDUCED, ESSENTIAL]);
    });

    it('falls no faster for a holder that was dark', () => {
      const late = received(after(NOW, 9 * DAY));
      expect(held(lowered, late, after(NOW, 10 * DAY - 1)).tier).toBe(FULL);
      expect(held(lowered, late, after(NOW, 10 * DAY)).tier).toBe(REDUCED);
    });

    it("has no cause: what is kept for now is better than the plan's own", () => {
      expect(decide(lowered, received(NOW), NOW)).toMatchObject({
        code: 'ok',
        cause: 'none',
        next: { cause: 'none', at: NOW + DAY, tier: 'reduced' },
      });
    });

    it('that no receipt is known of was received long since', () => {
      expect(held(lowered, NOTHING_OBSERVED).tier).toBe(ESSENTIAL);
    });

    it('counts no earlier than it is effective', () => {
      expect(held(lowered, received(after(NOW, -9 * DAY)), after(NOW, DAY - 1)).tier).toBe(FULL);
    });

    it('with a second one still takes one tier a day', () => {
      const terms = {
        ...lowered,
        lowered: [...lowered.lowered, { id: 'b', of: 'terms', from: REDUCED, effectiveAt: NOW } as const],
      };
      const both = observed({ loweringReceivedAt: { a: NOW, b: NOW } });
      expect([DAY - 1, DAY, 2 * DAY - 1, 2 * DAY].map((ms) => held(terms, both, after(NOW, ms)).tier)).toEqual([
        FULL,
        REDUCED,
        REDUCED,
        ESSENTIAL,
      ]);
      const later = observed({ loweringReceivedAt: { a: NOW, b: after(NOW, 5 * DAY) } });
      expect([DAY, 6 * DAY - 1, 6 * DAY].map((ms) => held(terms, later, after(NOW, ms)).tier)).toEqual([REDUCED, REDUCED, ESSENTIAL]);
    });

    it('to a tier that was raised again since takes nothing', () => {
      const raised = teamTerms({ lowered: [{ id: 'a', of: 'plan', from: REDUCED, effectiveAt: NOW }] });
      expect(held(raised, received(NOW)).tier).toBe(FULL);
    });

    it('together with a quota takes one tier at a time', () => {
      const terms = { ...lowered, planTier: REDUCED, tier: REDUCED };
      const steep = { ...terms, path: { ...terms.path, quota: { 'build-minutes': [{ percent: 100, tier: ESSENTIAL }] } } };
      const observations = observed({ loweringReceivedAt: { a: NOW } }, use(100_000, { receivedAt: [after(NOW, -1)] }));
      const tiers = [DAY - 2, DAY - 1, DAY, 2 * DAY - 2, 2 * DAY - 1].map((ms) => held(steep, observations, after(NOW, ms)).tier);
      expect(tiers).toEqual([FULL, REDUCED, REDUCED, REDUCED, ESSENTIAL]);
    });
  });

  describe('next', () => {
    it('passes over rungs that take nothing more', () => {
      const observations = observed({ lastSignedWordAt: after(NOW, -15 * DAY), suspendedAt: after(NOW, -HOUR) });
      expect(decide(teamTerms(), observations, NOW).next).toEqual({ cause: 'unreachable', at: NOW + 15 * DAY, tier: 'essential' });
    });

    it('is what falls after a window has given back, also to a tier that was held before', () => {
      const observations = observed(use(120_000, { resetsAt: after(NOW, DAY) }), { clockBehindAt: after(NOW, 5 * DAY) });
      expect(decide(teamTerms(), observations, NOW)).toMatchObject({
        tier: REDUCED,
        next: { cause: 'clock', at: NOW + 6 * DAY, tier: 'reduced' },
      });
    });

    it('names the first of two causes that fall together', () => {
      const observations = observed({ clockBehindAt: NOW, suspendedAt: NOW });
      expect(decide(teamTerms(), observations, NOW).next).toEqual({ cause: 'suspended', at: NOW + DAY, tier: 'reduced' });
    });

    it('is exact to the millisecond on its own instant', () => {
      const observations = observed({ clockBehindAt: NOW });
      const terms = teamTerms({ expiresAt: null });
      expect(decide(terms, observations, after(NOW, DAY - 1)).next).toEqual({ cause: 'clock', at: NOW + DAY, tier: 'reduced' });
      expect(decide(terms, observations, after(NOW, DAY)).next).toBeNull();
      expect(decide(terms, observations, after(NOW, 10 * MINUTE)).notify).toBe('warning');
    });
  });
});
