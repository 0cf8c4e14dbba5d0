import { SECOND } from '@glidepath/core';
import { expect, it } from 'vitest';
import { leaseServer } from '../leases/test-leases.ts';
import { lastBatch } from './log-tree.ts';
import { sealAudit } from './seal-job.ts';

it('a lease carries the head of the log, so that whoever keeps it is a witness', async () => {
  const house = await leaseServer({ server: { jobs: [sealAudit] } });
  const a = house.installation('a');
  expect((await a.acquire()).lease?.auditHead).toBeNull();
  await house.server.tick(house.world.clock.advance(SECOND));
  const last = await lastBatch(house.world.store);
  // The head is read as often as the key is chosen.
  house.world.clock.advance(5 * SECOND);
  expect((await a.renew()).lease?.auditHead).toEqual({ size: last?.size, root: last?.root, at: last?.sealedAt });
});
