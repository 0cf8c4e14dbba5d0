/**
 * Looks through what several causes together come to, where each of them alone comes to the same under both policies.
 *
 * Together they give the lowest tier and the highest notice of all of them, so a difference can arise only where the two
 * policies rank the same tiers differently. All combinations are looked through: what they come to is one of few pairs of
 * tiers, and the first combination to reach a pair has the fewest causes.
 */
import { tierIndex } from '../policy/lookup.ts';
import type { Policy } from '../policy/policy.ts';
import type { Situation } from './ranges.ts';
import { decideSituation } from './state-of.ts';

interface Reached {
  readonly before: number;
  readonly after: number;
  readonly situation: Situation;
}

/** Situations that differ, one for each pair of tiers; `alike`: by cause, states that each policy decides alike. */
export function combinedDifferences(
  before: Policy,
  after: Policy,
  plan: string,
  still: Situation,
  alike: readonly (readonly Situation[])[],
): readonly Situation[] {
  const place = (situation: Situation): Reached => ({
    before: tierIndex(before, decideSituation(before, plan, situation).tier) ?? 0,
    after: tierIndex(after, decideSituation(after, plan, situation).tier) ?? 0,
    situation,
  });
  let reached = new Map([[keyOf(place(still)), place(still)]]);
  for (const cause of alike) {
    const grown = new Map(reached);
    for (const state of cause.map(place)) {
      for (const other of reached.values()) {
        const both: Reached = {
          before: Math.max(state.before, other.before),
          after: Math.max(state.after, other.after),
          situation: merged(other.situation, state.situation, still),
        };
        if (!grown.has(keyOf(both))) grown.set(keyOf(both), both);
      }
    }
    reached = grown;
  }
  const differing = [...reached.values()].filter((state) => before.tiers[state.before]?.name !== after.tiers[state.after]?.name);
  return differing.map(({ situation }) => situation);
}

function keyOf({ before, after }: Pick<Reached, 'before' | 'after'>): string {
  return `${before}/${after}`;
}

/** One cause more; each cause comes once, so nothing is said twice. */
function merged(one: Situation, other: Situation, still: Situation): Situation {
  return {
    ...one,
    expiresInMs: other.expiresInMs === still.expiresInMs ? one.expiresInMs : other.expiresInMs,
    elapsedMs: { ...one.elapsedMs, ...other.elapsedMs },
    seatsUsed: other.seatsUsed ?? one.seatsUsed,
    overageForMs: other.overageForMs ?? one.overageForMs,
    usage: [...one.usage, ...other.usage],
  };
}
