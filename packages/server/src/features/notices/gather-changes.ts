/** What alerts about changes are made from: what the system took back, what was changed in the database, what is not sealed. */
import { after, type ChangeAlertFacts, DAY, type Instant, type PolicyRollout, type RolloutEvidence, type Store } from '@glidepath/core';
import type { JobContext } from '../../command.ts';
import type { World } from '../../world.ts';
import { everyRecord } from '../lists.ts';
import { openStored } from '../policies/stored-policy.ts';
import { unsealedSince } from '../transparency/log-export.ts';

/** How long a roll-back that is not tried again is news. */
const NEWS_MS = DAY;
const READ_MAX = 100;

export async function changeFacts({ store, now, world }: Pick<JobContext, 'store' | 'now' | 'world'>): Promise<ChangeAlertFacts> {
  return {
    rolledBack: await rolledBack(store, after(now, -NEWS_MS)),
    tampered: await tamperedPolicies(store, world.crypto, now),
    unsealed: await unsealedFacts(store),
    approvals: await waitingApprovals(store, now),
  };
}

/** Of all versions that a name points at, came from, or is on its way to. */
async function tamperedPolicies(store: Store, crypto: World['crypto'], now: Instant): Promise<ChangeAlertFacts['tampered']> {
  const used = new Map<string, string>();
  for await (const { name, digest, previous, candidate } of everyRecord(store, 'policyPointer', {}))
    for (const one of [digest, previous, candidate]) if (one !== null) used.set(one, name);
  const found: ChangeAlertFacts['tampered'][number][] = [];
  for (const [digest, name] of used) {
    const [version] = await store.find('policyVersion', { digest }, { limit: 1 });
    const tampered = version === undefined ? '' : openStored(version, crypto).tampered;
    if (tampered !== null) found.push({ digest, name, found: tampered === '' ? null : tampered, since: now });
  }
  return found;
}

async function waitingApprovals(store: Store, now: Instant): Promise<ChangeAlertFacts['approvals']> {
  const waiting = await store.find('approval', { state: 'waiting' }, { limit: READ_MAX, newestFirst: true });
  return waiting
    .filter(({ expiresAt }) => expiresAt > now)
    .map(({ id, summary, askedAt, expiresAt }) => ({ approval: id, summary, askedAt, expiresAt }));
}

async function unsealedFacts(store: Store): Promise<ChangeAlertFacts['unsealed']> {
  const since = await unsealedSince(store);
  return since === null ? null : { since };
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
