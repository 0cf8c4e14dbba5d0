import { DAY } from '@glidepath/core';
import { beforeEach, describe, expect, it } from 'vitest';
import { type TestServer, testServer } from '../../test-world.ts';

let house: TestServer;
beforeEach(async () => {
  house = await testServer();
  await house.call('POST', '/v1/teams', { name: 'eda' });
});

const person = async (name: string, email: string | null = `${name}@example.com`) =>
  String((await house.call('POST', '/v1/principals', { kind: 'person', name, ...(email === null ? {} : { email }) })).body.id);
const join = (principal: string) => house.call('POST', '/v1/teams/eda/members', { principal });
const owners = async () => (await house.call('GET', '/v1/teams/eda/owners', undefined, { token: await house.tokenFor(['viewer']) })).body;

async function tokenOf(principal: string): Promise<string> {
  await house.call('POST', '/v1/role-grants', { principal, role: 'viewer' });
  return String((await house.call('POST', '/v1/tokens', { name: 'own', roles: ['viewer'], principal })).body.token);
}

describe('owners of a team', () => {
  it('count from joining on, and two are enough', async () => {
    await person('ana');
    await person('bo');
    expect(await owners()).toMatchObject({ state: 'none', lacking: 2, members: [] });
    expect(await join('ana')).toMatchObject({ status: 200, body: { state: 'one' } });
    expect(await join('bo@example.com')).toMatchObject({
      body: { state: 'enough', reachable: 2, members: [{ lack: null }, { lack: null }] },
    });
    expect(await join('bo')).toMatchObject({ status: 200, body: { reachable: 2 } });
  });

  it('who stay silent for 90 days no longer count, until they say so themselves', async () => {
    const ana = await person('ana');
    await join('ana');
    house.world.clock.advance(80 * DAY);
    const token = await tokenOf(ana);
    house.world.clock.advance(9 * DAY);
    expect(await owners()).toMatchObject({ members: [{ lack: null, isAsked: true }] });
    house.world.clock.advance(DAY);
    expect(await owners()).toMatchObject({ state: 'none', members: [{ lack: 'silent' }] });
    const confirmed = await house.call('POST', '/v1/teams/eda/confirm', undefined, { token });
    expect(confirmed).toMatchObject({
      status: 200,
      body: { state: 'one', members: [{ lack: null, confirmedAt: house.world.clock.now() }] },
    });
    expect(await owners()).toMatchObject({ members: [{ lack: null }] });
    house.world.clock.advance(DAY);
    await house.call('POST', '/v1/teams/eda/confirm', undefined, { token });
    expect(await owners()).toMatchObject({ members: [{ confirmedAt: house.world.clock.now() }] });
  });

  it('are confirmed by themselves, or by an admin for them', async () => {
    const token = await tokenOf(await person('ana'));
    await person('bo');
    await join('bo');
    expect(await house.call('POST', '/v1/teams/eda/confirm', { principal: 'bo' }, { token })).toMatchObject({ status: 403 });
    expect(await house.call('POST', '/v1/teams/eda/confirm', undefined, { token })).toMatchObject({ status: 409, code: 'conflict' });
    expect(await house.call('POST', '/v1/teams/eda/confirm', { principal: 'bo' })).toMatchObject({ status: 200 });
    const { body } = await house.call('GET', '/v1/audit?limit=500');
    expect((body.items as { action: string }[]).at(-1)).toMatchObject({ action: 'owner.confirmed', facts: { byItself: false } });
  });

  it('get the same answer to the same request', async () => {
    await person('ana');
    const ask = () => house.call('POST', '/v1/teams/eda/members', { principal: 'ana' }, { headers: { 'idempotency-key': 'one' } });
    const [first, again] = [await ask(), await ask()];
    expect(again.body).toEqual(first.body);
  });

  it('leave', async () => {
    await person('ana');
    await join('ana');
    expect(await house.call('DELETE', '/v1/teams/eda/members/ana')).toMatchObject({ status: 200, body: { state: 'none', members: [] } });
    expect(await house.call('DELETE', '/v1/teams/eda/members/ana')).toMatchObject({ status: 409 });
  });

  it.each([
    ['services', () => house.call('POST', '/v1/principals', { kind: 'service', name: 'x', email: 'x@example.com' }), 'no-person'],
    ['people without an address', () => person('x', null), 'no-email'],
  ])('do not count when they are %s', async (_who, make, lack) => {
    await make();
    expect(await join('x')).toMatchObject({ body: { state: 'none', members: [{ lack }] } });
  });
});
