import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decide } from '../decision/decide.ts';
import { explain } from '../decision/explain.ts';
import { seatFor } from '../decision/seat-for.ts';
import { BUILD_SERVER, ESSENTIAL, FULL, REDUCED, STARTS_AT, TEAM } from '../decision/test-policy.ts';
import { planNamed } from '../policy/lookup.ts';
import type { Plan, Policy } from '../policy/policy.ts';
import { after, DAY, HOUR, YEAR } from '../time.ts';
import type { ObservedDecision } from './observed-decision.ts';
import { observedSituation } from './observed-situation.ts';
import { createReplayer } from './replay.ts';
import { arbitraryObserved, arbitraryPolicy } from './test-observed.ts';

const NOW = after(STARTS_AT, 30 * DAY);

const QUIET: ObservedDecision = {
  ...{ license: 'lic_1', at: NOW, policy: 'sha256:0', plan: 'team', startsAt: STARTS_AT, expiresAt: after(STARTS_AT, YEAR) },
  ...{ lastSignedWordAt: NOW, suspendedAt: null, revokedAt: null, usage: [], lowered: [] },
  seats: { used: 3, limit: 50, isAgreed: false, overageOpenedAt: null },
  ...{ asked: 'check', tier: 'full', isDenied: false },
};

const replayed = (differing: Partial<ObservedDecision>, policy: Policy = BUILD_SERVER) =>
  createReplayer(policy).replay({ ...QUIET, ...differing });
const ofTeam = (differing: Partial<Plan>): Policy => ({ ...BUILD_SERVER, plans: [{ ...TEAM, ...differing }] });

describe('replay', () => {
  it('equals the plain decision, with the seat that the next holder gets', () => {
    fc.assert(
      fc.property(arbitraryPolicy, arbitraryObserved, (policy, observed) => {
        expect(createReplayer(policy).replay(observed)).toEqual(plainly(policy, observed));
      }),
      { numRuns: 20_000 },
    );
  });

  it.each<[string, Partial<ObservedDecision>, object]>([
    ['nothing begun', {}, { tier: FULL, cause: 'none', isDenied: false }],
    ['14 days after the end', { expiresAt: after(NOW, -14 * DAY) }, { tier: REDUCED, cause: 'expiry', isDenied: false }],
    ['30 days of silence', { lastSignedWordAt: after(NOW, -30 * DAY) }, { tier: ESSENTIAL, cause: 'unreachable', isDenied: false }],
    ['a day of suspension, asking for a seat', { suspendedAt: after(NOW, -DAY), asked: 'acquire' }, { tier: REDUCED, isDenied: true }],
    ['before the start', { startsAt: after(NOW, 1) }, { tier: null, cause: 'none' }],
    [
      'a quota passed two days ago',
      { usage: [{ meter: 'build-minutes', used: 120_000, limit: 100_000, isAgreed: false, asOf: after(NOW, -2 * DAY) }] },
      { tier: REDUCED, cause: 'quota' },
    ],
    [
      'the same with another agreement',
      { usage: [{ meter: 'build-minutes', used: 120_000, limit: 200_000, isAgreed: true, asOf: after(NOW, -2 * DAY) }] },
      { tier: FULL },
    ],
    ['the 56th holder', { asked: 'acquire', seats: { ...QUIET.seats, used: 55 } }, { tier: ESSENTIAL, cause: 'seats', isDenied: false }],
  ])('with %s', (_when, differing, expected) => {
    expect(replayed(differing)).toMatchObject(expected);
  });

  it('counts seats by the limit of the policy, unless another was agreed', () => {
    const ten = ofTeam({ seats: TEAM.seats === null ? null : { ...TEAM.seats, limit: 10, overage: null, whenFull: { kind: 'deny' } } });
    const twenty = { used: 20, limit: 50, overageOpenedAt: null };
    expect(replayed({ asked: 'acquire', seats: { ...twenty, isAgreed: false } }, ten)).toMatchObject({ isDenied: true });
    expect(replayed({ asked: 'acquire', seats: { ...twenty, isAgreed: true } }, ten)).toMatchObject({ isDenied: false });
    expect(replayed({ asked: 'renew', seats: { ...twenty, isAgreed: false } }, ten)).toMatchObject({ isDenied: false });
  });

  it('says nothing of a plan that the policy lacks', () => {
    expect(replayed({ plan: 'gone' })).toBeNull();
  });

  it('comes down one tier a day from what a holder had under other terms', () => {
    const lowered = [{ from: 'full', effectiveAt: after(NOW, -HOUR) }];
    expect(replayed({ lowered }, ofTeam({ tier: ESSENTIAL }))).toMatchObject({ tier: FULL });
    expect(replayed({}, ofTeam({ tier: ESSENTIAL }))).toMatchObject({ tier: ESSENTIAL, cause: 'none' });
  });
});

function plainly(policy: Policy, observed: ObservedDecision) {
  const plan = planNamed(policy, observed.plan);
  if (plan === null) return null;
  const { terms, observations } = observedSituation(policy, plan, observed);
  const { tier, cause } = decide(terms, observations, observed.at);
  return { tier, cause, isDenied: observed.asked === 'acquire' && isDenied(policy, plan, observed) };
}

function isDenied(policy: Policy, plan: Plan, observed: ObservedDecision): boolean {
  const { at, seats, startsAt } = observed;
  const { terms, observations } = observedSituation(policy, plan, observed);
  const causes = explain(terms, observations, at);
  if (at < startsAt || causes.some(({ cause, tier }) => (cause === 'suspended' || cause === 'revoked') && tier !== null)) return true;
  if (plan.seats === null) return false;
  const counted = seats.isAgreed && seats.limit !== null ? { ...plan.seats, limit: seats.limit } : plan.seats;
  const overageForMs = seats.overageOpenedAt === null ? null : at - seats.overageOpenedAt;
  return ['deny', 'queue'].includes(seatFor(counted, policy.tiers, { used: seats.used, overageForMs }));
}
