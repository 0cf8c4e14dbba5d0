import { DAY, YEAR } from '@glidepath/core';
import { beforeEach, describe, expect, it } from 'vitest';
import { type TestServer, testServer } from '../../test-world.ts';
import { issueTestLicense, policySource, setSettings, type TestLicense } from '../test-license.ts';

describe('licenses', () => {
  let server: TestServer;
  let license: TestLicense;
  beforeEach(async () => {
    server = await testServer();
    license = await issueTestLicense(server);
  });
  const post = (verb: string, body?: unknown) => server.call('POST', `/v1/licenses/${license.id}/${verb}`, body);
  const show = async () => (await server.call('GET', `/v1/licenses/${license.id}`)).body;
  const now = () => server.world.clock.now();

  describe('issue', () => {
    it('gives the plan its term, an active status and a key that works', async () => {
      expect(await show()).toMatchObject({
        plan: 'team',
        state: 'active',
        startsAt: now(),
        expiresAt: now() + YEAR,
        policyMode: 'follow',
        issuer: 'self',
      });
      expect(await server.call('GET', '/v1/keyset', undefined, { token: license.key })).toMatchObject({ status: 200 });
    });

    it('finds product and customer by name, and makes them only when asked to', async () => {
      const body = { product: 'acme', customer: 'Nobody', policy: 'acme-build', plan: 'team' };
      expect(await server.call('POST', '/v1/licenses', body)).toMatchObject({ status: 404, body: { facts: { kind: 'customer' } } });
      expect(await server.call('POST', '/v1/licenses', { ...body, customer: 'Initech' })).toMatchObject({ status: 201 });
      expect(await server.world.store.count('customer', {})).toBe(1);
    });

    it('asks for the plan when there are several', async () => {
      const body = { product: 'acme', customer: 'Initech', policy: 'acme-build' };
      expect(await server.call('POST', '/v1/licenses', body)).toMatchObject({ status: 422, code: 'plan-required' });
    });

    it.each([
      ['an unknown plan', { plan: 'gold' }, 422, 'plan-unknown'],
      ['an unknown policy', { policy: 'nothing' }, 409, 'policy-not-published'],
      ['an unknown team', { ownerTeam: 'nobody' }, 404, 'not-found'],
      ['an end before the start', { expiresAt: 1 }, 400, 'bad-input'],
      ['a meter that the plan does not have', { overrides: { quotas: { nothing: 1 } } }, 400, 'bad-input'],
      ['seats where the plan counts none', { plan: 'solo', overrides: { seats: 3 } }, 400, 'bad-input'],
    ])('refuses %s, and writes nothing', async (_what, more, status, code) => {
      const before = JSON.stringify(server.world.store.snapshot());
      const body = { product: 'acme', customer: 'Initech', policy: 'acme-build', plan: 'team', ...more };
      expect(await server.call('POST', '/v1/licenses', body)).toMatchObject({ status, code });
      expect(JSON.stringify(server.world.store.snapshot())).toBe(before);
    });

    it('pins the policy of now, or a digest', async () => {
      const { body: policy } = await server.call('GET', '/v1/policies/acme-build');
      for (const how of [{ policy: 'acme-build', pin: true }, { policy: policy.digest }]) {
        const { body } = await server.call('POST', '/v1/licenses', { product: 'acme', customer: 'Initech', plan: 'team', ...how });
        expect(body.license).toMatchObject({ policyMode: 'pin', policyName: 'acme-build', policy: policy.digest });
      }
    });

    it('stays within its environment', async () => {
      const other = await server.tokenFor(['admin'], null);
      expect(await server.call('GET', `/v1/licenses/${license.id}?environment=nowhere`, undefined, { token: other })).toMatchObject({
        status: 404,
      });
    });

    it('keeps the name of the customer out of audit and events', async () => {
      const entries = JSON.stringify([server.world.store.snapshot().audit, server.world.store.snapshot().outbox]);
      expect(entries).not.toContain('Initech');
    });
  });

  describe('status', () => {
    it('goes down and back, and raises seq each time', async () => {
      for (const [verb, status, count] of [
        ['suspend', 'suspended', 2],
        ['reinstate', 'active', 3],
        ['revoke', 'revoked', 4],
        ['reinstate', 'active', 5],
      ] as const) {
        server.world.clock.advance(1_000);
        expect(await post(verb, { reason: 'because' })).toMatchObject({ status: 200, body: { status, statusAt: now(), seq: { count } } });
      }
    });

    it('can be dated ahead', async () => {
      expect(await post('suspend', { reason: 'unpaid', effectiveAt: now() + DAY })).toMatchObject({
        status: 200,
        body: { state: 'active', status: 'suspended' },
      });
      server.world.clock.advance(DAY);
      expect(await show()).toMatchObject({ state: 'suspended' });
    });

    it.each([
      ['suspend', 'suspend', 409, 'conflict'],
      ['revoke', 'suspend', 409, 'conflict'],
      ['revoke', 'revoke', 409, 'conflict'],
    ])('after %s does not %s again', async (first, second, status, code) => {
      await post(first, { reason: 'because' });
      expect(await post(second, { reason: 'again' })).toMatchObject({ status, code, body: { facts: { reason: expect.any(String) } } });
    });

    it('asks for a reason', async () => {
      expect(await post('suspend', { reason: ' ' })).toMatchObject({ status: 400, body: { errors: [{ path: '/reason' }] } });
    });

    it('of two at once is changed by one; the other meets the changed license', async () => {
      const both = await Promise.all([post('suspend', { reason: 'a' }), post('suspend', { reason: 'b' })]);
      expect(both.map(({ status }) => status).sort()).toEqual([200, 409]);
    });
  });

  describe('renew', () => {
    it.each([
      ['by the term of the plan', undefined, YEAR],
      ['by a term', { term: '30d' }, 30 * DAY],
    ])('moves the end %s', async (_how, body, ms) => {
      const { expiresAt } = await show();
      expect(await post('renew', body)).toMatchObject({ status: 200, body: { expiresAt: Number(expiresAt) + ms } });
      expect(await show()).toMatchObject({ expiresAt: Number(expiresAt) + ms });
    });

    it('moves the end to an instant', async () => {
      expect(await post('renew', { expiresAt: now() + 3 * YEAR })).toMatchObject({ body: { expiresAt: now() + 3 * YEAR } });
    });

    it.each([
      ['an earlier end', { expiresAt: 5 }, '/expiresAt'],
      ['no end', { expiresAt: null }, '/expiresAt'],
      ['both an end and a term', { expiresAt: 5, term: '1y' }, '/term'],
      ['a term that is none', { term: 'soon' }, '/term'],
      ['a negative term', { term: '-1y' }, '/term'],
    ])('refuses %s', async (_what, body, path) => {
      expect(await post('renew', body)).toMatchObject({ status: 400, code: 'bad-input', body: { errors: [{ path }] } });
    });
  });

  describe('terms', () => {
    it('are appended, and the row in force is shown', async () => {
      expect(await post('terms', { overrides: { seats: 9 } })).toMatchObject({
        status: 200,
        body: { overrides: { seats: 9 }, plan: 'team' },
      });
      expect(await server.world.store.count('licenseTerms', { license: license.id })).toBe(2);
    });

    it('to come are not shown before their time', async () => {
      expect(await post('terms', { plan: 'solo', effectiveFrom: now() + DAY })).toMatchObject({ body: { plan: 'team' } });
      server.world.clock.advance(DAY);
      expect(await show()).toMatchObject({ plan: 'solo' });
    });

    it('that change nothing are refused', async () => {
      expect(await post('terms', { plan: 'team' })).toMatchObject({ status: 409 });
    });

    it('are judged by the policy that the license follows now', async () => {
      await setSettings(server, { promotion: 'direct' });
      await server.call(
        'POST',
        '/v1/policies',
        policySource((text) => text.replace('    solo:', '    gold:')),
      );
      expect(await post('terms', { plan: 'gold' })).toMatchObject({ status: 200, body: { plan: 'gold' } });
    });
  });

  describe('keys', () => {
    it('overlap until the old one is revoked', async () => {
      const { body } = await post('keys', { reason: 'rotation' });
      const asks = (token: unknown) => server.call('GET', '/v1/keyset', undefined, { token: String(token) });
      expect([(await asks(license.key)).status, (await asks(body.key)).status]).toEqual([200, 200]);
      const { body: listed } = await server.call('GET', `/v1/licenses/${license.id}/keys`);
      const [old] = listed.items as { id: string; hint: string }[];
      expect(JSON.stringify(listed)).not.toContain(license.key);
      expect(await server.call('DELETE', `/v1/licenses/${license.id}/keys/${old?.id}`)).toMatchObject({
        status: 200,
        body: { revokedAt: now() },
      });
      expect([(await asks(license.key)).code, (await asks(body.key)).status]).toEqual(['unknown-license-key', 200]);
      expect(await server.call('DELETE', `/v1/licenses/${license.id}/keys/${old?.id}`)).toMatchObject({ status: 200 });
    });

    it('end when they were told to', async () => {
      const { body } = await post('keys', { expiresAt: now() + DAY });
      server.world.clock.advance(DAY);
      expect(await server.call('GET', '/v1/keyset', undefined, { token: String(body.key) })).toMatchObject({ code: 'unknown-license-key' });
    });

    it('of another license are not touched', async () => {
      const other = await issueTestLicense(server);
      const [key] = await server.world.store.find('licenseKey', { license: other.id }, { limit: 1 });
      expect(await server.call('DELETE', `/v1/licenses/${license.id}/keys/${key?.id}`)).toMatchObject({ status: 404 });
    });

    it('read their own license, and nothing else', async () => {
      const other = await issueTestLicense(server);
      const get = (path: string) => server.call('GET', path, undefined, { token: license.key });
      expect(await get(`/v1/licenses/${license.id}`)).toMatchObject({ status: 200 });
      expect(await get(`/v1/licenses/${other.id}`)).toMatchObject({ status: 403 });
      expect(await get('/v1/licenses')).toMatchObject({ status: 403 });
    });
  });

  it('are exported whole whatever their state, without a secret', async () => {
    await post('revoke', { reason: 'over' });
    server.world.clock.advance(10 * DAY);
    const { status, body } = await server.call('GET', `/v1/licenses/${license.id}/export`);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      isWhole: true,
      license: { status: 'revoked' },
      product: { name: 'acme' },
      policies: [{ name: 'acme-build' }],
    });
    expect(JSON.stringify(body)).not.toMatch(/"hash"|"sealed"/);
  });

  it('are listed by page, oldest first, each once', async () => {
    for (let count = 0; count < 6; count++) await issueTestLicense(server);
    const seen: string[] = [];
    for (let after: string | null = ''; after !== null; ) {
      const { body } = await server.call('GET', `/v1/licenses?limit=3${after === '' ? '' : `&after=${after}`}`);
      seen.push(...(body.items as { id: string }[]).map(({ id }) => id));
      after = body.next as string | null;
    }
    expect(seen).toHaveLength(7);
    expect(seen).toEqual([...new Set(seen)].sort());
  });
});
