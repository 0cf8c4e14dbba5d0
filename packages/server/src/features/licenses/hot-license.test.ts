/** A license whose seats others change between every reading and every commit. */
import type { ChangeSet, CommitResult } from '@glidepath/core';
import { describe, expect, it } from 'vitest';
import { MemoryStore } from '../../adapters/memory/memory-store.ts';
import { testClock } from '../../test-world.ts';
import { LEASE_COMMANDS } from '../leases/index.ts';
import { leaseServer } from '../leases/test-leases.ts';
import { LICENSE_COMMANDS } from './license-commands.ts';

/** Outside of turns others are always first; a database holds them up while a turn runs. */
class HotStore extends MemoryStore {
  isHot = false;
  refused = 0;
  override async commit(change: ChangeSet): Promise<CommitResult> {
    const seats = change.writes.find((write) => write.table === 'seatState' && write.op === 'update');
    if (!this.isHot || seats?.op !== 'update') return super.commit(change);
    this.refused++;
    return { ok: false, reason: 'stale', table: 'seatState', id: seats.id, constraint: null };
  }
}

describe('a license under load', () => {
  it.each([
    ['suspend', { reason: 'unpaid' }, 'license.suspended'],
    ['terms', { overrides: { seats: 9 } }, 'license.terms-changed'],
    ['renew', { expiresAt: 4_102_444_800_000 }, 'license.renewed'],
  ])('is changed in a turn of its own: %s', async (verb, body, action) => {
    const store = new HotStore(testClock());
    const house = await leaseServer({ parts: { store }, server: { commands: [...LEASE_COMMANDS, ...LICENSE_COMMANDS] } });
    const told: (readonly [string, number])[] = [];
    house.world.bus.subscribe(({ type }) => told.push([type, store.refused]));
    const before = await house.refreshed();
    if (verb === 'renew') {
      const [terms] = await store.find('licenseTerms', { license: before.id }, { limit: 1 });
      if (terms === undefined) throw new Error('a license has terms');
      const row = { ...terms, id: `${terms.id}x`, effectiveFrom: house.world.clock.now(), expiresAt: house.world.clock.now() };
      await store.commit({ writes: [{ op: 'insert', table: 'licenseTerms', row }], audit: [], events: [] });
    }
    store.isHot = true;
    expect(await house.call('POST', `/v1/licenses/${before.id}/${verb}`, body)).toMatchObject({ status: 200 });
    expect(told).toEqual([[action, 2]]);
    expect((await house.refreshed()).seq.count).toBe(before.seq.count + 1);
    expect(await store.count('audit', { action })).toBe(1);
  });
});
