/** The commands of leases on PostgreSQL: two nodes on one database, whose callers want the same seats. */
import { HOUR, instant, type Lease, SECOND } from '@glidepath/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PostgresStore } from '../../adapters/postgres/index.ts';
import { useTestDatabase } from '../../adapters/postgres/test-database.ts';
import { createServer } from '../../server.ts';
import { type TestWorld, testWorld } from '../../test-world.ts';
import { bootstrapEnvironment } from '../keys/bootstrap.ts';
import { latestSet, readKeyHouse } from '../keys/key-records.ts';
import { type Answer, type Installation, installation } from './test-installation.ts';
import { ONE_SEAT, policyTree, putLicense, sender } from './test-leases.ts';

const START = instant(0);
const database = useTestDatabase();
let nodes: readonly TestWorld[];
let served: readonly ReturnType<typeof createServer>[];

beforeAll(async () => {
  const entropy = { bytes: (count: number) => crypto.getRandomValues(new Uint8Array(count)) };
  const open = () => new PostgresStore({ connectionString: database.connectionString, connections: 6 });
  nodes = [1, 2].map(() => testWorld({ store: open(), entropy }));
  served = nodes.map((world) => createServer(world, { checkAnswers: true }));
});
afterAll(async () => {
  for (const { store } of nodes) await store.close();
});

/** A license whose installations ask both nodes in turn. */
async function house(seats: Record<string, unknown>) {
  await database.empty();
  const [world, other] = nodes;
  if (world === undefined || other === undefined) throw new Error('no nodes');
  const { environment } = await bootstrapEnvironment(world, { name: 'production', issuer: 'glidepath:pg', lockRoot: () => 'locked' });
  const keys = latestSet(await readKeyHouse(world.store, environment), world);
  if (keys === null) throw new Error('no key set');
  const licensed = await putLicense(world, environment, policyTree(seats));
  const via = (node: number, name: string): Installation => {
    const server = served[node % served.length];
    if (server === undefined) throw new Error('no server');
    return installation({ ...licensed, environment, keys, crypto: world.crypto, send: sender(server) }, name);
  };
  const rows = async (): Promise<readonly Lease[]> => world.store.find('lease', { license: licensed.license.id }, { limit: 200 });
  return { world, other, via, rows, license: licensed.license.id };
}

/** As if a node had said so every second: nobody is reaped for a time in which none served. */
async function servedAllTheWhile({ store, clock }: TestWorld): Promise<void> {
  const row = { id: 'service', servedAt: clock.now(), resumedAt: START, revision: 0 };
  const before = await store.get('serviceState', 'service');
  const write =
    before === null
      ? ({ op: 'insert', table: 'serviceState', row } as const)
      : ({
          op: 'update',
          table: 'serviceState',
          id: row.id,
          revision: before.revision,
          set: { servedAt: row.servedAt, resumedAt: START },
        } as const);
  expect(await store.commit({ writes: [write], audit: [], events: [] })).toEqual({ ok: true });
}

/** A client asks again when the control plane is busy. */
async function patiently(ask: () => Promise<Answer>): Promise<Answer> {
  for (;;) {
    const answer = await ask();
    if (answer.status !== 503) return answer;
  }
}

describe('leases on PostgreSQL > two nodes', () => {
  it('grant no seat twice when many ask at once', async () => {
    const { world, via, rows, license } = await house({ ...ONE_SEAT, limit: 7 });
    const names = Array.from({ length: 24 }, (_, n) => `holder-${n}`);
    const answers = await Promise.all(
      names.map((name, node) => {
        const asking = via(node, name);
        return patiently(() => asking.acquire({ nonce: `nonce-of-${name}` }));
      }),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(7);
    expect(answers.filter(({ code }) => code === 'no-seat')).toHaveLength(17);
    expect(await rows()).toHaveLength(7);
    expect(await world.store.get('seatState', license)).toMatchObject({ granted: 7, overage: 0 });
    expect(await world.store.count('audit', { action: 'lease.acquired' })).toBe(7);
  });

  it('renew, release and hand over side by side without losing count', async () => {
    const { world, via, rows, license } = await house({ ...ONE_SEAT, limit: 4, whenFull: 'essential' });
    const holders = Array.from({ length: 10 }, (_, n) => via(n, `holder-${n}`));
    for (const holder of holders) await patiently(() => holder.acquire());
    await Promise.all(
      holders.map(async (holder, n) => {
        for (let round = 0; round < 3; round++) await patiently(() => holder.renew());
        if (n % 2 === 0) await patiently(() => holder.release());
      }),
    );
    const now = await rows();
    expect(now.filter(({ state }) => state === 'granted')).toHaveLength(4);
    expect(now.filter(({ state }) => state === 'released')).toHaveLength(5);
    expect(await world.store.get('seatState', license)).toMatchObject({ granted: 4 });
  });

  it('give a person one pseudonym, whichever node it asks', async () => {
    const { world, via } = await house({ ...ONE_SEAT, limit: 9, kind: 'named', whenFull: 'essential' });
    const answers = await Promise.all(
      [0, 1, 2, 3].map((n) => {
        const asking = via(n, `machine-${n}`);
        return patiently(() => asking.acquire({ body: { person: 'Ann' } }));
      }),
    );
    expect(new Set(answers.map(({ lease }) => lease?.sub)).size).toBe(1);
    expect(await world.store.count('holderName', {})).toBe(1);
  });

  it('reap at the same time, each hold once', async () => {
    const { world, other, via, rows } = await house({ ...ONE_SEAT, limit: 20 });
    for (let n = 0; n < 12; n++) await via(n, `holder-${n}`).acquire();
    for (const { clock } of [world, other]) clock.advance(HOUR + 2 * SECOND);
    await servedAllTheWhile(world);
    await Promise.all(served.map((server, node) => server.tick([world, other][node]?.clock.now() ?? world.clock.now())));
    expect((await rows()).map(({ state }) => state)).toEqual(Array.from({ length: 12 }, () => 'reaped'));
    expect(await world.store.count('audit', { action: 'lease.reaped' })).toBe(12);
  });
});
