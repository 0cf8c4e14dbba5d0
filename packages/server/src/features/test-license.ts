/** A small policy and what it takes to have a license under it, for tests of this package. Not shipped. */
import { SETTINGS_DEFAULT, type Settings, type Store } from '@glidepath/core';
import type { TestServer } from '../test-world.ts';

/** Two plans, two tiers; `change` edits the text before it is published. */
export function policySource(change: (text: string) => string = (text) => text): string {
  return change(`apiVersion: glidepath.dev/v1
kind: Policy
metadata: { name: acme-build, title: Acme Build Server }
spec:
  features:
    build: { title: Run builds, essential: true }
    cache: { title: Remote cache }
  meters:
    build-minutes: { unit: min, aggregate: sum, window: month, timeZone: UTC, anchor: calendar }
  tiers:
    - { name: full, features: [build, cache], limits: { jobs: 64 } }
    - { name: reduced, features: [build], limits: { jobs: 4 } }
  plans:
    team:
      tier: full
      term: 1y
      seats: { limit: 5, kind: floating, whenFull: deny }
      quotas: { build-minutes: { limit: 1000 } }
      lease: { ttl: 1h, renewAt: 50% }
    solo:
      tier: reduced
      term: 90d
      lease: { ttl: 1h, renewAt: 50% }
  glidePath:
    expiry: [ { at: -30d, notify: warning }, { at: 14d, tier: reduced, notify: critical } ]
    unreachable: [ { at: 1h, notify: warning }, { at: 14d, tier: reduced, notify: critical } ]
    suspended: [ { at: 0h, notify: critical }, { at: 24h, tier: reduced } ]
    revoked: [ { at: 0h, notify: critical }, { at: 24h, tier: reduced } ]
`);
}

export interface TestLicense {
  readonly id: string;
  readonly key: string;
}

/** Publishes the policy and issues a license of the plan `team`. */
export async function issueTestLicense({ call }: Pick<TestServer, 'call'>, more: Record<string, unknown> = {}): Promise<TestLicense> {
  await call('POST', '/v1/policies', policySource());
  const { status, body } = await call('POST', '/v1/licenses', {
    product: 'acme',
    customer: 'Initech',
    policy: 'acme-build',
    plan: 'team',
    create: true,
    ...more,
  });
  if (status !== 201) throw new Error(`no license: ${JSON.stringify(body)}`);
  return { id: (body.license as { id: string }).id, key: body.key as string };
}

/** Settings of the environment `production`, which nobody has set before. `direct`: what is published is in force at once. */
export async function setSettings({ world }: { readonly world: { readonly store: Store } }, settings: Partial<Settings>): Promise<void> {
  const [environment] = await world.store.find('environment', { name: 'production' }, { limit: 1 });
  if (environment === undefined) throw new Error('no environment');
  const row = { id: environment.id, ...SETTINGS_DEFAULT, ...settings, revision: 0 };
  const result = await world.store.commit({ writes: [{ op: 'insert', table: 'environmentSetting', row }], audit: [], events: [] });
  if (!result.ok) throw new Error(JSON.stringify(result));
}
