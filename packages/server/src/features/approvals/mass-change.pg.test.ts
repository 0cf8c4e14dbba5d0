/** Two nodes on one database, asked at once for more suspensions than one person may make. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { PostgresStore } from '../../adapters/postgres/index.ts';
import { useTestDatabase } from '../../adapters/postgres/test-database.ts';
import { createServer, type Server } from '../../server.ts';
import { type TestServer, testServer, testWorld } from '../../test-world.ts';
import { issueTestLicense } from '../test-license.ts';

const database = useTestDatabase();
const entropy = { bytes: (count: number) => crypto.getRandomValues(new Uint8Array(count)) };
const stores: PostgresStore[] = [];
let one: TestServer;
let other: Server;

const open = (): PostgresStore => {
  const store = new PostgresStore({ connectionString: database.connectionString, connections: 6 });
  stores.push(store);
  return store;
};

beforeAll(async () => {
  await database.empty();
  one = await testServer({ jobs: [] }, { store: open(), entropy });
  other = createServer(testWorld({ store: open(), entropy }), { jobs: [] });
});
afterAll(async () => {
  for (const store of stores) await store.close();
});

it('a mass change is not slipped past by asking two nodes at once', async () => {
  const licenses: string[] = [];
  for (let number = 0; number < 12; number++) licenses.push((await issueTestLicense(one, { customer: `Customer ${number}` })).id);
  const headers = { authorization: `Bearer ${one.admin}` };
  const body = JSON.stringify({ reason: 'a script in a loop' });
  const suspend = (license: string, at: number) =>
    [one.server, other][at % 2]?.handle({ method: 'POST', path: `/v1/licenses/${license}/suspend`, headers, body });
  // Whoever finds the record busy asks again, as a script does.
  let statuses: readonly (number | undefined)[] = [];
  for (let round = 0; round < 5; round++) {
    const answers = await Promise.all(licenses.map(suspend));
    statuses = answers.map((answer) => answer?.status);
    const suspended = await one.world.store.find('license', { status: 'suspended' }, { limit: 20 });
    expect(suspended.length).toBeLessThanOrEqual(2);
    if (statuses.every((status) => status !== 503)) break;
  }
  expect(await one.world.store.count('license', { status: 'suspended' })).toBe(2);
  expect(statuses.filter((status) => status === 202).length).toBeGreaterThanOrEqual(10);
  expect(await one.world.store.count('approval', { state: 'waiting' })).toBe(10);
});
