/**
 * A control plane that dies between any two statements of an acquire: no acknowledged lease is lost, no seat is granted twice.
 *
 * A real process serves acquires over HTTP on a real PostgreSQL and is killed by SIGKILL; the database lives on, as one on
 * another machine does. What a crash of the database itself loses is the embedded database's own tests' business.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Environment, Lease } from '@glidepath/core';
import type { KeySet } from '@glidepath/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PostgresStore } from '../../adapters/postgres/index.ts';
import { useTestDatabase } from '../../adapters/postgres/test-database.ts';
import { testWorld } from '../../test-world.ts';
import { bootstrapEnvironment } from '../keys/bootstrap.ts';
import { latestSet, readKeyHouse } from '../keys/key-records.ts';
import type { Arming } from './crash-fixture.ts';
import { type Answer, type Installation, installation, type Send } from './test-installation.ts';
import { ONE_SEAT, policyTree, putLicense } from './test-leases.ts';

const FIXTURE = fileURLToPath(new URL('./crash-fixture.ts', import.meta.url));
/** More statements than any acquire has: past it something does not end. */
const STATEMENTS_MAX = 40;
const NEVER: Arming = { at: 0, when: 'before' };

interface Node {
  readonly process: ChildProcess;
  readonly send: Send;
  arm(arming: Arming): Promise<void>;
  readonly died: Promise<void>;
}

async function startNode(connectionString: string): Promise<Node> {
  const child = spawn(process.execPath, ['--no-warnings', FIXTURE, connectionString], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const died = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const read = async () => JSON.parse((await lines.next()).value ?? '{}') as { listening?: string };
  const { listening } = await read();
  if (listening === undefined) throw new Error('the node did not start');
  return {
    process: child,
    died,
    async arm(arming) {
      child.stdin.write(`${JSON.stringify(arming)}\n`);
      await read();
    },
    async send(path, licenseKey, body) {
      const headers = { authorization: `Bearer ${licenseKey}`, 'content-type': 'application/json' };
      const response = await fetch(`${listening}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
      return { status: response.status, body: await response.json(), headers: Object.fromEntries(response.headers) };
    },
  };
}

const database = useTestDatabase();
let store: PostgresStore;
let environment: Environment;
let keys: KeySet;
let node: Node;
let spare: Promise<Node>;

beforeAll(async () => {
  store = new PostgresStore({ connectionString: database.connectionString, connections: 2 });
  const world = testWorld({ store });
  ({ environment } = await bootstrapEnvironment(world, { name: 'production', issuer: 'glidepath:crash', lockRoot: () => 'locked' }));
  const set = latestSet(await readKeyHouse(store, environment), world);
  if (set === null) throw new Error('no key set');
  keys = set;
  spare = startNode(database.connectionString);
  node = await nextNode();
});
afterAll(async () => {
  for (const last of [node, await spare]) {
    last.process.kill('SIGKILL');
    await last.died;
  }
  await store.close();
});

/** The one that was started while the last one was still at work: half of the time of this file is starting nodes. */
async function nextNode(): Promise<Node> {
  const next = await spare;
  spare = startNode(database.connectionString);
  return next;
}

interface House {
  readonly license: string;
  named(name: string): Installation;
}

let issued = 0;

/** A license of its own for each crash; installations ask whichever node is alive. */
async function house(seats: number): Promise<House> {
  const world = testWorld({ store, entropy: { bytes: (count) => crypto.getRandomValues(new Uint8Array(count)) } });
  const licensed = await putLicense(world, environment, policyTree(ONE_SEAT), { overrides: { seats } });
  const serial = ++issued;
  const send: Send = (...request) => node.send(...request);
  const house = { ...licensed, environment, keys, crypto: world.crypto, send };
  return { license: licensed.license.id, named: (name) => installation(house, `${name}-${serial}`) };
}

/** The answer, or null where the node died before it gave one. */
async function answered(asking: Promise<Answer>): Promise<Answer | null> {
  try {
    return await asking;
  } catch (error) {
    if (error instanceof TypeError) return null;
    throw error;
  }
}

async function holding(license: string): Promise<readonly Lease[]> {
  const rows = await store.find('lease', { license }, { limit: 100 });
  const granted = rows.filter(({ state }) => state === 'granted');
  expect(await store.get('seatState', license)).toMatchObject({ granted: granted.length, overage: 0 });
  return granted;
}

async function acquisitions(leases: readonly Lease[]): Promise<readonly number[]> {
  return Promise.all(leases.map(({ id }) => store.count('audit', { subject: id, action: 'lease.acquired' })));
}

/** Kills the node at the n-th statement of one acquire; false: the acquire had fewer. */
async function dieAt(arming: Arming): Promise<boolean> {
  const { license, named } = await house(2);
  const [first, second, third] = [named('first'), named('second'), named('third')];
  const before = await first.acquire();
  expect(before).toMatchObject({ status: 200 });
  await node.arm(arming);
  const nonce = `nonce-of-${arming.when}-${arming.at}`;
  const answer = await answered(second.acquire({ nonce }));
  if (answer !== null) {
    expect((await holding(license)).map(({ wordId }) => wordId)).toContain(answer.lease?.jti);
    await node.arm(NEVER);
    return false;
  }
  await node.died;
  const survived = await holding(license);
  expect(survived.map(({ id }) => id)).toContain(before.lease?.lease);
  node = await nextNode();
  const again = await second.acquire({ nonce });
  expect(again.lease?.seat).toMatchObject({ kind: 'floating' });
  const known = survived.find(({ holder }) => holder === second.jkt);
  if (known !== undefined) expect(again.lease).toMatchObject({ lease: known.id, jti: known.wordId, epoch: known.epoch });
  expect(await third.acquire()).toMatchObject({ status: 409, code: 'no-seat' });
  expect((await first.renew()).lease?.epoch).toEqual(before.lease?.epoch);
  const granted = await holding(license);
  expect(granted).toHaveLength(2);
  expect(await acquisitions(granted)).toEqual([1, 1]);
  return true;
}

describe('a control plane killed within an acquire', () => {
  it.each(['before', 'sent', 'after'] as const)(
    'at any statement, %s it, loses no acknowledged lease and grants no seat twice',
    async (when) => {
      let at = 1;
      while (at <= STATEMENTS_MAX && (await dieAt({ at, when }))) at++;
      // One reads for all that wait, one commits: fewer cannot be.
      expect(at).toBeGreaterThan(2);
      expect(at).toBeLessThan(STATEMENTS_MAX);
    },
    120_000,
  );

  it('while many ask at once, keeps what it acknowledged and grants no more than there is', async () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f'];
    let deaths = 0;
    // All that wait are carried out together: few statements, and the commit is among the first of them.
    for (const at of [2, 3, 4, 5]) {
      const { license, named } = await house(3);
      const all = names.map((name) => ({ asking: named(name), nonce: `nonce-of-${name}-${at}` }));
      await node.arm({ at, when: at % 2 === 0 ? 'sent' : 'after' });
      const answers = await Promise.all(all.map(({ asking, nonce }) => answered(asking.acquire({ nonce }))));
      if (answers.includes(null)) {
        await node.died;
        deaths++;
        node = await nextNode();
      } else {
        await node.arm(NEVER);
      }
      const survived = await holding(license);
      expect(survived.length).toBeLessThanOrEqual(3);
      const acknowledged = answers.flatMap((answer) => answer?.lease ?? []);
      for (const { lease, epoch, jti } of acknowledged) {
        expect(survived.find(({ id }) => id === lease)).toMatchObject({ epoch, wordId: jti });
      }
      const again = await Promise.all(all.map(({ asking, nonce }) => asking.acquire({ nonce })));
      expect(again.filter(({ status }) => status === 200)).toHaveLength(3);
      const granted = await holding(license);
      expect(granted.map(({ id }) => id)).toEqual(expect.arrayContaining(survived.map(({ id }) => id)));
      expect(await acquisitions(granted)).toEqual([1, 1, 1]);
    }
    expect(deaths).toBeGreaterThan(1);
  }, 120_000);
});
