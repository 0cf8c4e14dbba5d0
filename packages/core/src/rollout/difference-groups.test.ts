import { describe, expect, it } from 'vitest';
import { decideGiven } from '../decision/decide-given.ts';
import { parseGiven } from '../decision/given.ts';
import { BUILD_SERVER, STARTS_AT, TEAM } from '../decision/test-policy.ts';
import type { Policy } from '../policy/policy.ts';
import { after, DAY, HOUR, YEAR } from '../time.ts';
import { createComparison } from './compare-observed.ts';
import { createDifferenceTally, type DifferenceTally, GROUPS_MAX, mergeGroups } from './difference-groups.ts';
import type { ObservedDecision } from './observed-decision.ts';
import { createReplayer } from './replay.ts';

const NOW = after(STARTS_AT, 30 * DAY);
const QUIET: ObservedDecision = {
  ...{ license: 'lic_1', at: NOW, policy: 'sha256:0', plan: 'team', startsAt: STARTS_AT, expiresAt: after(STARTS_AT, YEAR) },
  ...{ lastSignedWordAt: NOW, suspendedAt: null, revokedAt: null, usage: [], lowered: [] },
  seats: { used: 30, limit: 50, isAgreed: false, overageOpenedAt: null },
  ...{ asked: 'check', tier: 'full', isDenied: false },
};

/** Its holders lose a tier a week after the end, not two. */
const hasty: Policy = {
  ...BUILD_SERVER,
  glidePath: { ...BUILD_SERVER.glidePath, timed: { ...BUILD_SERVER.glidePath.timed, expiry: [{ at: 7 * DAY, tier: 1 }] } },
};

function tallied(tally: DifferenceTally, seen: readonly Partial<ObservedDecision>[], candidate: Policy = hasty): DifferenceTally {
  const comparison = createComparison(createReplayer(BUILD_SERVER), createReplayer(candidate));
  for (const differing of seen) {
    const observed = { ...QUIET, ...differing };
    tally.add(observed, comparison.compare(observed, 'before'));
  }
  return tally;
}

const lapsed = (license: string, days: number, at = NOW): Partial<ObservedDecision> => ({ license, at, expiresAt: after(at, -days * DAY) });

describe('differences over many decisions', () => {
  it('are counted, and those alike are one group with the licenses that they concern', () => {
    const tally = tallied(createDifferenceTally(), [
      {},
      lapsed('lic_1', 8),
      lapsed('lic_1', 9, after(NOW, HOUR)),
      lapsed('lic_2', 10),
      lapsed('lic_3', 40),
      { plan: 'gone' },
    ]);
    expect(tally.counts).toEqual({ decisions: 6, losses: 3, gains: 1, changes: 0, denials: 0, withoutPlan: 1, ungrouped: 0 });
    expect(tally.groups()).toMatchObject([
      {
        ...{ kind: 'loss', plan: 'team', cause: 'expiry', decisions: 3, licenses: ['lic_1', 'lic_2'], isMoreLicenses: false },
        ...{ tier: { before: 'full', after: 'reduced', featuresLost: ['parallel'] }, firstAt: NOW, lastAt: NOW + HOUR },
        examples: [{ license: 'lic_1', asked: 'check', given: { plan: 'team', expiresIn: '-8d', seatsUsed: 30 } }, { license: 'lic_2' }],
      },
      { kind: 'gain', cause: 'expiry', decisions: 1, tier: { before: 'essential', after: 'reduced' } },
    ]);
  });

  it('have examples that decide anew as they did', () => {
    const [group] = tallied(createDifferenceTally(), [lapsed('lic_1', 8)]).groups();
    const given = parseGiven(hasty, group?.examples[0]?.given ?? {});
    if (!given.ok) throw new Error(given.message);
    expect(decideGiven(hasty, given.value).tier).toBe(group?.tier.after);
  });

  it('say which limits a licensee has beside the plan', () => {
    const seats = { used: 7, limit: 9, isAgreed: true, overageOpenedAt: null };
    expect(tallied(createDifferenceTally(), [{ ...lapsed('lic_1', 8), seats }]).groups()[0]?.examples[0]?.agreed).toEqual({ seats: 9 });
  });

  it('remember so many licenses, and that there were more', () => {
    const [group] = tallied(createDifferenceTally(2), [lapsed('lic_1', 8), lapsed('lic_2', 8), lapsed('lic_3', 8)]).groups();
    expect(group).toMatchObject({ decisions: 3, licenses: ['lic_1', 'lic_2'], isMoreLicenses: true });
  });

  it('past so many groups are counted and not shown', () => {
    const plans = Array.from({ length: GROUPS_MAX + 1 }, (_, at) => ({ ...TEAM, name: `plan-${at}` }));
    const comparison = createComparison(createReplayer({ ...BUILD_SERVER, plans }), createReplayer({ ...hasty, plans }));
    const tally = createDifferenceTally();
    for (const { name } of plans) {
      const observed = { ...QUIET, ...lapsed('lic_1', 8), plan: name };
      tally.add(observed, comparison.compare(observed, 'before'));
    }
    expect(tally.groups()).toHaveLength(GROUPS_MAX);
    expect(tally.counts).toMatchObject({ losses: GROUPS_MAX + 1, ungrouped: 1 });
  });

  it('of several nodes are one list', () => {
    const a = tallied(createDifferenceTally(), [lapsed('lic_1', 8), lapsed('lic_2', 9)]).groups();
    const b = tallied(createDifferenceTally(), [lapsed('lic_2', 8, after(NOW, DAY))]).groups();
    expect(mergeGroups([...a, ...b])).toMatchObject([{ decisions: 3, licenses: ['lic_1', 'lic_2'], firstAt: NOW, lastAt: NOW + DAY }]);
  });
});
