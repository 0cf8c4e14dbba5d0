/** Keeps what a node has counted of a rollout's stage in a row of its own, written over as it grows. */
import type { DifferenceTally, Instant, PolicyRollout, RolloutDifference, Store, Write } from '@glidepath/core';

export interface Counted {
  readonly rollout: PolicyRollout;
  readonly tally: DifferenceTally;
  readonly since: Instant;
  readonly row: string;
  readonly undecided: number;
}

/** A row that has gone with its rollout is not made again. */
export async function writeDifferences(store: Pick<Store, 'get' | 'commit'>, counted: Counted, now: Instant): Promise<void> {
  const held = await store.get('rolloutDifference', counted.row);
  await store.commit({ writes: [held === null ? insertion(counted, now) : renewal(counted, held, now)], audit: [], events: [] });
}

function insertion({ row, rollout, since, ...counted }: Counted, now: Instant): Write {
  return {
    op: 'insert',
    table: 'rolloutDifference',
    row: { id: row, rollout: rollout.id, stage: rollout.stage, since, ...found({ row, rollout, since, ...counted }, now), revision: 0 },
  };
}

function renewal(counted: Counted, { id, revision }: RolloutDifference, now: Instant): Write {
  return { op: 'update', table: 'rolloutDifference', id, revision, set: found(counted, now) };
}

function found({ tally, undecided }: Counted, until: Instant) {
  return { counts: { ...tally.counts }, groups: tally.groups(), undecided, until };
}
