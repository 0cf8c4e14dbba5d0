/** What a tier, or a move from one tier to another, breaks: worked out once for each tier, looked up for every state. */
import type { Cause, Guarantee, Policy, Tier } from '../policy/policy.ts';
import { shown } from '../policy/reading.ts';
import type { DrillExpectation } from './findings.ts';
import type { ProofRule } from './proof.ts';
import type { Path } from './situation.ts';

export interface TierFault {
  readonly rule: ProofRule;
  readonly guarantee: number | null;
  /** Where it is said in the document; null: at the rung through which the state is come to. */
  readonly path: Path | null;
  readonly message: string;
  /** Causes that excuse it once they have begun. */
  readonly unless: readonly Cause[];
  readonly expected: DrillExpectation;
}

type Always = Extract<Guarantee, { kind: 'always' }>;

/** What is wrong with a license being on a tier, whatever brought it there. */
export function faultsOfTier(policy: Policy, position: number): readonly TierFault[] {
  const tier = policy.tiers[position];
  if (tier === undefined) return [];
  const lost = policy.features.filter(({ name, essential }) => essential && !tier.features.includes(name)).map(({ name }) => name);
  const [first] = lost;
  const essential: readonly TierFault[] =
    first === undefined
      ? []
      : [
          {
            rule: 'essential-lost',
            guarantee: null,
            path: null,
            message: `tier ${tier.name} lacks ${listed(lost)}, which ${lost.length === 1 ? 'is' : 'are'} essential`,
            unless: ['suspended', 'revoked'],
            expected: { kind: 'always', feature: first },
          },
        ];
  return [...essential, ...policy.guarantees.flatMap((guarantee, index) => alwaysBroken(guarantee, index, tier))];
}

function alwaysBroken(guarantee: Guarantee, index: number, tier: Tier): readonly TierFault[] {
  if (guarantee.kind !== 'always' || tier.features.includes(guarantee.feature)) return [];
  return [
    {
      rule: 'always-broken',
      guarantee: index,
      path: ['spec', 'guarantees', index],
      message: `${guarantee.feature} is not in tier ${tier.name}${unlessWords(guarantee)}`,
      unless: guarantee.unless,
      expected: { kind: 'always', feature: guarantee.feature },
    },
  ];
}

function unlessWords({ unless }: Always): string {
  return unless.length === 0 ? '' : `, and nothing that excuses it has begun (${unless.join(', ')})`;
}

/** What is wrong with a license moving from one tier to another in one step. */
export function faultsOfMove(policy: Policy, from: number, to: number): readonly TierFault[] {
  const before = policy.tiers[from];
  const after = policy.tiers[to];
  if (before === undefined || after === undefined || from === to) return [];
  if (to < from)
    return [atRung('not-monotone', `tier ${after.name} is given back after ${before.name}, and nothing has got better`, before)];
  return [...cliffs(policy, from, to), ...gains(policy, before, after, to)];
}

function* cliffs({ tiers, guarantees }: Policy, from: number, to: number): Iterable<TierFault> {
  const next = tiers[from + 1];
  const steps = to - from;
  if (steps < 2 || next === undefined) return;
  const message = `one step goes from tier ${tiers[from]?.name} to ${tiers[to]?.name}, ${steps} tiers`;
  yield atRung('cliff', message, next);
  for (const [index, guarantee] of guarantees.entries())
    if (guarantee.kind === 'noCliff' && steps > guarantee.tiers)
      yield { ...atRung('no-cliff-broken', message, next), guarantee: index, path: ['spec', 'guarantees', index] };
}

/** A worse tier that has something that the better one lacks: whoever loses would gain. */
function* gains({ tiers }: Policy, before: Tier, after: Tier, to: number): Iterable<TierFault> {
  const gained = after.features.filter((name) => !before.features.includes(name));
  if (gained.length > 0)
    yield {
      ...atRung('not-monotone', `tier ${after.name} has ${listed(gained)}, which the better tier ${before.name} lacks`, before),
      path: ['spec', 'tiers', to, 'features'],
    };
  for (const [name, limit] of Object.entries(before.limits)) {
    const lower = Object.hasOwn(after.limits, name) ? after.limits[name] : undefined;
    if (lower !== undefined && lower <= limit) continue;
    const found = lower === undefined ? `does not say its ${shown(name)}` : `has ${lower} ${shown(name)}`;
    yield {
      ...atRung('above-limit', `tier ${after.name} ${found}, and the better tier ${before.name} has ${limit}`, before),
      path: ['spec', 'tiers', tiers.indexOf(after), 'limits', name],
    };
  }
}

function atRung(rule: ProofRule, message: string, expected: Tier): TierFault {
  return { rule, guarantee: null, path: null, message, unless: [], expected: { kind: 'tier', tier: expected.name } };
}

export function listed(names: readonly string[]): string {
  const [last, ...others] = [...names].reverse();
  return others.length === 0 ? (last ?? '') : `${others.reverse().join(', ')} and ${last}`;
}
