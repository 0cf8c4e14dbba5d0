/** What alerts about changes are made from: rollouts that the system took back. */
import { after, type ChangeAlertFacts, DAY, type PolicyRollout, type RolloutEvidence, type Store } from '@glidepath/core';
import type { JobContext } from '../../command.ts';

/** How long a roll-back that is not tried again is news. */
const NEWS_MS = DAY;
const READ_MAX = 100;

export async function changeFacts({ store, now }: Pick<JobContext, 'store' | 'now'>): Promise<ChangeAlertFacts> {
  return { rolledBack: await rolledBack(store, after(now, -NEWS_MS)), tampered: [], unsealed: null, approvals: [] };
}

async function rolledBack(store: Store, from: number): Promise<ChangeAlertFacts['rolledBack']> {
  const options = { limit: READ_MAX, newestFirst: true };
  const [held, ended] = await Promise.all([
    store.find('policyRollout', { state: 'held' }, options),
    store.find('policyRollout', { state: 'rolled-back' }, options),
  ]);
  const given = [...held, ...ended.filter(({ endedAt, retryAt, trips }) => trips > 0 && retryAt === null && (endedAt ?? 0) >= from)];
  return given.map((rollout) => factsOf(rollout));
}

function factsOf({ id, name, candidate, baseline, endedAt, stagedAt, evidence, trips, retryAt }: PolicyRollout) {
  const { sentence = '' } = (evidence ?? {}) as Partial<RolloutEvidence>;
  return { rollout: id, name, candidate, baseline, at: endedAt ?? stagedAt, sentence, trips, retryAt };
}
