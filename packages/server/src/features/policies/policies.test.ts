import { beforeEach, describe, expect, it } from 'vitest';
import { type TestServer, testServer } from '../../test-world.ts';
import { issueTestLicense, policySource, setSettings } from '../test-license.ts';

describe('policies', () => {
  let server: TestServer;
  beforeEach(async () => {
    server = await testServer();
  });
  const publish = (source: string, query = '') =>
    server.call('POST', `/v1/policies${query}`, source, { headers: { 'content-type': 'text/yaml' } });
  const pointer = async () => (await server.world.store.find('policyPointer', {}, { limit: 9 }))[0];

  it('are published and put in force in one step', async () => {
    const { status, body } = await publish(policySource());
    expect(status).toBe(201);
    expect(body).toMatchObject({ name: 'acme-build', violations: [] });
    expect(await pointer()).toMatchObject({ name: 'acme-build', digest: body.digest, previous: null });
    expect(await server.call('GET', `/v1/policies/${body.digest}`)).toMatchObject({
      status: 200,
      body: { name: 'acme-build', source: policySource() },
    });
  });

  it('have one name however they are written', async () => {
    const yaml = await publish(policySource());
    const { body } = await server.call('GET', '/v1/policies/acme-build');
    const json = await publish(JSON.stringify(body.tree));
    expect(json).toMatchObject({ status: 200, body: { digest: yaml.body.digest } });
    expect(await server.world.store.count('policyVersion', {})).toBe(1);
  });

  it('with violations are refused with all of them, each at its line and column, and nothing is written', async () => {
    const before = JSON.stringify(server.world.store.snapshot());
    const { status, code, body } = await publish(
      policySource((text) => text.replace('renewAt: 50%', 'renewAt: 99%').replace('ttl: 1h', 'tll: 1h')),
    );
    expect([status, code]).toEqual([422, 'policy-invalid']);
    const violations = body.violations as { line: number; column: number; message: string }[];
    expect(violations.length).toBeGreaterThan(1);
    for (const violation of violations)
      expect(violation).toMatchObject({ line: expect.any(Number), column: expect.any(Number), message: expect.any(String) });
    expect(JSON.stringify(server.world.store.snapshot())).toBe(before);
  });

  it('whose own tests fail are refused, each at its place, and nothing is written', async () => {
    const before = JSON.stringify(server.world.store.snapshot());
    const source = `${policySource().trimEnd()}\n  tests:\n    - { name: late, given: { expiresIn: -1d }, expect: { build: deny } }\n`;
    const { status, code, body } = await publish(source);
    expect([status, code]).toEqual([422, 'policy-invalid']);
    const line = source.split('\n').findIndex((text) => text.includes('name: late')) + 1;
    expect(body.violations).toMatchObject([{ code: 'test-failed', path: ['spec', 'tests', 0], line, column: 7 }]);
    expect(JSON.stringify(server.world.store.snapshot())).toBe(before);
  });

  it('that are no policy at all are refused the same way', async () => {
    for (const source of ['', 'a: [', '{"a":1}', 'true', '- x', 'a: &a [*a, *a]'])
      expect(await publish(source)).toMatchObject({ status: 422, code: 'policy-invalid' });
  });

  it('published only are not in force', async () => {
    await publish(policySource(), '?publishOnly=true');
    expect(await pointer()).toBeUndefined();
    expect(
      await server.call('POST', '/v1/licenses', { product: 'a', customer: 'b', policy: 'acme-build', plan: 'team', create: true }),
    ).toMatchObject({
      code: 'policy-not-published',
    });
  });

  it('are published by an operator, and put in force by an approver', async () => {
    const operator = await server.tokenFor(['operator']);
    const approver = await server.tokenFor(['approver']);
    expect(await server.call('POST', '/v1/policies', policySource(), { token: operator })).toMatchObject({ status: 403 });
    const { status, body } = await server.call('POST', '/v1/policies?publishOnly=true', policySource(), { token: operator });
    expect(status).toBe(201);
    expect(await server.call('PUT', '/v1/policy-pointers/acme-build', { digest: body.digest }, { token: approver })).toMatchObject({
      status: 200,
    });
    expect(await pointer()).toMatchObject({ digest: body.digest });
  });

  it('after the first are kept until somebody promotes them', async () => {
    const first = await publish(policySource());
    const second = await publish(policySource((text) => text.replace('jobs: 64', 'jobs: 32')));
    expect([first.body.inForce, second.status, second.body.inForce]).toEqual([first.body.digest, 201, first.body.digest]);
    expect(await pointer()).toMatchObject({ digest: first.body.digest, revision: 0 });
    expect(await server.call('PUT', '/v1/policy-pointers/acme-build', { digest: second.body.digest })).toMatchObject({
      ...{ status: 409, code: 'promotion-staged' },
    });
    expect(await server.call('PUT', '/v1/policy-pointers/acme-build', { digest: first.body.digest })).toMatchObject({ status: 200 });
    const operator = await server.tokenFor(['operator']);
    const third = policySource((text) => text.replace('jobs: 64', 'jobs: 16'));
    expect(await server.call('POST', '/v1/policies', third, { token: operator })).toMatchObject({ status: 201 });
  });

  it('that break what every policy promises are refused with a counterexample, at the place of it', async () => {
    const before = JSON.stringify(server.world.store.snapshot());
    const source = policySource((text) => text.replace('expiry: [ { at: -30d, notify: warning }, ', 'expiry: [ '));
    const { status, code, body } = await publish(source);
    expect([status, code]).toEqual([422, 'policy-unproved']);
    const line = source.split('\n').findIndex((text) => text.includes('expiry:')) + 1;
    expect((body.violations as unknown[])[0]).toMatchObject({
      ...{ code: 'loss-unannounced', line, counterexample: { given: { plan: 'team', expiresIn: '-14d' }, steps: expect.any(Array) } },
    });
    expect(JSON.stringify(server.world.store.snapshot())).toBe(before);
  });

  it('are rolled back by pointing at an older version where promotion is direct', async () => {
    await setSettings(server, { promotion: 'direct' });
    const first = await publish(policySource());
    const second = await publish(policySource((text) => text.replace('jobs: 64', 'jobs: 32')));
    expect(await pointer()).toMatchObject({ digest: second.body.digest, previous: first.body.digest });
    expect(await server.call('PUT', '/v1/policy-pointers/acme-build', { digest: first.body.digest })).toMatchObject({
      body: { previous: second.body.digest },
    });
    expect(await pointer()).toMatchObject({ digest: first.body.digest, revision: 2 });
  });

  it('cannot be pointed at under the name of another', async () => {
    const { body } = await publish(policySource());
    expect(await server.call('PUT', '/v1/policy-pointers/other', { digest: body.digest })).toMatchObject({ status: 409 });
    expect(await server.call('PUT', '/v1/policy-pointers/other', { digest: `sha256:${'0'.repeat(64)}` })).toMatchObject({ status: 404 });
  });

  const withoutTeam = policySource((text) => text.replace('    team:', '    crew:'));
  it('without a plan that a following license has are not put in force', async () => {
    await setSettings(server, { promotion: 'direct' });
    const license = await issueTestLicense(server);
    const { status, code, body } = await publish(withoutTeam);
    expect([status, code, body.facts]).toEqual([409, 'plan-in-use', { plan: 'team', license: license.id }]);
    expect(await server.world.store.count('policyVersion', {})).toBe(1);
  });

  it.each([
    ['a license is pinned', { pin: true }],
    ['a license has another plan', { plan: 'solo' }],
  ])('without a plan are put in force when %s', async (_when, more) => {
    await setSettings(server, { promotion: 'direct' });
    await issueTestLicense(server, more);
    expect(await publish(withoutTeam)).toMatchObject({ status: 201 });
  });

  it('without a plan that a license will have are not put in force', async () => {
    await setSettings(server, { promotion: 'direct' });
    const license = await issueTestLicense(server, { plan: 'solo' });
    await server.call('POST', `/v1/licenses/${license.id}/terms`, { plan: 'team', effectiveFrom: server.world.clock.now() + 1_000 });
    expect(await publish(withoutTeam)).toMatchObject({ code: 'plan-in-use' });
  });
});
