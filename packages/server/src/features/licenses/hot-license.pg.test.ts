/** A license that two nodes give seats of without a pause, on PostgreSQL: its issuer is answered all the same. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PostgresStore } from '../../adapters/postgres/index.ts';
import { useTestDatabase } from '../../adapters/postgres/test-database.ts';
import { createServer } from '../../server.ts';
import { testWorld } from '../../test-world.ts';
import { latestSet, readKeyHouse } from '../keys/key-records.ts';
import { LEASE_COMMANDS } from '../leases/index.ts';
import { installation } from '../leases/test-installation.ts';
import { leaseServer, ONE_SEAT, sender } from '../leases/test-leases.ts';
import { LICENSE_COMMANDS } from './license-commands.ts';

const HOLDERS = 24;
const database = useTestDatabase();
let stores: readonly [PostgresStore, PostgresStore];

beforeAll(() => {
  const open = () => new PostgresStore({ connectionString: database.connectionString, connections: 6 });
  stores = [open(), open()];
});
afterAll(async () => {
  for (const store of stores) await store.close();
});

describe('a license under load', () => {
  it('is suspended, reinstated and changed while two nodes grant and free its seats', async () => {
    await database.empty();
    const entropy = { bytes: (count: number) => crypto.getRandomValues(new Uint8Array(count)) };
    const [store, second] = stores;
    const commands = [...LEASE_COMMANDS, ...LICENSE_COMMANDS];
    const house = await leaseServer({ seats: { ...ONE_SEAT, limit: 8 }, parts: { store, entropy } as object, server: { commands } });
    const { world, environment, license, licenseKey } = house;
    const keys = latestSet(await readKeyHouse(store, environment), world);
    if (keys === null) throw new Error('no key set');
    const other = sender(createServer(testWorld({ store: second, entropy } as object), { commands }));
    const at = (name: string) => installation({ license, licenseKey, environment, keys, crypto: world.crypto, send: other }, name);
    const holders = Array.from({ length: HOLDERS }, (_, n) => (n % 2 === 0 ? house.installation(`h${n}`) : at(`h${n}`)));
    let isOver = false;
    const load = holders.map(async (holder) => {
      while (!isOver) {
        if ((await holder.acquire()).status === 200) await holder.release();
      }
    });
    const statuses: number[] = [];
    for (let round = 1; round <= 5; round++) {
      for (const [verb, body] of [
        ['suspend', { reason: 'unpaid' }],
        ['reinstate', { reason: 'paid' }],
        ['terms', { overrides: { seats: 8 + round } }],
      ] as const)
        statuses.push((await house.call('POST', `/v1/licenses/${license.id}/${verb}`, body)).status);
    }
    isOver = true;
    await Promise.all(load);
    expect(statuses).toEqual(statuses.map(() => 200));
    expect((await house.refreshed()).seq.count).toBe(license.seq.count + 15);
    const seats = await store.get('seatState', license.id);
    expect(seats?.granted).toBe(await store.count('lease', { license: license.id, state: 'granted' }));
  });
});
