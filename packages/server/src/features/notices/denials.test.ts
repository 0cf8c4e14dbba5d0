import { DAY, type FeatureReading, MINUTE } from '@glidepath/core';
import { beforeEach, describe, expect, it } from 'vitest';
import { type TestServer, testServer } from '../../test-world.ts';
import { heldDocument, probeDocument } from '../inventory/test-documents.ts';
import { featureSeen, snapshotOfFeatures } from '../probes/test-snapshots.ts';
import { watchNotices } from './notices-job.ts';

describe('denials that a source counts', () => {
  let server: TestServer;
  let token: string;
  beforeEach(async () => {
    server = await testServer({ jobs: [watchNotices] });
    token = String((await server.call('POST', '/v1/agents', { name: 'lab-1' })).body.token);
    const documents = [probeDocument('lab'), heldDocument('matlab', { watch: [{ probe: 'lab', feature: 'MATLAB' }] })];
    expect((await server.call('POST', '/v1/inventory', { documents })).status).toBe(200);
  });

  async function seen(over: Partial<FeatureReading>): Promise<readonly string[]> {
    const outcome = { ok: true, snapshot: snapshotOfFeatures([featureSeen('MATLAB', over)]) };
    const reports = [{ probe: 'lab', at: server.world.clock.now(), outcome }];
    expect((await server.call('POST', '/v1/agent/reports', { version: '0.1.0', dropped: 0, reports }, { token })).status).toBe(200);
    await server.server.tick(server.world.clock.advance(MINUTE));
    const { items } = (await server.call('GET', '/v1/notices?open=true')).body as { items: { condition: string; message: string }[] };
    return items.filter(({ condition }) => condition === 'LicenseDenials').map(({ message }) => message);
  }

  it('alert by what is new since yesterday, and by nothing that was there before', async () => {
    expect(await seen({ denied: 40 })).toEqual([]);
    server.world.clock.advance(DAY);
    expect(await seen({ denied: 40 })).toEqual([]);
    server.world.clock.advance(DAY);
    expect(await seen({ denied: 43 })).toEqual([
      expect.stringContaining('refused 3 requests in the last 24 hours, most of them for MATLAB'),
    ]);
  });

  it('are all new where the source began to count anew', async () => {
    await seen({ denied: 40 });
    server.world.clock.advance(DAY);
    expect(await seen({ denied: 2 })).toEqual([expect.stringContaining('refused 2 requests')]);
  });

  it('alert nobody where nobody counts them', async () => {
    await seen({ denied: null });
    server.world.clock.advance(DAY);
    expect(await seen({ denied: null })).toEqual([]);
  });
});
