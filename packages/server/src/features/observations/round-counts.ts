/**
 * What this node has counted of each rollout's rounds, in rows of its own that grow, for the breaker: it reads those of all
 * nodes. A round is one step of a rollout; what another step has counted proves nothing about this one.
 *
 * In shadow the decisions of all licenses that follow count, as the candidate would have made them; afterwards those that
 * the candidate has made.
 */
import {
  type Compared,
  type DifferenceExample,
  exampleOf,
  type Instant,
  NO_COUNTS,
  type ObservedDecision,
  type ObservedKind,
  type PolicyRollout,
  type RolloutCounts,
  type Write,
} from '@glidepath/core';
import { newId } from '@glidepath/protocol';
import type { World } from '../../world.ts';

/** Of a loss or denial. */
export interface CountedExample extends DifferenceExample {
  readonly kind: ObservedKind;
  readonly tier: { readonly before: string; readonly after: string };
}

export interface RoundCounts {
  add(rollout: PolicyRollout, observed: ObservedDecision, compared: Compared | null): void;
  /** Writes down what has grown since it was last written. */
  flush(now: Instant): Promise<void>;
}

const EXAMPLES_COUNTED = 5;
/** Rounds that nobody counts any more are forgotten when there are as many. */
const ROUNDS_KEPT = 100;

interface Round {
  readonly rollout: string;
  readonly round: number;
  counts: RolloutCounts;
  readonly examples: CountedExample[];
  written: number;
}

export function createRoundCounts({ store, clock, entropy }: Pick<World, 'store' | 'clock' | 'entropy'>): RoundCounts {
  const rounds = new Map<string, Round>();
  /** Of this start of this node. */
  let node: string | null = null;

  function roundOf({ id, steps }: PolicyRollout): Round {
    const key = `${id}/${steps.length}`;
    const known = rounds.get(key);
    if (known !== undefined) return known;
    const fresh: Round = { rollout: id, round: steps.length, counts: NO_COUNTS, examples: [], written: 0 };
    rounds.set(key, fresh);
    return fresh;
  }

  async function write(round: Round, now: Instant): Promise<void> {
    node ??= newId('obs', clock.now(), entropy);
    const id = `${round.rollout}/${round.round}/${node}`;
    const held = await store.get('rolloutCount', id);
    const set = { ...round.counts, examples: [...round.examples], countedAt: now };
    const change: Write =
      held === null
        ? { op: 'insert', table: 'rolloutCount', row: { id, rollout: round.rollout, round: round.round, node, ...set, revision: 0 } }
        : { op: 'update', table: 'rolloutCount', id, revision: held.revision, set };
    const result = await store.commit({ writes: [change], audit: [], events: [] });
    if (result.ok) round.written = set.decisions;
  }

  return {
    add(rollout, observed, compared) {
      const round = roundOf(rollout);
      round.counts = countedWith(round.counts, compared);
      const change = compared?.change ?? null;
      if ((change?.kind !== 'loss' && change?.kind !== 'denial') || round.examples.length >= EXAMPLES_COUNTED) return;
      round.examples.push({ ...exampleOf(observed), kind: change.kind, tier: { before: change.tier.before, after: change.tier.after } });
    },
    async flush(now) {
      for (const [key, round] of rounds) {
        if (round.written < round.counts.decisions) await write(round, now);
        else if (rounds.size > ROUNDS_KEPT) rounds.delete(key);
      }
    },
  };
}

function countedWith(counts: RolloutCounts, compared: Compared | null): RolloutCounts {
  const kind = compared?.change?.kind;
  const one = (is: boolean | undefined) => (is === true ? 1 : 0);
  return {
    decisions: counts.decisions + 1,
    losses: counts.losses + one(kind === 'loss'),
    gains: counts.gains + one(kind === 'gain'),
    denials: counts.denials + one(compared?.isDeniedAfter),
    baselineDenials: counts.baselineDenials + one(compared?.isDeniedBefore),
    degraded: counts.degraded + one(compared?.isDegradedAfter),
    baselineDegraded: counts.baselineDegraded + one(compared?.isDegradedBefore),
  };
}
