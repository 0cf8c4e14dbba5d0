import { DAY } from '@glidepath/core';
import { describe, expect, it } from 'vitest';
import { leaseServer, policyTree, put, putLicense } from '../leases/test-leases.ts';

describe('check', () => {
  it('decides about every feature of the license that the key belongs to', async () => {
    const house = await leaseServer();
    const { status, body } = await house.call('POST', '/v1/check', {}, { token: house.licenseKey });
    expect(status).toBe(200);
    expect(body.decisions).toMatchObject(
      ['build', 'parallel', 'cache', 'sso'].map((feature) => ({ feature, allowed: true, code: 'ok', tier: 'full', source: 'server' })),
    );
  });

  it('decides about the features that were named, once each, known or not', async () => {
    const house = await leaseServer();
    const { body } = await house.call('POST', '/v1/check', { license: house.license.id, feature: 'cache', features: ['cache', 'cash'] });
    expect(body.decisions).toMatchObject([
      { feature: 'cache', code: 'ok' },
      { feature: 'cash', allowed: false, code: 'unknown-feature' },
    ]);
  });

  it('counts the dwell of a revocation from its own instant', async () => {
    const house = await leaseServer();
    const { id, revision } = await house.refreshed();
    const set = { status: 'revoked', statusAt: house.world.clock.now() } as const;
    await put(house.world.store, [{ op: 'update', table: 'license', id, revision, set }]);
    const parallel = async () =>
      (await house.call('POST', '/v1/check', { feature: 'parallel' }, { token: house.licenseKey })).body.decisions;
    house.world.clock.advance(DAY - 1);
    expect(await parallel()).toMatchObject([{ allowed: true, next: { cause: 'revoked', tier: 'reduced' } }]);
    house.world.clock.advance(1);
    expect(await parallel()).toMatchObject([{ allowed: false, tier: 'reduced', cause: 'revoked', code: 'not-in-tier' }]);
  });

  it('says nothing before the start but that', async () => {
    const house = await leaseServer({ startsInMs: DAY });
    const { body } = await house.call('POST', '/v1/check', { feature: 'build' }, { token: house.licenseKey });
    expect(body.decisions).toMatchObject([{ allowed: false, code: 'not-started', tier: 'none' }]);
  });

  it('of another license is not answered to a key, nor of none to a token', async () => {
    const house = await leaseServer();
    const { license } = await putLicense(house.world, house.environment, policyTree(undefined));
    expect(await house.call('POST', '/v1/check', { license: license.id }, { token: house.licenseKey })).toMatchObject({ status: 404 });
    expect(await house.call('POST', '/v1/check', { license: license.id })).toMatchObject({ status: 200 });
    expect(await house.call('POST', '/v1/check', { license: 'lic_none' })).toMatchObject({ status: 404 });
    expect(await house.call('POST', '/v1/check', {})).toMatchObject({
      status: 400,
      code: 'bad-input',
      body: { errors: [{ path: '/license' }] },
    });
    expect(await house.call('POST', '/v1/check', { license: house.license.id }, { token: '' })).toMatchObject({ status: 401 });
  });
});

describe('check:batch', () => {
  it('decides each item by itself: its own license, its own features, its own problem', async () => {
    const house = await leaseServer();
    const items = [
      { license: house.license.id, feature: 'build' },
      { license: 'lic_other' },
      { license: house.license.id, feature: 'fly' },
    ];
    const { status, body } = await house.call('POST', '/v1/check:batch', { items });
    expect(status).toBe(200);
    expect(body.items).toMatchObject([
      { status: 200, decisions: [{ feature: 'build', allowed: true }] },
      { status: 404, problem: { code: 'not-found' } },
      { status: 200, decisions: [{ feature: 'fly', code: 'unknown-feature' }] },
    ]);
  });

  it('fails a license that cannot be read alone, and answers the others', async () => {
    const house = await leaseServer();
    const broken = await putLicense(house.world, house.environment, policyTree(undefined));
    const [terms] = await house.world.store.find('licenseTerms', { license: broken.license.id }, { limit: 1 });
    if (terms === undefined) throw new Error('a license has terms');
    const now = house.world.clock.now();
    const unreadable = { ...terms, id: `${terms.id}x`, plan: 'gone', createdAt: now, effectiveFrom: now };
    await put(house.world.store, [{ op: 'insert', table: 'licenseTerms', row: unreadable }]);
    const items = [{ license: broken.license.id }, { license: house.license.id, feature: 'build' }, { license: broken.license.id }];
    const { status, body } = await house.call('POST', '/v1/check:batch', { items });
    expect(status).toBe(200);
    expect(body.items).toMatchObject([
      { status: 500, problem: { code: 'internal' } },
      { status: 200, decisions: [{ feature: 'build', allowed: true }] },
      { status: 500, problem: { code: 'internal' } },
    ]);
    expect(await house.call('POST', '/v1/check', { license: broken.license.id })).toMatchObject({ status: 500, code: 'internal' });
  });
});
