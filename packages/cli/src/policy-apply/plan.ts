/** What applying policies comes to, each beside what is in force: nothing, a first version, or a version on its way. */
import type { PolicyDifference } from '@glidepath/core';
import type { Api } from '../api/client.ts';
import type { LiveCounts } from '../policy-compare/difference-view.ts';
import type { RolloutShown } from '../policy-rollout/rollout-view.ts';
import type { ReadPolicyFile } from './read-policies.ts';

export interface Seen {
  readonly difference: PolicyDifference;
  readonly digest: string;
  readonly live: LiveCounts;
}

export type Planned =
  /** It is in force. */
  | { readonly action: 'none'; readonly policy: ReadPolicyFile }
  /** The first of its name: in force at once. */
  | { readonly action: 'add'; readonly policy: ReadPolicyFile }
  | { readonly action: 'change'; readonly policy: ReadPolicyFile; readonly seen: Seen }
  /** It is on its way already, on somebody's word; applying it again takes no further step. */
  | { readonly action: 'on-its-way'; readonly policy: ReadPolicyFile; readonly rollout: RolloutShown }
  /** Another version of that name is on its way: what is in the files has to wait for it. */
  | { readonly action: 'blocked'; readonly policy: ReadPolicyFile; readonly rollout: RolloutShown };

interface Pointer {
  readonly name: string;
  readonly digest: string;
}

export async function planFor(api: Api, policies: readonly ReadPolicyFile[]): Promise<readonly Planned[]> {
  const [pointers, rollouts] = await Promise.all([
    api.list<Pointer>('/v1/policy-pointers'),
    api.list<RolloutShown>('/v1/policy-rollouts', {}, ROLLOUTS_READ),
  ]);
  const planned: Planned[] = [];
  for (const policy of policies) {
    const { name } = policy.policy;
    const pointer = pointers.find((one) => one.name === name);
    const rollout = rollouts.find((one) => one.name === name && (one.state === 'running' || one.state === 'held'));
    if (pointer === undefined) planned.push({ action: 'add', policy });
    else if (rollout !== undefined)
      planned.push({ action: rollout.candidate === policy.digest ? 'on-its-way' : 'blocked', policy, rollout });
    else if (pointer.digest === policy.digest) planned.push({ action: 'none', policy });
    else planned.push({ action: 'change', policy, seen: await api.post<Seen>('/v1/policy-differences', { name, source: policy.source }) });
  }
  return planned;
}

const ROLLOUTS_READ = 200;
