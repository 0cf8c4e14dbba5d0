import { type Instant, instant } from '@glidepath/core';
import { newId } from '@glidepath/protocol';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { seededEntropy } from '../../test-world.ts';
import { type Hint, SILENT } from '../../world.ts';
import { useTestDatabase } from '../postgres/test-database.ts';
import { startProxy } from '../postgres/test-proxy.ts';
import { RARE_SQL } from './hint-payload.ts';
import { createPostgresBus, type PostgresBus } from './postgres-bus.ts';

const database = useTestDatabase();
const open: PostgresBus[] = [];
afterEach(async () => {
  for (const bus of open.splice(0)) await bus.close();
});

const now = (): Instant => instant(Date.now());
const entropy = seededEntropy('bus');

interface Ear {
  readonly bus: PostgresBus;
  readonly heard: Hint[];
}

/** A node's bus that listens; `pollMs` is far off unless a test is about it. */
async function node(name: string, { pollMs = 3_600_000, connectionString = database.connectionString } = {}): Promise<Ear> {
  const bus = createPostgresBus({ connectionString, node: name, log: SILENT, random: { next: () => 0 }, clock: { now }, pollMs });
  open.push(bus);
  const heard: Hint[] = [];
  bus.subscribe((hint) => heard.push(hint));
  bus.start();
  await vi.waitFor(() => expect(bus.isListening()).toBe(true), { timeout: 10_000, interval: 5 });
  return { bus, heard };
}

/** An event as a command that began at `at` commits it, with nobody told. */
async function commitEvent(type: string, subject: string, at = now()): Promise<string> {
  const id = newId('evt', at, entropy);
  await database.admin(
    `insert into glidepath.outbox (id, environment, at, type, subject, data, sent_at, revision) values ('${id}', null, ${at}, '${type}', '${subject}', '{}', null, 0)`,
  );
  return id;
}

const until = (check: () => void) => vi.waitFor(check, { timeout: 10_000, interval: 5 });
const suspended = (subject: string): Hint => ({ type: 'license.suspended', environment: 'env_1', subject, id: `evt_${subject}` });

describe('postgres bus', () => {
  it('tells itself at once and once, and other nodes', async () => {
    const [a, b] = [await node('a'), await node('b')];
    a.bus.publish(suspended('lic_1'));
    expect(a.heard).toEqual([suspended('lic_1')]);
    await until(() => expect(b.heard).toEqual([suspended('lic_1')]));
    b.bus.publish(suspended('lic_2'));
    await until(() => expect(a.heard).toEqual([suspended('lic_1'), suspended('lic_2')]));
    expect(b.heard).toHaveLength(2);
  });

  it('keeps what is not rare to itself', async () => {
    const [a, b] = [await node('a'), await node('b')];
    a.bus.publish({ type: 'lease.acquired', environment: 'env_1', subject: 'lea_1' });
    a.bus.publish(suspended('lic_3'));
    await until(() => expect(b.heard).toEqual([suspended('lic_3')]));
    expect(a.heard).toHaveLength(2);
  });

  it('finds in the outbox what nobody told, also what began before and committed after', async () => {
    const { heard } = await node('a', { pollMs: 5 });
    const early = now();
    const late = await commitEvent('license.revoked', 'lic_late');
    await until(() => expect(heard.map(({ subject }) => subject)).toContain('lic_late'));
    const slow = await commitEvent('license.renewed', 'lic_slow', instant(early - 20_000));
    await commitEvent('lease.acquired', 'lea_9');
    await until(() => expect(heard.map(({ subject }) => subject)).toContain('lic_slow'));
    expect(heard.map(({ id }) => id)).toEqual([late, slow]);
  });

  it('hears once of what was told and is found', async () => {
    const [a, b] = [await node('a'), await node('b', { pollMs: 5 })];
    const id = await commitEvent('license.suspended', 'lic_both');
    a.bus.publish({ type: 'license.suspended', environment: null, subject: 'lic_both', id });
    await commitEvent('license.suspended', 'lic_after');
    await until(() => expect(b.heard.map(({ subject }) => subject)).toContain('lic_after'));
    expect(b.heard.filter(({ subject }) => subject === 'lic_both')).toHaveLength(1);
  });

  it('listens again after its connection was ended, and finds what it missed', async () => {
    const { bus, heard } = await node('a', { pollMs: 5 });
    await database.admin(`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'glidepath-bus'`);
    await commitEvent('license.suspended', 'lic_missed');
    await until(() => expect(heard.map(({ subject }) => subject)).toContain('lic_missed'));
    expect(bus.isListening()).toBe(true);
  });

  it('works on while its connection is cut, and comes back by itself', async () => {
    const proxy = await startProxy(database.connectionString);
    try {
      const { bus, heard } = await node('a', { pollMs: 5, connectionString: proxy.connectionString });
      proxy.cut();
      await until(() => expect(bus.isListening()).toBe(false));
      bus.publish(suspended('lic_own'));
      expect(heard.map(({ subject }) => subject)).toEqual(['lic_own']);
      await commitEvent('license.suspended', 'lic_cut');
      proxy.mend();
      await until(() => expect(heard.map(({ subject }) => subject)).toEqual(['lic_own', 'lic_cut']));
    } finally {
      await proxy.close();
    }
  });

  it('ignores what is no hint', async () => {
    const { bus, heard } = await node('a');
    await database.admin(`notify glidepath_hint, 'drop everything'`);
    await database.admin(`select pg_notify('glidepath_hint', '["b","license.suspended",null,"lic_4",null]')`);
    await until(() => expect(heard.map(({ subject }) => subject)).toEqual(['lic_4']));
    expect(bus.isListening()).toBe(true);
  });

  it('polls by an index that holds no lease', async () => {
    const plan = await database.admin(
      'set enable_seqscan = off',
      `explain select id, type from glidepath.outbox where id > 'evt_' and ${RARE_SQL} order by id limit 10`,
    );
    expect(JSON.stringify(plan)).toMatch(/outbox_rare/);
  });

  it('closes while it cannot connect', async () => {
    const bus = createPostgresBus({
      connectionString: 'postgresql://nobody@127.0.0.1:9/nothing',
      ...{ node: 'a', log: SILENT, random: { next: () => 0 }, clock: { now }, pollMs: 5 },
    });
    bus.start();
    await bus.close();
    expect(bus.isListening()).toBe(false);
  });
});
