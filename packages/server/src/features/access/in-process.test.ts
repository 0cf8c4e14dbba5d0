import { describe, expect, it } from 'vitest';
import { testServer } from '../../test-world.ts';
import { firstSignIn } from './first-start.ts';
import { endInProcessTokens, inProcessToken } from './in-process.ts';

async function production() {
  const made = await testServer();
  const [environment] = await made.world.store.find('environment', { name: 'production' }, { limit: 1 });
  return { ...made, environment: environment?.id ?? '' };
}

describe('a token of the process itself', () => {
  it('lets the built-in agent ask for its probes, and nothing else', async () => {
    const { world, call, environment } = await production();
    const token = await inProcessToken(world, 'agent', environment, 'up@here');
    expect((await call('GET', '/v1/licenses', undefined, { token })).status).toBe(403);
    expect((await call('GET', '/v1/agents')).body).toMatchObject({ items: [{ name: 'local', disabledAt: null }] });
  });

  it('ends the one before of the same node, and of no other', async () => {
    const { world, environment } = await production();
    for (const node of ['a', 'b', 'a']) await inProcessToken(world, 'agent', environment, node);
    const tokens = await world.store.find('apiToken', {}, { limit: 10 });
    const live = tokens.filter(({ revokedAt, roles }) => revokedAt === null && roles.length === 0).map(({ name }) => name);
    expect(live.sort()).toEqual(['a', 'b']);
  });

  it('is ended when it has done its work', async () => {
    const { world, call, environment } = await production();
    const token = await inProcessToken(world, 'folder', environment, 'a');
    expect((await call('GET', '/v1/licenses', undefined, { token })).status).toBe(200);
    await endInProcessTokens(world, 'folder', environment, 'a');
    expect((await call('GET', '/v1/licenses', undefined, { token })).status).toBe(401);
  });

  it('locks nobody out: until a person has signed in, each start shows a way in', async () => {
    const { world, environment } = await production();
    await inProcessToken(world, 'agent', environment, 'up@here');
    expect(await firstSignIn(world)).not.toBeNull();
  });
});
