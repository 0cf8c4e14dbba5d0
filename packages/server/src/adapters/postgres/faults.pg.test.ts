import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { changeOf, foundation, insert, rejectionOf, sample, update } from '@glidepath/testkit/store-contract';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ConnectionOptions } from './connections.ts';
import { PostgresStore } from './postgres-store.ts';
import { useTestDatabase } from './test-database.ts';

const database = useTestDatabase();
const open: { close(): Promise<unknown> }[] = [];

function storeWith(options: Partial<ConnectionOptions> = {}): PostgresStore {
  const store = new PostgresStore({ connectionString: database.connectionString, ...options });
  open.push(store);
  return store;
}

/** A connection of the test's own, in a transaction that holds the seats of the sample license. */
async function holdingTheSeats(): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: database.connectionString });
  client.on('error', () => {});
  await client.connect();
  open.push({ close: () => client.end() });
  await client.query('begin');
  await client.query("select 1 from glidepath.seat_state where id = 'lic_1' for update");
  return client;
}

/** Waits until somebody waits for a lock in our database. */
async function somebodyWaits(): Promise<number> {
  for (;;) {
    const [row] = await database.admin(
      `select pid from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and application_name = 'glidepath'`,
    );
    if (row !== undefined) return row.pid as number;
  }
}

const TAKE = { ...changeOf(update('seatState', 'lic_1', 0, { granted: 1 }), insert('lease')), audit: [sample.audit()] };

beforeEach(async () => {
  await database.empty();
  await storeWith().commit(foundation());
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((each) => each.close()));
});

describe('a commit', () => {
  it('that waits too long for a lock is a fault to try again, and wrote nothing', async () => {
    await holdingTheSeats();
    const store = storeWith({ lockTimeoutMs: 100 });
    expect(await rejectionOf(store.commit(TAKE))).toMatchObject({ name: 'Fault', code: 'store-busy', retryable: true });
    expect(await store.get('lease', 'lea_1')).toBeNull();
  });

  it('that takes too long is a fault to try again, and wrote nothing', async () => {
    await holdingTheSeats();
    const store = storeWith({ statementTimeoutMs: 100 });
    expect(await rejectionOf(store.commit(TAKE))).toMatchObject({ name: 'Fault', code: 'store-timeout', retryable: true });
    expect(await store.get('lease', 'lea_1')).toBeNull();
  });

  it('whose connection dies is unknown; the store goes on with a new one, and the change can be tried again', async () => {
    const holder = await holdingTheSeats();
    const store = storeWith({ connections: 1 });
    const lost = rejectionOf(store.commit(TAKE));
    await database.admin(`select pg_terminate_backend(${await somebodyWaits()})`);
    expect(await lost).toMatchObject({ name: 'Fault', code: 'commit-unknown', retryable: true });
    await holder.query('rollback');
    expect(await store.get('lease', 'lea_1')).toBeNull();
    expect(await store.commit(TAKE)).toEqual({ ok: true });
  });

  it('that another overtakes while it waits is stale', async () => {
    const holder = await holdingTheSeats();
    const store = storeWith();
    const overtaken = store.commit(TAKE);
    await somebodyWaits();
    await holder.query("update glidepath.seat_state set revision = revision + 1 where id = 'lic_1'");
    await holder.query('commit');
    expect(await overtaken).toEqual({ ok: false, reason: 'stale', table: 'seatState', id: 'lic_1', constraint: null });
    expect(await store.get('lease', 'lea_1')).toBeNull();
  });

  it('whose answer is lost on the way is unknown, though it happened; trying again finds it stale', async () => {
    const wire = await wireTo(database.connectionString);
    open.push(wire);
    const store = storeWith({ connectionString: wire.connectionString, connections: 1 });
    expect(await store.count('license', {})).toBe(1);
    wire.swallowNextAnswer();
    expect(await rejectionOf(store.commit(TAKE))).toMatchObject({ name: 'Fault', code: 'commit-unknown', retryable: true });
    expect(await store.get('lease', 'lea_1')).not.toBeNull();
    expect(await store.commit(TAKE)).toMatchObject({ ok: false, reason: 'stale' });
  });

  it('of a value that only the database refuses is a bug of ours', async () => {
    const store = storeWith();
    await database.admin('alter table glidepath.team add constraint sober check (length(name) < 100)');
    expect(await rejectionOf(store.commit(changeOf(insert('team', { id: 'tea_2', name: 'x'.repeat(200) }))))).toMatchObject({
      name: 'Bug',
    });
    await database.admin('alter table glidepath.team drop constraint sober');
  });
});

describe('a read', () => {
  it('whose connection dies is a fault to try again, and the next one goes well', async () => {
    const holder = await holdingTheSeats();
    await holder.query('lock table glidepath.license in access exclusive mode');
    const store = storeWith({ connections: 1 });
    const lost = rejectionOf(store.get('license', 'lic_1'));
    await database.admin(`select pg_terminate_backend(${await somebodyWaits()})`);
    expect(await lost).toMatchObject({ name: 'Fault', code: 'store-unavailable', retryable: true });
    await holder.query('rollback');
    expect(await store.get('license', 'lic_1')).not.toBeNull();
  });

  it('goes well after all idle connections were lost, which is told', async () => {
    const lost: Error[] = [];
    const store = storeWith({ connections: 3, onLost: (error) => lost.push(error) });
    await Promise.all([1, 2, 3].map(() => store.get('license', 'lic_1')));
    const [row] = await database.admin(
      `select count(pg_terminate_backend(pid))::int as ended from pg_stat_activity
       where datname = current_database() and application_name = 'glidepath'`,
    );
    await vi.waitFor(() => expect(lost.length).toBeGreaterThanOrEqual(3));
    expect(row?.ended).toBeGreaterThanOrEqual(3);
    expect(await store.get('license', 'lic_1')).not.toBeNull();
  });

  it('without tables says so and is not tried again', async () => {
    const url = new URL(database.connectionString);
    url.searchParams.set('options', '-c role=pg_monitor');
    const denied = storeWith({ connectionString: url.href });
    expect(await rejectionOf(denied.get('license', 'lic_1'))).toMatchObject({ name: 'Fault', code: 'store-refused', retryable: false });
  });
});

describe('a connection', () => {
  it('that cannot be made is a fault to try again', async () => {
    const store = storeWith({ connectionString: 'postgresql://nobody:x@127.0.0.1:1/none' });
    expect(await rejectionOf(store.now())).toMatchObject({ name: 'Fault', code: 'store-unavailable', retryable: true });
    expect(await rejectionOf(store.commit(TAKE))).toMatchObject({ name: 'Fault', code: 'store-unavailable', retryable: true });
  });

  it('that is refused for its password or its database is a fault that stays', async () => {
    for (const change of [(url: URL) => (url.password = 'wrong'), (url: URL) => (url.pathname = '/none')]) {
      const url = new URL(database.connectionString);
      change(url);
      expect(await rejectionOf(storeWith({ connectionString: url.href }).now())).toMatchObject({ code: 'store-refused', retryable: false });
    }
  });

  it('that is not free in time is a fault to try again', async () => {
    const holder = await holdingTheSeats();
    const store = storeWith({ connections: 1, connectTimeoutMs: 200 });
    const waiting = store.commit(TAKE);
    await somebodyWaits();
    expect(await rejectionOf(store.now())).toMatchObject({ name: 'Fault', code: 'store-busy', retryable: true });
    await holder.query('rollback');
    expect(await waiting).toEqual({ ok: true });
  });

  it('carries its name', async () => {
    const store = storeWith({ connections: 1, applicationName: 'glidepath-7' });
    await store.now();
    const [row] = await database.admin(`select count(*)::int as n from pg_stat_activity where application_name = 'glidepath-7'`);
    expect(row).toEqual({ n: 1 });
  });

  it('prepares nothing behind a pooler that cannot carry it', async () => {
    const store = storeWith({ connections: 1, prepared: false });
    expect(await store.commit(TAKE)).toEqual({ ok: true });
    expect((await store.get('lease', 'lea_1'))?.id).toBe('lea_1');
  });
});

/** A wire to the database that can be cut after a request went through and before its answer comes back. */
async function wireTo(connectionString: string) {
  const target = new URL(connectionString);
  const sockets = new Set<Socket>();
  let isSwallowing = false;
  const server: Server = createServer((near) => {
    const far = connect(Number(target.port), target.hostname);
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => sockets.delete(socket));
    }
    near.on('data', (data) => far.write(data));
    near.on('close', () => far.destroy());
    far.on('data', (data) => {
      if (!isSwallowing) return near.write(data);
      isSwallowing = false;
      near.destroy();
      return false;
    });
    far.on('close', () => near.destroy());
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const url = new URL(connectionString);
  url.port = String((server.address() as AddressInfo).port);
  return {
    connectionString: url.href,
    swallowNextAnswer() {
      isSwallowing = true;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((closed) => server.close(closed));
    },
  };
}
