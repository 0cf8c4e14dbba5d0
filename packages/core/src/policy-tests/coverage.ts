/**
 * Which rungs and tiers the tests of a policy reach.
 *
 * A test reaches a rung when that is how far its path has gone in the test's situation: a rung that was passed long ago is not
 * what the test is about. A tier is reached when it is what the test's situation comes to.
 */
import { decideGiven } from '../decision/decide-given.ts';
import { type Given, parseGiven } from '../decision/given.ts';
import { isShareReached } from '../decision/shares.ts';
import { formatDuration } from '../policy/durations.ts';
import type { Policy, Rung, ShareRung, TimedCause } from '../policy/policy.ts';
import { type GivenWords, type SuggestedTest, seatWords, testOf, timedWords, usageWords } from './given-words.ts';

export interface CoveredRung {
  /** Where it stands in the document. */
  readonly path: readonly (string | number)[];
  /** `expiry at 14d`. */
  readonly rung: string;
  /** Names of the tests that reach it. */
  readonly tests: readonly string[];
  /** Of a rung that no test reaches: one that would; null where no plan can come there. */
  readonly suggested: SuggestedTest | null;
}

export interface CoveredTier {
  readonly path: readonly (string | number)[];
  readonly tier: string;
  readonly tests: readonly string[];
}

export interface Coverage {
  readonly rungs: readonly CoveredRung[];
  readonly tiers: readonly CoveredTier[];
  /** Of rungs and tiers together, 0 to 1; of none 1. */
  readonly share: number;
}

interface Situation {
  readonly name: string;
  readonly given: Given;
}

/** Of all tests, also those that fail: what a test reaches is not what it expects. */
export function coverageOf(policy: Policy): Coverage {
  const situations = policy.tests.flatMap(({ name, given }): Situation[] => {
    const parsed = parseGiven(policy, given);
    return parsed.ok ? [{ name, given: parsed.value }] : [];
  });
  const rungs = [...timedRungs(policy, situations), ...quotaRungs(policy, situations), ...seatRungs(policy, situations)];
  const reached = situations.map(({ name, given }) => ({ name, tier: decideGiven(policy, given).tier }));
  const tiers = policy.tiers.map(({ name: tier }, at): CoveredTier => {
    return { path: ['spec', 'tiers', at], tier, tests: reached.filter((one) => one.tier === tier).map(({ name }) => name) };
  });
  const all = [...rungs, ...tiers];
  const covered = all.filter(({ tests }) => tests.length > 0).length;
  return { rungs, tiers, share: all.length === 0 ? 1 : covered / all.length };
}

function timedRungs(policy: Policy, situations: readonly Situation[]): readonly CoveredRung[] {
  return Object.entries(policy.glidePath.timed).flatMap(([cause, rungs = []]) =>
    rungs.map((rung, at) => {
      const tests = situations.filter(({ given }) => isLast(rungs, at, elapsedIn(given, cause as TimedCause)));
      return covered(policy, ['spec', 'glidePath', cause, at], `${cause} at ${formatDuration(rung.at)}`, tests, (plan) =>
        timedWords(plan, cause as TimedCause, rung.at),
      );
    }),
  );
}

function elapsedIn({ expiresInMs, elapsedMs }: Given, cause: TimedCause): number | null {
  return cause === 'expiry' ? -expiresInMs : (elapsedMs[cause] ?? null);
}

function isLast(rungs: readonly Rung[], at: number, elapsed: number | null): boolean {
  return elapsed !== null && rungs.findLastIndex((rung) => rung.at <= elapsed) === at;
}

function quotaRungs(policy: Policy, situations: readonly Situation[]): readonly CoveredRung[] {
  return Object.entries(policy.glidePath.quota).flatMap(([meter, rungs]) =>
    rungs.map((rung, at) => {
      const tests = situations.filter(({ given }) => {
        const use = given.usage.find((one) => one.meter === meter);
        return use !== undefined && lastShare(rungs, use.used, use.limit) === at;
      });
      return covered(policy, ['spec', 'glidePath', 'quota', meter, at], `quota ${meter} at ${rung.percent}%`, tests, (plan) =>
        usageWords(plan, meter, rung.percent),
      );
    }),
  );
}

function seatRungs(policy: Policy, situations: readonly Situation[]): readonly CoveredRung[] {
  const { seats } = policy.glidePath;
  return seats.map((rung, at) => {
    const tests = situations.filter(({ given: { plan, seatsUsed } }) => {
      return plan.seats !== null && seatsUsed !== null && lastShare(seats, seatsUsed, plan.seats.limit) === at;
    });
    return covered(policy, ['spec', 'glidePath', 'seats', at], `seats at ${rung.percent}%`, tests, (plan) => seatWords(plan, rung.percent));
  });
}

function lastShare(rungs: readonly ShareRung[], used: number, limit: number): number {
  return rungs.findLastIndex(({ percent }) => isShareReached(used, percent, limit));
}

function covered(
  policy: Policy,
  path: CoveredRung['path'],
  rung: string,
  tests: readonly Situation[],
  wordsFor: (plan: Policy['plans'][number]) => GivenWords | null,
): CoveredRung {
  const names = tests.map(({ name }) => name);
  const words = names.length > 0 ? null : (policy.plans.map(wordsFor).find((found) => found !== null) ?? null);
  return { path, rung, tests: names, suggested: words === null ? null : testOf(policy, rung, words) };
}
