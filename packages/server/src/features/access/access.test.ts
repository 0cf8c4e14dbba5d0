import { DAY, MINUTE, YEAR } from '@glidepath/core';
import { beforeEach, describe, expect, it } from 'vitest';
import { createServer } from '../../server.ts';
import { type TestServer, testServer, testWorld } from '../../test-world.ts';
import { firstSignIn } from './first-start.ts';

describe('first sign-in', () => {
  it('lets an admin in once, within 15 minutes', async () => {
    const world = testWorld();
    const server = createServer(world, { checkAnswers: true });
    const first = await firstSignIn(world);
    const signIn = (code = first?.code) => server.handle({ method: 'POST', path: '/v1/sign-in', body: JSON.stringify({ code }) });
    const { status, body } = await signIn();
    expect(status).toBe(201);
    const authorization = `Bearer ${(body as { token: string }).token}`;
    expect(await server.handle({ method: 'GET', path: '/v1/whoami', headers: { authorization } })).toMatchObject({
      body: { name: 'admin', roles: ['admin'] },
    });
    expect(await signIn()).toMatchObject({ status: 401, code: 'sign-in-code-invalid' });
    expect(await firstSignIn(world)).toBeNull();
  });

  it('is printed again until somebody came in, for the same principal', async () => {
    const world = testWorld();
    const first = await firstSignIn(world);
    world.clock.advance(15 * MINUTE);
    const server = createServer(world);
    expect(await server.handle({ method: 'POST', path: '/v1/sign-in', body: JSON.stringify({ code: first?.code }) })).toMatchObject({
      status: 401,
    });
    const second = await firstSignIn(world);
    expect(second?.code).not.toBe(first?.code);
    expect(await world.store.count('principal', {})).toBe(1);
  });

  it('is made by one of two nodes that start together', async () => {
    const world = testWorld();
    const codes = await Promise.all([firstSignIn(world), firstSignIn(world)]);
    expect(codes.filter((code) => code !== null)).toHaveLength(1);
    expect(await world.store.count('roleGrant', {})).toBe(1);
  });

  it('is used by one of two that send it together', async () => {
    const world = testWorld();
    const server = createServer(world);
    const first = await firstSignIn(world);
    const signIn = () => server.handle({ method: 'POST', path: '/v1/sign-in', body: JSON.stringify({ code: first?.code }) });
    expect((await Promise.all([signIn(), signIn()])).map(({ status }) => status).sort()).toEqual([201, 401]);
    expect(await world.store.count('apiToken', {})).toBe(1);
  });
});

describe('access', () => {
  let server: TestServer;
  beforeEach(async () => {
    server = await testServer();
  });
  const create = async (name: string) => String((await server.call('POST', '/v1/principals', { kind: 'person', name })).body.id);
  const grant = (principal: string, role: string) => server.call('POST', '/v1/role-grants', { principal, role });
  const whoAmI = (token: unknown) => server.call('GET', '/v1/whoami', undefined, { token: String(token) });

  describe('tokens', () => {
    it('carry the roles that were asked for and end after 90 days', async () => {
      const { body } = await server.call('POST', '/v1/tokens', { name: 'ci', roles: ['viewer'] });
      expect(body.expiresAt).toBe(server.world.clock.now() + 90 * DAY);
      expect(await whoAmI(body.token)).toMatchObject({ body: { roles: ['viewer'] } });
      server.world.clock.advance(90 * DAY);
      expect(await whoAmI(body.token)).toMatchObject({ status: 401, code: 'token-expired' });
    });

    it.each([
      ['longer than a year', YEAR + 1],
      ['in the past', -1],
    ])('do not last %s', async (_what, ms) => {
      const expiresAt = server.world.clock.now() + ms;
      expect(await server.call('POST', '/v1/tokens', { name: 'ci', roles: ['viewer'], expiresAt })).toMatchObject({
        status: 400,
        body: { errors: [{ path: '/expiresAt' }] },
      });
    });

    it('give nobody more than their maker has', async () => {
      const token = await server.tokenFor(['operator']);
      expect(await server.call('POST', '/v1/tokens', { name: 'x', roles: ['admin'] }, { token })).toMatchObject({ status: 403 });
      expect(await server.call('POST', '/v1/tokens', { name: 'x', roles: ['viewer'] }, { token })).toMatchObject({ status: 201 });
    });

    it('for another principal are made by an admin only, and do no more than that principal may', async () => {
      const id = await create('Ann');
      const token = await server.tokenFor(['operator']);
      expect(await server.call('POST', '/v1/tokens', { name: 'x', roles: ['viewer'], principal: id }, { token })).toMatchObject({
        status: 403,
      });
      const { body } = await server.call('POST', '/v1/tokens', { name: 'x', roles: ['admin'], principal: id });
      expect(await whoAmI(body.token)).toMatchObject({ status: 403 });
      await grant(id, 'viewer');
      expect(await whoAmI(body.token)).toMatchObject({ status: 403 });
      await grant(id, 'admin');
      expect(await whoAmI(body.token)).toMatchObject({ body: { roles: ['admin'] } });
    });

    it('stop at once when they are revoked, by their owner or an admin', async () => {
      const token = await server.tokenFor(['viewer']);
      const { body } = await server.call('GET', '/v1/tokens', undefined, { token });
      const [own] = body.items as { id: string }[];
      expect(await server.call('DELETE', `/v1/tokens/${own?.id}`, undefined, { token })).toMatchObject({ status: 200 });
      expect(await whoAmI(token)).toMatchObject({ code: 'token-expired' });
    });

    it('of others are neither seen nor revoked without the role admin', async () => {
      const token = await server.tokenFor(['operator']);
      const { body: all } = await server.call('GET', '/v1/tokens');
      const { body: own } = await server.call('GET', '/v1/tokens', undefined, { token });
      expect((all.items as unknown[]).length).toBe(2);
      expect((own.items as unknown[]).length).toBe(1);
      const [first] = all.items as { id: string }[];
      expect(await server.call('DELETE', `/v1/tokens/${first?.id}`, undefined, { token })).toMatchObject({ status: 404 });
    });

    it('are shown once: lists and store have a hash and a hint', async () => {
      const { body } = await server.call('POST', '/v1/tokens', { name: 'ci', roles: ['viewer'] });
      const { body: list } = await server.call('GET', '/v1/tokens');
      expect(JSON.stringify([list, server.world.store.snapshot()])).not.toContain(String(body.token));
      expect(JSON.stringify(list)).not.toContain('hash');
    });
  });

  describe('principals', () => {
    it('come in with a code of their own', async () => {
      const id = await create('Ann');
      await grant('Ann', 'viewer');
      const { body } = await server.call('POST', `/v1/principals/${id}/sign-in-codes`);
      const { status, body: token } = await server.call('POST', '/v1/sign-in', { code: body.code }, { token: '' });
      expect(status).toBe(201);
      expect(await whoAmI(token.token)).toMatchObject({ body: { name: 'Ann', roles: ['viewer'] } });
    });

    it('that are disabled are out at once, and their codes with them', async () => {
      const id = await create('Ann');
      await grant(id, 'viewer');
      const { body: code } = await server.call('POST', `/v1/principals/${id}/sign-in-codes`);
      const { body: token } = await server.call('POST', '/v1/tokens', { name: 'x', roles: ['viewer'], principal: id });
      expect(await server.call('POST', `/v1/principals/${id}/disable`)).toMatchObject({ status: 200 });
      expect(await whoAmI(token.token)).toMatchObject({ status: 401 });
      expect(await server.call('POST', '/v1/sign-in', { code: code.code }, { token: '' })).toMatchObject({ status: 401 });
    });

    it('leave somebody who can give access', async () => {
      const { body: me } = await whoAmI(server.admin);
      expect(await server.call('POST', `/v1/principals/${me.principal}/disable`)).toMatchObject({ status: 409, code: 'last-admin' });
      const { body } = await server.call('GET', '/v1/role-grants');
      const [only] = body.items as { id: string }[];
      expect(await server.call('DELETE', `/v1/role-grants/${only?.id}`)).toMatchObject({ status: 409, code: 'last-admin' });
      const second = await create('Ann');
      await grant(second, 'admin');
      expect(await server.call('DELETE', `/v1/role-grants/${only?.id}`)).toMatchObject({ status: 200 });
      expect(await whoAmI(server.admin)).toMatchObject({ status: 403 });
    });

    it('have one name each, and one grant of a role', async () => {
      await create('Ann');
      expect(await server.call('POST', '/v1/principals', { kind: 'agent', name: 'Ann' })).toMatchObject({ status: 409 });
      await grant('Ann', 'viewer');
      expect(await grant('Ann', 'viewer')).toMatchObject({ status: 409, code: 'already-exists' });
    });
  });

  describe('teams', () => {
    it('have members that exist', async () => {
      const id = await create('Ann');
      expect(await server.call('POST', '/v1/teams', { name: 'build', members: ['Ann', id] })).toMatchObject({
        status: 201,
        body: { members: [id] },
      });
      expect(await server.call('POST', '/v1/teams', { name: 'ops', members: ['nobody'] })).toMatchObject({ status: 404 });
      expect(await server.call('POST', '/v1/teams', { name: 'build' })).toMatchObject({ code: 'already-exists' });
      expect(await server.call('GET', '/v1/teams')).toMatchObject({ body: { items: [{ name: 'build', members: [id] }] } });
    });
  });
});
