import { DAY, HOUR, type Instant, MINUTE, type RunwayRecord, YEAR } from '@glidepath/core';
import { describe, expect, it } from 'vitest';
import { testServer } from '../../test-world.ts';
import { type OwnEnd, SOUND_VITALS } from '../../world.ts';
import { watchOurselves } from './own-runways.ts';

async function situation(ends?: (now: Instant) => Promise<readonly OwnEnd[]>) {
  const vitals = { ...SOUND_VITALS, ...(ends === undefined ? {} : { ends }) };
  const server = await testServer({ jobs: [watchOurselves] }, { vitals });
  const row = async (id: string): Promise<RunwayRecord | null> => await server.world.store.get('runway', `glidepath/${id}`);
  const tick = async (ms: number) => await server.server.tick(server.world.clock.advance(ms));
  return { ...server, row, tick };
}

describe('Glidepath itself', () => {
  it('has a runway by its keys, roots and tokens from its first minutes', async () => {
    const { call, row, tick, world } = await situation();
    const { body: agent } = await call('POST', '/v1/agents', { name: 'lab-1' });
    await tick(0);
    expect(await row('signing-keys')).toMatchObject({ state: 'open', environment: null, vendor: 'Glidepath' });
    expect(await row('key-set-key')).toMatchObject({ state: 'dated', cause: 'signing-key' });
    expect(await row('root')).toMatchObject({ state: 'unknown', evidence: expect.stringContaining('1, 2') });
    expect(await row('tokens')).toMatchObject({ state: 'dated', cause: 'token' });
    expect((await row('tokens'))?.items).toEqual(expect.arrayContaining([expect.objectContaining({ endsAt: agent.expiresAt })]));
    expect(((await call('GET', '/v1/runways')).body.items as unknown[]).length).toBe(4);
    for (const number of [1, 2]) await call('POST', `/v1/roots/${number}/exported`);
    await tick(5 * MINUTE);
    expect(await row('root')).toMatchObject({ state: 'open' });
    expect(world.clock.now()).toBeLessThan(Number((await row('key-set-key'))?.endsAt) - YEAR / 2);
  });

  it('says when a signing key was not relieved in time', async () => {
    const { row, tick } = await situation();
    await tick(20 * DAY);
    expect(await row('signing-keys')).toMatchObject({ state: 'open' });
    await tick(2 * DAY);
    expect(await row('signing-keys')).toMatchObject({ state: 'dated', cause: 'signing-key' });
  });

  it('forgets a token that was revoked, and that of a principal that was shut out', async () => {
    const { call, row, tick, world } = await situation();
    const { body: agent } = await call('POST', '/v1/agents', { name: 'lab-1' });
    await tick(0);
    const items = async () => {
      const found = await row('tokens');
      return ((found?.items ?? []) as { endsAt: number }[]).map(({ endsAt }) => endsAt);
    };
    expect(await items()).toContain(agent.expiresAt);
    expect(await call('POST', `/v1/principals/${agent.agent}/disable`)).toMatchObject({ status: 200 });
    await tick(5 * MINUTE);
    expect(await items()).not.toContain(agent.expiresAt);
    expect(world.clock.now()).toBeGreaterThan(0);
  });

  it('shows what its adapters see, and that nothing is known when they fail', async () => {
    let isBroken = false;
    const disk: OwnEnd = { id: 'glidepath/disk', name: 'Disk', parts: [], latent: [], isKnown: true, evidence: '50 % is free.' };
    const { row, tick, world } = await situation(async (now) => {
      if (isBroken) throw new Error('no');
      const latent = [{ act: 'restart', from: now, reason: 'the sealing key: it is gone' }] as const;
      return [disk, { ...disk, id: 'glidepath/next-start', name: 'Next start', latent }];
    });
    await tick(0);
    expect(await row('disk')).toMatchObject({ state: 'open', evidence: '50 % is free.' });
    expect(await row('next-start')).toMatchObject({ state: 'latent', cause: 'latent', endsAt: world.clock.now() });
    isBroken = true;
    await tick(2 * HOUR);
    expect(await row('next-start')).toMatchObject({ state: 'unknown' });
  });

  it('keeps the worse word of another node for as long as that node says it', async () => {
    const end: OwnEnd = { id: 'glidepath/certificate', name: 'TLS certificate', parts: [], latent: [], isKnown: true, evidence: '' };
    const { row, tick, world } = await situation(async (now) => [
      { ...end, parts: [{ cause: 'certificate', what: 'mine', endsAt: (now + 90 * DAY) as Instant, source: 'itself', asOf: now }] },
    ]);
    await tick(0);
    const mine = await row('certificate');
    const theirs = (mine?.computedAt ?? 0) + DAY;
    const set = { endsAt: theirs as Instant };
    await world.store.commit({
      writes: [{ op: 'update', table: 'runway', id: 'glidepath/certificate', revision: mine?.revision ?? 0, set }],
      audit: [],
      events: [],
    });
    await tick(5 * MINUTE);
    expect(await row('certificate')).toMatchObject({ endsAt: theirs });
    await tick(2 * HOUR);
    expect((await row('certificate'))?.endsAt).toBeGreaterThan(theirs);
  });
});
