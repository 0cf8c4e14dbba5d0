import { newSecret } from '@glidepath/protocol';
import { afterEach, describe, expect, it } from 'vitest';
import { createHttpAdapter, type HttpAdapter } from '../adapters/http/http-adapter.ts';
import { HEALTH_COMMANDS } from '../features/health/health-commands.ts';
import { COMMANDS } from '../features/index.ts';
import { latestSet, readKeyHouse } from '../features/keys/key-records.ts';
import { installation } from '../features/leases/test-installation.ts';
import { type LeaseServer, leaseServer } from '../features/leases/test-leases.ts';
import { testWorld } from '../test-world.ts';
import { createGate } from './gate.ts';
import type { RateLimits } from './rate-limits.ts';

const open: HttpAdapter[] = [];
afterEach(async () => {
  for (const adapter of open.splice(0)) await adapter.drain(100);
});

interface Node {
  readonly house: LeaseServer;
  readonly url: string;
  late(delayMs: number): void;
}

async function node(limits?: RateLimits, seats = 2_000): Promise<Node> {
  const { clock, random, crypto } = testWorld();
  let delayMs = 0;
  const gate = createGate({ clock, random, crypto, loop: { delayMs: () => delayMs }, ...(limits === undefined ? {} : { limits }) });
  const house = await leaseServer({
    seats: { limit: seats, kind: 'floating', whenFull: 'deny' },
    overrides: { seats },
    parts: { gate },
    server: { commands: COMMANDS, jobs: [] },
  });
  const adapter = await createHttpAdapter(house.server, { port: 0 });
  open.push(adapter);
  return {
    house,
    url: await adapter.listen(),
    late(ms) {
      delayMs = ms;
    },
  };
}

/** An installation that asks over sockets. */
async function remote({ house, url }: Node, name: string) {
  const keys = latestSet(await readKeyHouse(house.world.store, house.environment), house.world);
  if (keys === null) throw new Error('no key set');
  const send = async (path: string, licenseKey: string, body: unknown) => {
    const response = await fetch(url + path, {
      method: 'POST',
      headers: { authorization: `Bearer ${licenseKey}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return { status: response.status, body: await response.json(), headers: Object.fromEntries(response.headers) };
  };
  const { license, licenseKey, environment, world } = house;
  return installation({ license, licenseKey, environment, keys, crypto: world.crypto, send }, name);
}

const bearer = (secret: string) => ({ headers: { authorization: `Bearer ${secret}` } });

describe('gate over HTTP', () => {
  it('lets a fleet of 1,000 behind one key and one address acquire and renew', async () => {
    const here = await node();
    const fleet = await Promise.all(Array.from({ length: 1_000 }, (_, at) => remote(here, `machine-${at}`)));
    const statuses = new Set<number>();
    for (const each of ['acquire', 'renew'] as const) {
      for (let at = 0; at < fleet.length; at += 100) {
        const answers = await Promise.all(fleet.slice(at, at + 100).map((one) => one[each]()));
        for (const { status } of answers) statuses.add(status);
      }
    }
    expect([...statuses]).toEqual([200]);
  });

  it('limits who tries wrong keys, and nobody else at the same address', async () => {
    const here = await node({ credential: { perSecond: 100, burst: 100 }, address: { perSecond: 1, burst: 5 } });
    const honest = await remote(here, 'honest');
    expect((await honest.acquire()).status).toBe(200);
    const attack = async () => fetch(`${here.url}/v1/keyset`, bearer(newSecret('license-key', here.house.world.entropy)));
    const answers: Response[] = [];
    for (let count = 0; count < 8; count++) answers.push(await attack());
    expect(answers.map(({ status }) => status)).toEqual([401, 401, 401, 401, 401, 429, 429, 429]);
    const last = answers.at(-1) as Response;
    const body = (await last.json()) as Record<string, unknown>;
    expect(body).toMatchObject({ code: 'rate-limited', retryable: true });
    expect(body).not.toHaveProperty('word');
    expect(Object.fromEntries(last.headers)).toMatchObject({
      'retry-after': '1',
      'ratelimit-policy': '"address";q=5;w=5',
      ratelimit: '"address";r=0;t=1',
    });
    const renewed = await honest.renew();
    expect(renewed.status).toBe(200);
    expect(renewed.response.headers).toMatchObject({ 'ratelimit-policy': '"credential";q=100;w=1' });
  });

  it('asks no database to refuse', async () => {
    const here = await node({ credential: { perSecond: 1, burst: 2 }, address: { perSecond: 1, burst: 1 } });
    const ask = () => fetch(`${here.url}/v1/keyset`, bearer(here.house.licenseKey));
    expect([(await ask()).status, (await ask()).status, (await ask()).status]).toEqual([200, 200, 200]);
    here.house.world.store.find = async () => {
      throw new Error('the database was asked');
    };
    expect((await ask()).status).toBe(429);
  });

  it('sheds lists, then acquires, and never health; renewals go on', async () => {
    const here = await node();
    const holder = await remote(here, 'holder');
    await holder.acquire();
    here.late(600);
    const list = await fetch(`${here.url}/v1/licenses`, bearer(here.house.admin));
    expect([list.status, ((await list.json()) as { code: string }).code]).toEqual([503, 'overloaded']);
    expect(Number(list.headers.get('retry-after'))).toBeGreaterThanOrEqual(10);
    expect((await (await remote(here, 'second')).acquire()).status).toBe(200);
    here.late(2_000);
    const third = await (await remote(here, 'third')).acquire();
    expect([third.status, third.word]).toEqual([503, null]);
    expect((await holder.renew()).status).toBe(200);
    here.late(60_000);
    expect((await holder.renew()).status).toBe(503);
    for (const { path } of HEALTH_COMMANDS.filter(({ auth }) => auth === 'none')) {
      if (path.startsWith('/v1')) continue;
      expect([path, (await fetch(here.url + path)).status]).toEqual([path, 200]);
    }
  });
});
