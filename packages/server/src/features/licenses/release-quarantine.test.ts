import { MINUTE } from '@glidepath/core';
import { beforeEach, describe, expect, it } from 'vitest';
import { LEASE_COMMANDS } from '../leases/index.ts';
import { type LeaseServer, leaseServer, put } from '../leases/test-leases.ts';
import { LICENSE_COMMANDS } from './license-commands.ts';

const COMMANDS = [...LEASE_COMMANDS, ...LICENSE_COMMANDS];

describe('a license of a restored store', () => {
  let house: LeaseServer;
  beforeEach(async () => {
    house = await leaseServer({ server: { commands: COMMANDS } });
  });
  const post = (verb: string, body: unknown, how = {}) => house.call('POST', `/v1/licenses/${house.license.id}/${verb}`, body, how);
  const shown = async () => (await house.call('GET', `/v1/licenses/${house.license.id}`)).body;

  /** The license was changed four times after the backup, which one of its holders has seen. */
  async function restored() {
    const { store } = house.world;
    const a = house.installation('a');
    await a.acquire();
    const { id, seq } = await house.refreshed();
    const identity = await store.get('storeIdentity', 'store');
    const incarnation = (identity?.incarnation ?? 0) + 1;
    if (identity === null) throw new Error('a store has an identity');
    await put(store, [{ op: 'update', table: 'storeIdentity', id: 'store', revision: identity.revision, set: { incarnation } }]);
    house.world.clock.advance(MINUTE);
    return { a, id, newer: { ...seq, count: seq.count + 4 } };
  }

  it('goes on for who holds a seat, lets nobody new in, and is as before once it is released', async () => {
    const { a, id, newer } = await restored();
    expect(await shown()).toMatchObject({ quarantinedAt: null });
    expect(await a.renew({ seq: newer })).toMatchObject({ status: 200 });
    expect(await shown()).toMatchObject({ quarantinedAt: house.world.clock.now(), state: 'active' });
    expect(await house.installation('b').acquire()).toMatchObject({
      status: 403,
      code: 'license-quarantined',
      verdict: { verdict: 'denied', code: 'license-quarantined' },
    });
    expect(await a.renew({ seq: { ...newer, count: newer.count + 3 } })).toMatchObject({ status: 200 });

    house.world.clock.advance(MINUTE);
    expect(await post('release-quarantine', { reason: 'renewed again' })).toMatchObject({ status: 200, body: { quarantinedAt: null } });
    expect(await a.renew({ seq: { ...newer, count: newer.count + 3 } })).toMatchObject({
      status: 200,
      lease: { seq: (await shown()).seq },
    });
    expect(await house.installation('b').acquire()).toMatchObject({ status: 200 });
    expect(await shown()).toMatchObject({ quarantinedAt: null });
    const [entry] = await house.world.store.find('audit', { action: 'license.quarantine-released' }, { limit: 1 });
    expect(entry).toMatchObject({ subject: id, facts: { reason: 'renewed again', since: house.world.clock.now() - MINUTE } });
  });

  it('is released by an issuer, with a reason, and only from a quarantine', async () => {
    const { a, newer } = await restored();
    expect(await post('release-quarantine', { reason: 'why' })).toMatchObject({
      status: 409,
      code: 'conflict',
      body: { facts: { reason: 'not-quarantined' } },
    });
    await a.renew({ seq: newer });
    const token = await house.tokenFor(['operator']);
    expect(await post('release-quarantine', { reason: 'why' }, { token })).toMatchObject({ status: 403 });
    expect(await post('release-quarantine', {})).toMatchObject({ status: 400 });
    expect(await post('release-quarantine', { reason: ' ' })).toMatchObject({ status: 400, body: { errors: [{ path: '/reason' }] } });
    expect(await shown()).toMatchObject({ quarantinedAt: house.world.clock.now() });
  });
});
