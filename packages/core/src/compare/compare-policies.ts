/**
 * Compares what two versions of a policy do: every state that they decide differently, every promise and every term that is
 * not the same.
 *
 * Exhaustive: each cause is looked at between all breakpoints of both versions, and all combinations of causes where each
 * alone is the same (`combined-states.ts`). Written documents that differ and do the same have no difference. Whether a
 * lease's own tier (a full house, a bootstrap) gives something else is said where no path leads to that tier.
 */
import type { GivenAnswer } from '../decision/decide-given.ts';
import { planNamed } from '../policy/lookup.ts';
import type { Plan, Policy } from '../policy/policy.ts';
import { combinedDifferences } from './combined-states.ts';
import { differenceSentences } from './difference-sentences.ts';
import { guaranteeDifferences } from './guarantee-differences.ts';
import type { DifferenceKind, PolicyDifference, StateDifference, StateRange } from './policy-difference.ts';
import { rangeWords, situationWords } from './range-words.ts';
import { type RangedState, rangesOf, type Situation, untouched } from './ranges.ts';
import { type Changed, changed, decideSituation, givenOf, signatureOf } from './state-of.ts';
import { planDifferences, termDifferences } from './term-differences.ts';

/** How the two are called in what is said: their digests, where they have any. Default: their names. */
export interface ComparedNames {
  readonly before: string | null;
  readonly after: string;
}

/** `before` null: nothing was in force, and everything is new. */
export function comparePolicies(before: Policy | null, after: Policy, names?: ComparedNames): PolicyDifference {
  const called = names ?? { before: before?.name ?? null, after: after.name };
  if (before === null) {
    const plansAdded = after.plans.map(({ name }) => name);
    const none = { states: [], guarantees: [], terms: [], plansRemoved: [], plansAdded };
    return { ...called, ...none, sentences: differenceSentences(none) };
  }
  const { removed, added } = planDifferences(before, after);
  const plans = before.plans.filter(({ name }) => planNamed(after, name) !== null);
  const compared = {
    states: plans.flatMap((plan) => planStates(before, after, plan)).sort((a, b) => RANK.indexOf(a.kind) - RANK.indexOf(b.kind)),
    guarantees: guaranteeDifferences(before, after),
    terms: termDifferences(before, after),
    plansRemoved: removed,
    plansAdded: added,
  };
  return { ...called, ...compared, sentences: differenceSentences(compared) };
}

/** Whether promoting the one after the other changes anything for anybody. */
export function isSamePolicy({ states, guarantees, terms, plansRemoved, plansAdded }: PolicyDifference): boolean {
  return [states, guarantees, terms, plansRemoved, plansAdded].every(({ length }) => length === 0);
}

const RANK: readonly DifferenceKind[] = ['loss', 'change', 'gain'];

type Scope = StateDifference['scope'];

interface RangedChange {
  readonly range: StateRange;
  readonly situation: Situation;
  readonly change: Changed | null;
}

function planStates(before: Policy, after: Policy, plan: Plan): readonly StateDifference[] {
  const policies = [before, after];
  const still = untouched(policies);
  const compare = (situation: Situation) =>
    changed(decideSituation(before, plan.name, situation), decideSituation(after, plan.name, situation));
  const differing = (change: Changed, situation: Situation, scope: Scope, range: StateRange | null, when: string): StateDifference => {
    return { ...change, plan: plan.name, scope, range, when, given: givenOf(plan.name, situation, still) };
  };
  const everywhere = compare(still);
  const causes = rangesOf(policies, plan.name).map((states) => states.map((state) => ({ ...state, change: compare(state.situation) })));
  const single = causes.flatMap((states) => grouped(states).filter((state) => !isSame(state.change, everywhere)));
  const alike = causes.map((states) => states.filter(({ change }) => change === null).map(({ situation }) => situation));
  const combined = everywhere === null ? combinedDifferences(before, after, plan.name, still, alike) : [];
  const found: StateDifference[] = [
    ...(everywhere === null ? [] : [differing(everywhere, still, 'everywhere', null, 'as long as nothing has happened')]),
    ...single.flatMap(({ change, situation, range }) =>
      change === null ? [] : [differing(change, situation, 'range', range, rangeWords(range, policies))],
    ),
    ...combined.flatMap((situation) => {
      const change = compare(situation);
      return change === null ? [] : [differing(change, situation, 'combined', null, situationWords(situation, still))];
    }),
  ];
  return [...found, ...leaseTiers(before, after, plan, found)];
}

function isSame(one: Changed | null, other: Changed | null): boolean {
  return (one === null ? null : signatureOf(one)) === (other === null ? null : signatureOf(other));
}

/** Neighbouring ranges of one difference as one. A seat's ranges lie in two directions: how many, and since when overage. */
function grouped(states: readonly (RangedState & { readonly change: Changed | null })[]): readonly RangedChange[] {
  return joinedAcross(joinedAlong(states));
}

function joinedAlong(states: readonly RangedChange[]): readonly RangedChange[] {
  const joined: RangedChange[] = [];
  for (const state of states) {
    const last = joined.at(-1);
    const isNext = last !== undefined && last.range.until === state.range.from && last.range.overage?.from === state.range.overage?.from;
    if (last === undefined || !isNext || !isSame(last.change, state.change)) joined.push(state);
    else joined[joined.length - 1] = { ...last, range: { ...last.range, until: state.range.until } };
  }
  return joined;
}

function joinedAcross(states: readonly RangedChange[]): readonly RangedChange[] {
  const joined: RangedChange[] = [];
  for (const state of states) {
    const { overage } = state.range;
    const at = joined.findIndex(
      ({ range, change }) =>
        overage !== null &&
        range.overage?.until === overage.from &&
        range.from === state.range.from &&
        range.until === state.range.until &&
        isSame(change, state.change),
    );
    const there = joined[at];
    if (there?.range.overage && overage) {
      joined[at] = { ...there, range: { ...there.range, overage: { from: there.range.overage.from, until: overage.until } } };
    } else joined.push(state);
  }
  return joined.map((state) => {
    const { overage } = state.range;
    const isAlways = overage !== null && overage.from === 0 && overage.until === null;
    return isAlways ? { ...state, range: { ...state.range, overage: null } } : state;
  });
}

/** Tiers that a lease may have of itself and no state above has shown: of a full house, of a bootstrap, on the way there. */
function leaseTiers(before: Policy, after: Policy, plan: Plan, found: readonly StateDifference[]): readonly StateDifference[] {
  const given = [plan.seats?.whenFull.kind === 'tier' ? plan.seats.whenFull.tier : plan.tier, plan.bootstrap?.tier ?? plan.tier];
  const lowest = Math.max(plan.tier, ...given);
  return before.tiers.slice(plan.tier, lowest + 1).flatMap((tier) => {
    const next = after.tiers.find(({ name }) => name === tier.name);
    if (next === undefined || found.some((state) => state.tier.before === tier.name && state.tier.after === tier.name)) return [];
    const change = changed(tierAnswer(before, tier), tierAnswer(after, next));
    const when = `for a lease of tier ${tier.name}`;
    return change === null ? [] : [{ ...change, plan: plan.name, scope: 'lease', range: null, when, given: { plan: plan.name } }];
  });
}

function tierAnswer({ features }: Policy, tier: Policy['tiers'][number]): GivenAnswer {
  return {
    code: 'ok',
    tier: tier.name,
    features: Object.fromEntries(features.map(({ name }) => [name, tier.features.includes(name) ? 'allow' : 'deny'])),
    limits: tier.limits,
    seat: null,
    cause: 'none',
    notify: 'none',
    next: null,
  };
}
