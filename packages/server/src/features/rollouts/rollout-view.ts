/** Rollouts and breakers as the API shows them. */
import type { PolicyBreaker, PolicyRollout, Store } from '@glidepath/core';
import { countedOf } from './rollout-changes.ts';

export async function rolloutView(store: Pick<Store, 'find'>, rollout: PolicyRollout) {
  const { revision: _revision, ...shown } = rollout;
  const { counts } = await countedOf(store, rollout);
  return { ...shown, counts };
}

/** Of a name that nobody has set anything for, too. */
export function breakerView(environment: string, name: string, breaker: PolicyBreaker | null) {
  if (breaker === null) return { environment, name, mode: 'closed', reason: '', setAt: null, setBy: null };
  const { mode, reason, setAt, setBy } = breaker;
  return { environment, name, mode, reason, setAt, setBy };
}
