/** Keeps keys fresh without anybody: relieves signing keys, marks ended ones, publishes key sets, prepares a successor. */
import { type Environment, Fault, HOUR } from '@glidepath/core';
import type { Job, JobContext } from '../../command.ts';
import { changeKeys, NO_WISH, type Wish } from './key-change.ts';
import { environmentsOf } from './key-commands.ts';
import { planKeys } from './key-plan.ts';
import { latestSet, readKeyHouse } from './key-records.ts';
import { longestWordMs } from './longest-word.ts';

export const rotateKeys: Job = {
  name: 'rotate-keys',
  everyMs: HOUR,
  needsTrueTime: true,
  async run(context) {
    for (const environment of await environmentsOf(context.store)) await rotateIn(environment, context);
  },
};

async function rotateIn(environment: Environment, context: JobContext): Promise<void> {
  const { world, now, store, keyring } = context;
  const house = await readKeyHouse(store, environment);
  const longest = await longestWordMs(store, context.policy);
  const plan = planKeys({ keys: house.keys, latest: latestSet(house, world), longestWordMs: longest, now });
  // Restored since: clients may hold a set that was forgotten, in which the key that signs here is retired.
  const isRestored = house.latest !== null && house.latest.version < house.versionMin;
  const wish: Wish = {
    ...NO_WISH,
    newSigningKey: plan.needsSigningKey || isRestored,
    newKeySetKey: plan.needsSuccessor,
    statuses: plan.over.map((key) => ({ key, status: 'retired' })),
  };
  const changed = changeKeys(context, house, wish, { keyring, longestWordMs: longest });
  if (!changed.ok)
    throw new Fault(changed.reason, `The keys of "${environment.name}" cannot change: ${changed.detail}`, { retryable: true });
  if (changed.change === null) return;
  const result = await context.commit(environment.id, changed.change);
  keyring.forget(environment.id);
  // Another node did the same work: its keys are as good.
  if (!result.ok) world.log.debug('rotation-conflict', { environment: environment.name, reason: result.reason });
}
