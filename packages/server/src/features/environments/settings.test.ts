import { SETTINGS_DEFAULT } from '@glidepath/core';
import { beforeEach, describe, expect, it } from 'vitest';
import { type TestServer, testServer } from '../../test-world.ts';

describe('settings of an environment', () => {
  let server: TestServer;
  beforeEach(async () => {
    server = await testServer();
  });
  const put = (settings: object, how = {}) => server.call('PUT', '/v1/environment-settings', { reason: 'trial', ...settings }, how);
  const shown = async () => (await server.call('GET', '/v1/environment-settings')).body;

  it('are the defaults until somebody changes some of them', async () => {
    expect(await shown()).toEqual({ environment: 'production', ...SETTINGS_DEFAULT });
    expect(await put({ promotion: 'direct' })).toMatchObject({ status: 200, body: { promotion: 'direct', recording: 'sampled' } });
    await put({ recording: 'full' });
    expect(await shown()).toEqual({ environment: 'production', ...SETTINGS_DEFAULT, promotion: 'direct', recording: 'full' });
  });

  it('say in the audit what they were, what they are and why, once', async () => {
    await put({ promotion: 'direct' });
    await put({ promotion: 'direct' });
    const told = await server.world.store.find('audit', { action: 'environment.settings-changed' }, { limit: 9 });
    expect(told).toMatchObject([{ facts: { reason: 'trial', promotion: { from: 'staged', to: 'direct' } } }]);
  });

  it('are an admin’s business, and take no nonsense', async () => {
    const approver = await server.tokenFor(['approver']);
    expect(await put({ promotion: 'direct' }, { token: approver })).toMatchObject({ status: 403 });
    for (const wrong of [{ promotion: 'never' }, { massChangeWindowMs: 0 }, { sampleBasisPoints: 10_001 }, { unknown: 1 }])
      expect(await put(wrong)).toMatchObject({ status: 400, code: 'bad-input' });
    expect(await shown()).toMatchObject(SETTINGS_DEFAULT);
  });
});
