/**
 * Decides the candidate of every running rollout beside the version in force, on the decisions that were really made, and
 * keeps only where they differ.
 *
 * A decision counts for a rollout when the rollout's baseline or its candidate has made it: licenses that are pinned, or
 * still go by another version, tell nothing of either. What the two come to is compared on the same facts.
 */
import {
  type Comparison,
  createComparison,
  createDifferenceTally,
  createReplayer,
  type DifferenceTally,
  type Instant,
  type LicenseFacts,
  type ObservedDecision,
  type PolicyRollout,
} from '@glidepath/core';
import { newId } from '@glidepath/protocol';
import type { World } from '../../world.ts';
import type { PolicyShelf } from '../policies/policy-shelf.ts';
import { createRoundCounts } from './round-counts.ts';
import { writeDifferences } from './write-differences.ts';

export interface Shadow {
  /** The rollouts that run now. */
  follow(rollouts: readonly PolicyRollout[]): Promise<void>;
  decide(facts: LicenseFacts, observed: ObservedDecision): void;
  /** Counts a decision that there was no time for. */
  miss(facts: LicenseFacts): void;
  /** Writes down what has grown since it was last written. */
  flush(now: Instant): Promise<void>;
}

interface Followed {
  readonly rollout: PolicyRollout;
  readonly comparison: Comparison;
  readonly tally: DifferenceTally;
  readonly since: Instant;
  /** Id of the row in which this node keeps what it found in this stage. */
  readonly row: string;
  undecided: number;
  /** How many decisions the row knows of. */
  written: number;
}

export function createShadow(world: World, shelf: PolicyShelf): Shadow {
  let followed = new Map<string, Followed>();
  const rounds = createRoundCounts(world);

  async function begin(rollout: PolicyRollout): Promise<Followed | null> {
    const [baseline, candidate] = await Promise.all([shelf.take(rollout.baseline), shelf.take(rollout.candidate)]);
    if (baseline === null || candidate === null) return null;
    const now = world.clock.now();
    return {
      rollout,
      comparison: createComparison(createReplayer(baseline.policy), createReplayer(candidate.policy)),
      ...{ tally: createDifferenceTally(), since: now, row: newId('obs', now, world.entropy), undecided: 0, written: 0 },
    };
  }

  return {
    async follow(rollouts) {
      const next = new Map<string, Followed>();
      for (const rollout of rollouts) {
        const known = followed.get(stageKey(rollout));
        const entry = known === undefined ? await begin(rollout) : { ...known, rollout };
        if (entry !== null) next.set(stageKey(rollout), entry);
      }
      followed = next;
    },
    decide(facts, observed) {
      for (const { rollout, comparison, tally } of followed.values()) {
        if (!isOf(rollout, facts)) continue;
        const isCandidate = facts.digest === rollout.candidate;
        const compared = comparison.compare(withoutDwell(observed, rollout), isCandidate ? 'after' : 'before');
        tally.add(observed, compared);
        if (rollout.stage !== 'shadow' && !isCandidate) continue;
        rounds.add(rollout, observed, compared);
      }
    },
    miss(facts) {
      for (const entry of followed.values()) if (isOf(entry.rollout, facts)) entry.undecided++;
    },
    async flush(now) {
      for (const entry of followed.values()) {
        const known = entry.tally.counts.decisions + entry.undecided;
        if (known === entry.written) continue;
        await writeDifferences(world.store, entry, now);
        entry.written = known;
      }
      await rounds.flush(now);
    },
  };
}

function isOf({ environment, name, baseline, candidate }: PolicyRollout, { license, digest }: LicenseFacts): boolean {
  const isFollowing = license.policyMode === 'follow' && license.policyName === name && license.environment === environment;
  return isFollowing && (digest === baseline || digest === candidate);
}

/**
 * A license that has just come to the candidate comes down to it a tier a day, and would show nothing of what it loses until
 * tomorrow. It is compared as if it were there already.
 */
function withoutDwell(observed: ObservedDecision, { startedAt }: PolicyRollout): ObservedDecision {
  if (observed.lowered.length === 0) return observed;
  return { ...observed, lowered: observed.lowered.filter(({ effectiveAt }) => effectiveAt < startedAt) };
}

/** What another stage finds stands by itself: it decides for other licenses. */
const stageKey = ({ id, stage }: PolicyRollout): string => `${id}/${stage}`;
