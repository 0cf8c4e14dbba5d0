import { HOUR } from '@glidepath/core';
import { beforeEach, describe, expect, it } from 'vitest';
import { type TestServer, testServer } from '../../test-world.ts';
import { issueTestLicense, policySource } from '../test-license.ts';

describe('difference of policies', () => {
  let server: TestServer;
  beforeEach(async () => {
    server = await testServer();
  });
  const publish = async (source: string, query = '') => {
    const { body } = await server.call('POST', `/v1/policies${query}`, source, { headers: { 'content-type': 'text/yaml' } });
    return String(body.digest);
  };
  const compare = (candidate: string, name = 'acme-build') => server.call('POST', '/v1/policy-differences', { name, candidate });
  const worse = () => policySource((text) => text.replace('features: [build, cache]', 'features: [build]'));

  it('counts the live licenses that a candidate takes something from, and names itself by a digest', async () => {
    await issueTestLicense(server);
    const candidate = await publish(worse(), '?publishOnly=true');
    const { status, body } = await compare(candidate);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      difference: { after: candidate, states: [{ kind: 'loss', scope: 'everywhere', featuresLost: ['cache'] }] },
      digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
      live: { licenses: 1, isComplete: true, read: 1, byState: [{ state: 0, licenses: 1 }] },
    });
    expect((await compare(candidate)).body.digest).toBe(body.digest);
  });

  it('counts only those who are in the range of one cause', async () => {
    const { id } = await issueTestLicense(server);
    const later = (text: string) => text.replace('revoked: [', 'revoked: [ { at: 0h, notify: critical } ]\n    trust: [');
    const sooner = (text: string) => later(text).replace('{ at: 24h, tier: reduced }', '{ at: 1h, tier: reduced }');
    const candidate = await publish(policySource(sooner), '?publishOnly=true');
    const counted = async () =>
      (await compare(candidate)).body as {
        live: { byState: { licenses: number | null }[] };
        difference: { states: { range: { cause: string } }[] };
      };
    const of = ({ live, difference }: Awaited<ReturnType<typeof counted>>, cause: string) =>
      live.byState[difference.states.findIndex(({ range }) => range.cause === cause)]?.licenses;
    expect(of(await counted(), 'suspended')).toBe(0);
    await server.call('POST', `/v1/licenses/${id}/suspend`, { reason: 'a test' });
    server.world.clock.advance(2 * HOUR);
    expect(of(await counted(), 'suspended')).toBe(1);
    expect(of(await counted(), 'trust')).toBeNull();
  });

  it('has nothing to say of the version in force', async () => {
    await issueTestLicense(server);
    const present = await publish(policySource());
    expect((await compare(present)).body).toMatchObject({ difference: { states: [], sentences: [] }, live: { licenses: 1 } });
  });

  it('is refused for what was never published, or is called otherwise', async () => {
    const candidate = await publish(policySource());
    expect(await compare(`sha256:${'0'.repeat(64)}`)).toMatchObject({ status: 404 });
    expect(await compare(candidate, 'other')).toMatchObject({ status: 409 });
  });

  it('is the same for a document that is not published yet, and publishes nothing', async () => {
    await issueTestLicense(server);
    const source = worse();
    const asked = await server.call('POST', '/v1/policy-differences', { name: 'acme-build', source });
    expect(await server.world.store.count('policyVersion', {})).toBe(1);
    const candidate = await publish(source, '?publishOnly=true');
    expect(asked).toMatchObject({
      status: 200,
      body: { digest: (await compare(candidate)).body.digest, difference: { after: candidate } },
    });
    const both = await server.call('POST', '/v1/policy-differences', { name: 'acme-build', source, candidate });
    expect([both.code, (await server.call('POST', '/v1/policy-differences', { name: 'acme-build' })).code]).toEqual([
      'bad-input',
      'bad-input',
    ]);
    expect(await server.call('POST', '/v1/policy-differences', { name: 'acme-build', source: 'a: [' })).toMatchObject({
      code: 'policy-invalid',
    });
  });
});
