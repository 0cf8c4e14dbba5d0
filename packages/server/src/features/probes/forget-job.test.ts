import { DAY, HOUR, type Instant, type UsageSample } from '@glidepath/core';
import { expect, it } from 'vitest';
import { testServer } from '../../test-world.ts';
import { heldDocument, probeDocument } from '../inventory/test-documents.ts';
import { forgetSeen } from './forget-job.ts';
import { featureSeen, snapshotOfFeatures } from './test-snapshots.ts';
import { dayOf, sampleId } from './usage-samples.ts';

it('daily peaks are forgotten after 400 days, and readings of a probe that is gone', async () => {
  const server = await testServer({ jobs: [forgetSeen] });
  const { store, clock } = server.world;
  const tick = async (ms: number) => await server.server.tick(clock.advance(ms));
  const watch = [{ probe: 'lab' }];
  await server.call('POST', '/v1/inventory', { documents: [probeDocument('lab'), heldDocument('matlab', { watch })] });
  const token = String((await server.call('POST', '/v1/agents', { name: 'lab-1' })).body.token);
  const snapshot = snapshotOfFeatures([featureSeen('MATLAB')]);
  const reports = [{ probe: 'lab', at: clock.now(), outcome: { ok: true, snapshot } }];
  await server.call('POST', '/v1/agent/reports', { version: '1', dropped: 0, reports }, { token });
  const [license] = await store.find('heldLicense', {}, { limit: 1 });
  const days = [398, 399, 400, 401, 402, 430];
  const rows = days.map((back): UsageSample => {
    const day = dayOf((clock.now() - back * DAY) as Instant);
    const id = sampleId(String(license?.id), 'MATLAB', day);
    return { id, license: String(license?.id), feature: 'MATLAB', day, peak: back, issued: 10, denied: null, revision: 0 };
  });
  await store.commit({ writes: rows.map((row) => ({ op: 'insert', table: 'usageSample', row })), audit: [], events: [] });

  await tick(0);
  expect((await store.find('usageSample', {}, { limit: 99 })).map(({ peak }) => peak).sort((a, b) => a - b)).toEqual([4, 398, 399, 400]);
  expect(await store.count('probeReading', {})).toBe(1);
  await server.call('POST', '/v1/inventory', { documents: [], prune: true });
  await tick(HOUR);
  expect(await store.count('probeReading', {})).toBe(0);
});
