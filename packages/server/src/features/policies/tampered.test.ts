import { type PolicyVersion, SECOND } from '@glidepath/core';
import { beforeEach, describe, expect, it } from 'vitest';
import { createServer } from '../../server.ts';
import { type TestServer, testServer } from '../../test-world.ts';
import { changeFacts } from '../notices/gather-changes.ts';
import { issueTestLicense, policySource, setSettings } from '../test-license.ts';
import { sealAudit } from '../transparency/seal-job.ts';
import { openStored } from './stored-policy.ts';

interface Checked {
  readonly decisions: readonly { readonly policy: string }[];
}

describe('a version that was changed in the database', () => {
  let server: TestServer;
  let license: { readonly id: string; readonly key: string };
  let [first, second] = ['', ''];

  beforeEach(async () => {
    server = await testServer();
    license = await issueTestLicense(server);
    await setSettings(server, { promotion: 'direct' });
    first = (await versions())[0]?.digest ?? '';
    await server.call(
      'POST',
      '/v1/policies',
      policySource((text) => text.replace('jobs: 64', 'jobs: 65')),
    );
    second = (await versions())[1]?.digest ?? '';
  });

  const versions = () => server.world.store.find('policyVersion', {}, { limit: 9 });
  /** Past the triggers, as a superuser could; the memory store hands its own rows out only here. */
  const change = async (digest: string, over: Partial<PolicyVersion>): Promise<void> => {
    const { store } = server.world;
    const find = store.find.bind(store);
    Object.assign(store, {
      find: async (...asked: Parameters<typeof find>) => {
        const rows = await find(...asked);
        if (asked[0] !== 'policyVersion') return rows;
        return rows.map((row) => ((row as PolicyVersion).digest === digest ? { ...row, ...over } : row));
      },
    });
  };
  const other = policySource((text) => text.replace('jobs: 64', 'jobs: 66'));
  /** By a node that has just started. */
  const checked = async () => {
    const node = createServer(server.world);
    const headers = { authorization: `Bearer ${license.key}` };
    const { status, body } = await node.handle({ method: 'POST', path: '/v1/check', headers, body: JSON.stringify({ feature: 'cache' }) });
    return [status, (body as Checked).decisions[0]?.policy];
  };
  /** By the node that has been there all the time. */
  const warm = async () => {
    const { body } = await server.call('POST', '/v1/check', { feature: 'cache' }, { token: license.key });
    return (body as unknown as Checked).decisions[0]?.policy;
  };
  const tampered = async () =>
    (await changeFacts({ world: server.world, store: server.world.store, now: server.world.clock.now() })).tampered;

  it('is read from what is whole of it, and pages', async () => {
    expect(await tampered()).toEqual([]);
    await change(second, { source: other });
    expect(await checked()).toEqual([200, second]);
    expect(await tampered()).toMatchObject([{ digest: second, name: 'acme-build', found: expect.stringMatching(/^sha256:/) }]);
  });

  it('is refused when nothing of it is whole, and the last good one stays in force, also on a node that starts', async () => {
    const [row] = await versions();
    expect(await warm()).toBe(second);
    await change(second, { source: other, tree: { ...(row?.tree as object), kind: 'Changed' } });
    expect(await checked()).toEqual([200, first]);
    expect(await tampered()).toMatchObject([{ digest: second }]);
    // A node that had read it before goes on with what it read.
    expect(await warm()).toBe(second);
    expect((await versions()).map((version) => openStored(version, server.world.crypto).policy === null)).toEqual([false, true]);
  });

  it('is not promoted', async () => {
    await server.call('PUT', '/v1/policy-pointers/acme-build', { digest: first });
    await change(second, { source: other, tree: {} });
    const node = createServer(server.world);
    const headers = { authorization: `Bearer ${server.admin}` };
    const body = JSON.stringify({ digest: second });
    expect(await node.handle({ method: 'PUT', path: '/v1/policy-pointers/acme-build', headers, body })).toMatchObject({ status: 404 });
  });
});

describe('entries that are not sealed', () => {
  it('are known since when, and by nobody once they are', async () => {
    const server = await testServer({ jobs: [sealAudit] });
    await issueTestLicense(server);
    const { world } = server;
    const unsealed = async () => (await changeFacts({ world, store: world.store, now: world.clock.now() })).unsealed;
    const began = world.clock.now();
    world.clock.advance(SECOND);
    expect(await unsealed()).toEqual({ since: began });
    await server.server.tick(world.clock.now());
    expect(await unsealed()).toBeNull();
  });
});
