import { DAY, type Instant, MINUTE } from '@glidepath/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PostgresStore } from '../../adapters/postgres/postgres-store.ts';
import { useTestDatabase } from '../../adapters/postgres/test-database.ts';
import { type TestServer, testServer, testWorld } from '../../test-world.ts';
import { featureSeen, snapshotOfFeatures } from '../probes/test-snapshots.ts';
import { sweepRunways } from '../runways/sweep-job.ts';
import { heldDocument, probeDocument } from './test-documents.ts';

describe('an inventory on PostgreSQL', () => {
  const database = useTestDatabase();
  let server: TestServer;
  beforeEach(async () => {
    await database.empty();
    const store = new PostgresStore({ connectionString: database.connectionString, connections: 4 });
    server = await testServer({ jobs: [sweepRunways] }, { ...testWorld(), store });
  });
  afterEach(async () => await server.world.store.close());
  const apply = async (documents: readonly object[], more: object = {}) => {
    const { status, body } = await server.call('POST', '/v1/inventory', { documents, ...more });
    expect([status, body.detail]).toEqual([200, undefined]);
    return Map.groupBy(body.plan as { action: string }[], ({ action }) => action);
  };

  it('goes from documents to reports, runways, forecasts and away again', async () => {
    const watch = [{ probe: 'lab', feature: 'MATLAB' }];
    await apply([probeDocument('lab'), heldDocument('matlab', { watch })]);
    await apply([
      heldDocument('matlab', { watch, contract: { expires: '2026-06-30' }, owners: { team: 'eda', people: ['cy@example.com'] } }),
    ]);
    const token = String((await server.call('POST', '/v1/agents', { name: 'lab-1' })).body.token);
    server.world.clock.advance(20 * DAY);
    const now = server.world.clock.now();
    const reports = Array.from({ length: 20 }, (_, day) => {
      const snapshot = snapshotOfFeatures([featureSeen('MATLAB', { issued: 100, used: 40 + day })]);
      return { probe: 'lab', at: now - (19 - day) * DAY, outcome: { ok: true, snapshot } };
    });
    for (let round = 0; round < 2; round++) {
      const sent = await server.call('POST', '/v1/agent/reports', { version: '1', dropped: 0, reports }, { token });
      expect(sent).toMatchObject({ status: 200, body: { accepted: 20, unknown: [] } });
    }
    expect(await server.world.store.count('usageSample', {})).toBe(20);
    const { body: held } = await server.call('GET', '/v1/inventory/matlab');
    expect(held).toMatchObject({
      issuer: 'flexlm',
      contract: { expiresAt: Date.parse('2026-06-30T23:59:59Z') },
      owners: { people: [{ email: 'cy@example.com' }] },
      watches: [{ observed: [{ agent: 'lab-1', features: [{ used: 59 }] }] }],
    });
    const { body: runway } = await server.call('GET', `/v1/licenses/${held.license}/runway`);
    expect((runway.items as { cause: string }[]).map(({ cause }) => cause)).toContain('seats');
    expect((await server.call('GET', '/v1/probes')).body.items).toMatchObject([{ servers: [{ state: 'up' }] }]);
    expect((await apply([], { prune: true })).get('remove')).toHaveLength(2);
    expect((await server.call('GET', '/v1/runways')).body.items).toEqual([]);
  });

  it('of 10,000 documents is one change; to change all of them, and to take them away, are others', async () => {
    await server.server.tick(server.world.clock.now());
    const documents = (expires: string) =>
      Array.from({ length: 10_000 }, (_, n) => heldDocument(`license-${n}`, { product: `Product ${n % 60}`, contract: { expires } }));
    expect((await apply(documents('2027-03-31'))).get('create')).toHaveLength(10_000);
    expect((await apply(documents('2027-03-31'))).get('none')).toHaveLength(10_000);
    expect((await apply(documents('2028-03-31'))).get('change')).toHaveLength(10_000);
    expect(await server.world.store.count('licenseTerms', {})).toBe(30_000);
    const moved = async () => await server.world.store.count('runway', { endsAt: Date.parse('2028-03-31T23:59:59Z') as Instant });
    expect(await moved()).toBe(0);
    await server.server.tick(server.world.clock.advance(MINUTE));
    expect(await moved()).toBeGreaterThan(0);
    expect((await apply([], { prune: true })).get('remove')).toHaveLength(10_000);
    expect(await server.world.store.count('heldLicense', {})).toBe(0);
  }, 180_000);
});
