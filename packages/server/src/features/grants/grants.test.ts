import { DAY } from '@glidepath/core';
import { openGrant } from '@glidepath/protocol';
import { nodeCrypto } from '@glidepath/protocol/node';
import { beforeEach, describe, expect, it } from 'vitest';
import { type TestServer, testServer } from '../../test-world.ts';
import { latestSet, readKeyHouse } from '../keys/key-records.ts';
import { issueTestLicense, type TestLicense } from '../test-license.ts';

describe('break-glass grant', () => {
  let server: TestServer;
  let license: TestLicense;
  beforeEach(async () => {
    server = await testServer();
    license = await issueTestLicense(server);
  });
  const ask = (more = {}) =>
    server.call('POST', '/v1/grants', {
      license: license.id,
      tier: 'reduced',
      seats: 3,
      until: server.world.clock.now() + 7 * DAY,
      purpose: 'break-glass',
      ...more,
    });

  it('is signed by the environment for the key whose seed comes with it', async () => {
    const { status, body } = await ask();
    expect(status).toBe(201);
    const [environment] = await server.world.store.find('environment', {}, { limit: 1 });
    if (environment === undefined) throw new Error('no environment');
    const keys = latestSet(await readKeyHouse(server.world.store, environment), server.world);
    const opened = openGrant(body.grant, { keys: keys ?? { keys: [] }, crypto: nodeCrypto, env: 'production', iss: 'glidepath:test' });
    const key = nodeCrypto.signerFromSeed(Buffer.from(String(body.seed), 'base64url'));
    expect(opened).toMatchObject({
      ok: true,
      value: { claims: { sub: key.kid, x: key.x, tier: 'reduced', features: ['build'], limits: { jobs: 4 }, seats: 3 } },
    });
    expect(await server.call('GET', '/v1/grants')).toMatchObject({ body: { items: [{ license: license.id, kid: key.kid, usedBy: [] }] } });
  });

  it.each([
    ['a tier that the policy does not have', { tier: 'gold' }, 422, 'tier-unknown'],
    ['an end in the past', { until: 1 }, 400, 'bad-input'],
    ['an end after 30 days', { until: Date.UTC(2027, 0, 1) }, 400, 'bad-input'],
    ['another license', { license: 'lic_nothing' }, 404, 'not-found'],
  ])('is refused for %s', async (_what, more, status, code) => {
    expect(await ask(more)).toMatchObject({ status, code });
    expect(await server.world.store.count('grant', {})).toBe(0);
  });

  it('gives no more than the plan', async () => {
    await server.call('POST', `/v1/licenses/${license.id}/terms`, { plan: 'solo', overrides: {} });
    expect(await ask({ tier: 'full' })).toMatchObject({ status: 400, body: { errors: [{ path: '/tier' }] } });
  });
});
