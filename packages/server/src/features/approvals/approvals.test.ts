import { DAY, MINUTE, type Role } from '@glidepath/core';
import { beforeEach, describe, expect, it } from 'vitest';
import { type TestServer, testServer } from '../../test-world.ts';
import { changeFacts } from '../notices/gather-changes.ts';
import { issueTestLicense, policySource, setSettings } from '../test-license.ts';

let server: TestServer;
beforeEach(async () => {
  server = await testServer();
});

/** A token of a fresh person with these roles. */
async function person(...roles: readonly Role[]): Promise<string> {
  const token = await server.tokenFor(roles);
  const { store } = server.world;
  const [newest] = await store.find('principal', {}, { limit: 1, newestFirst: true });
  if (newest === undefined) throw new Error('nobody');
  const write = { op: 'update', table: 'principal', id: newest.id, revision: newest.revision, set: { kind: 'person' } } as const;
  expect((await store.commit({ writes: [write], audit: [], events: [] })).ok).toBe(true);
  return token;
}

const approvalOf = ({ body }: { readonly body: Record<string, unknown> }) => (body.approval as { id: string; state: string }).id;
const approve = (id: string, token: string) => server.call('POST', `/v1/approvals/${id}/approve`, { reason: 'seen' }, { token });
const license = async (id: string) => (await server.call('GET', `/v1/licenses/${id}`)).body;

describe('a mass change of status', () => {
  let licenses: readonly string[];
  beforeEach(async () => {
    const all: string[] = [];
    for (let number = 0; number < 10; number++) all.push((await issueTestLicense(server, { customer: `Customer ${number}` })).id);
    licenses = all;
  });
  const suspend = (at: number, token?: string, verb = 'suspend') =>
    server.call('POST', `/v1/licenses/${licenses[at]}/${verb}`, { reason: 'script' }, token === undefined ? {} : { token });

  it('waits for a second person from the third license on, and changes nothing until then', async () => {
    const statuses = [(await suspend(0)).status, (await suspend(1, undefined, 'revoke')).status];
    const third = await suspend(2);
    expect([...statuses, third.status]).toEqual([200, 200, 202]);
    expect(third.body).toMatchObject({
      approval: { state: 'waiting', command: 'license.suspend', subject: licenses[2], body: { reason: 'script' } },
      next: expect.stringContaining('glidepath approval approve apr_'),
    });
    expect(await license(licenses[2] ?? '')).toMatchObject({ status: 'active' });
    // Who asks again hears of the same request.
    expect(approvalOf(await suspend(2))).toBe(approvalOf(third));
    const alerted = await changeFacts({ world: server.world, store: server.world.store, now: server.world.clock.now() });
    expect(alerted.approvals).toMatchObject([{ approval: approvalOf(third), summary: expect.stringContaining('3 of 10 live licenses') }]);
  });

  it('is carried out by the approval of another person, and the rest of it goes on without asking', async () => {
    const issuer = await server.tokenFor(['issuer']);
    for (const at of [0, 1]) await suspend(at, issuer);
    const id = approvalOf(await suspend(2, issuer));
    expect(await approve(id, await person('issuer'))).toMatchObject({ status: 403 });
    expect(await approve(id, await server.tokenFor(['approver']))).toMatchObject({
      status: 403,
      body: { detail: expect.stringContaining('person') },
    });
    const approver = await person('approver');
    expect(await approve(id, approver)).toMatchObject({
      status: 200,
      body: { approval: { state: 'approved' }, answer: { status: 'suspended' } },
    });
    expect(await license(licenses[2] ?? '')).toMatchObject({ status: 'suspended' });
    expect((await suspend(3, issuer)).status).toBe(200);
    // Only for who was allowed, and only for a while.
    expect((await suspend(4, await server.tokenFor(['issuer']))).status).toBe(202);
    server.world.clock.advance(11 * MINUTE);
    expect([(await suspend(5, issuer)).status, (await suspend(6, issuer)).status, (await suspend(7, issuer)).status]).toEqual([
      200, 200, 202,
    ]);
    expect(await approve(id, approver)).toMatchObject({ status: 409 });
    const told = await server.world.store.find('audit', { action: 'approval.approved' }, { limit: 9 });
    expect(told).toMatchObject([{ subject: id, facts: { command: 'license.suspend', subject: licenses[2], reason: 'seen' } }]);
  });

  it('is not approved by who asked, after its time, or when it was refused', async () => {
    const asker = await person('issuer', 'approver');
    for (const at of [0, 1]) await suspend(at, asker);
    const id = approvalOf(await suspend(2, asker));
    expect(await approve(id, asker)).toMatchObject({ status: 403, body: { detail: expect.stringContaining('second person') } });
    expect(await server.call('POST', `/v1/approvals/${id}/refuse`, { reason: 'a mistake' }, { token: asker })).toMatchObject({
      body: { state: 'refused', reason: 'a mistake' },
    });
    const approver = await person('approver');
    expect(await approve(id, approver)).toMatchObject({ status: 409 });
    const other = approvalOf(await suspend(3, asker));
    server.world.clock.advance(3 * DAY);
    expect(await approve(other, approver)).toMatchObject({ status: 409, body: { facts: { state: 'expired' } } });
    expect((await server.call('GET', '/v1/approvals?state=waiting')).body.items).toMatchObject([{ id: other, state: 'expired' }]);
    expect(await server.call('GET', '/v1/approvals/apr_none')).toMatchObject({ status: 404 });
  });

  it('is none while licenses come back, over a longer time, or within the share that was declared', async () => {
    await suspend(0);
    await server.call('POST', `/v1/licenses/${licenses[0]}/reinstate`, { reason: 'paid' });
    for (const at of [0, 0, 1]) expect((await suspend(at)).status).not.toBe(202);
    server.world.clock.advance(11 * MINUTE);
    expect([(await suspend(2)).status, (await suspend(3)).status]).toEqual([200, 200]);
    await setSettings(server, { massChangeBasisPoints: 6_000 });
    for (const at of [4, 5]) expect((await suspend(at)).status).toBe(200);
  });

  it('asked for by two at once is not slipped past', async () => {
    const answers = await Promise.all(licenses.map((_, at) => suspend(at)));
    const passed = answers.filter(({ status }) => status === 200).length;
    const waiting = answers.filter(({ status }) => status === 202).length;
    expect(passed).toBeLessThanOrEqual(2);
    expect(waiting).toBeGreaterThan(0);
    const suspended = (await server.world.store.find('license', { status: 'suspended' }, { limit: 20 })).length;
    expect(suspended).toBe(passed);
  });
});

describe('a promotion where two persons are asked', () => {
  it('goes into the shadow at once, and further only with a second person', async () => {
    await issueTestLicense(server);
    await setSettings(server, { twoPersons: true, promotion: 'direct' });
    const candidate = String(
      (
        await server.call(
          'POST',
          '/v1/policies',
          policySource((text) => text.replace('jobs: 64', 'jobs: 65')),
        )
      ).body.digest,
    );
    const seen = String((await server.call('POST', '/v1/policy-differences', { name: 'acme-build', candidate })).body.digest);
    const asker = await person('approver');
    const step = { reason: 'one job more', seen };
    const begun = await server.call('POST', '/v1/policy-rollouts', { name: 'acme-build', candidate, ...step }, { token: asker });
    expect(begun).toMatchObject({ status: 201, body: { stage: 'shadow' } });
    const path = `/v1/policy-rollouts/${begun.body.id}`;
    const waiting = await server.call('POST', `${path}/promote`, { to: 'full', ...step }, { token: asker });
    expect(waiting).toMatchObject({ status: 202, body: { approval: { summary: expect.stringContaining('for everybody: one job more') } } });
    expect((await server.call('GET', path)).body).toMatchObject({ stage: 'shadow' });
    expect(await approve(approvalOf(waiting), await person('approver'))).toMatchObject({
      status: 200,
      body: { answer: { stage: 'full' } },
    });
    const { steps } = (await server.call('GET', path)).body as { steps: { by: string }[] };
    expect(steps[1]?.by).toBe(steps[0]?.by);
    // The way back waits for nobody.
    expect(await server.call('POST', '/v1/policies/acme-build/rollback', { reason: 'no' }, { token: asker })).toMatchObject({
      status: 200,
    });
    // Nor is the rule itself taken away by one alone, or gone around.
    const off = { twoPersons: false, reason: 'in the way' };
    expect(await server.call('PUT', '/v1/environment-settings', off)).toMatchObject({ status: 202 });
    expect(await server.call('PUT', '/v1/policy-pointers/acme-build', { digest: candidate })).toMatchObject({ code: 'promotion-staged' });
  });
});
