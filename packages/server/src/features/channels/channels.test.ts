import { after, DAY, instant, MINUTE, SECOND } from '@glidepath/core';
import { createEgress } from '@glidepath/egress';
import { Webhook } from 'standardwebhooks';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type TestServer, testServer } from '../../test-world.ts';
import { JOBS } from '../index.ts';
import { ATTEMPTS_MAX, backoffMs } from '../notices/deliver-job.ts';
import { type Message, testMessage } from '../notices/message.ts';
import { findChannel, newDelivery } from './channel-commands.ts';
import { type Receiver, startReceiver } from './test-receiver.ts';

const egress = createEgress({ allow: ['127.0.0.0/8'] });

/** Without alerts of its own: these tests say themselves what is to be sent. */
const jobs = JOBS.filter(({ name }) => name !== 'notice.watch');

let house: TestServer;
let receivers: Receiver[];
beforeEach(async () => {
  receivers = [];
  house = await testServer({ jobs }, { egress });
});
afterEach(() => Promise.all(receivers.map((receiver) => receiver.stop())));

async function receiver(): Promise<Receiver> {
  const started = await startReceiver();
  receivers.push(started);
  return started;
}

async function addChannel(name: string, kind: string, url: string, more: Record<string, unknown> = {}) {
  return house.call('POST', '/v1/channels', { name, kind, url, ...more });
}

/** A round of all jobs, and of what they handed off. */
async function tick(ms = 2 * SECOND): Promise<void> {
  await house.server.tick(house.world.clock.advance(ms));
  await house.server.settled();
}

const NEWS: Message = { ...testMessage('production', instant(0)), kind: 'notices' };

async function putNews(channel: string): Promise<string> {
  const { world } = house;
  const [environment] = await world.store.find('environment', {}, { limit: 1 });
  const found = await findChannel(world.store, environment?.id ?? '', channel);
  if (found === null) throw new Error('no channel');
  const id = `dlv_${channel}-${await world.store.count('delivery', {})}`;
  const row = newDelivery({ now: world.clock.now(), newId: () => id }, found, ['ntc_1'], NEWS);
  await world.store.commit({ writes: [{ op: 'insert', table: 'delivery', row }], audit: [], events: [] });
  return id;
}

const delivery = async (id: string) => (await house.call('GET', `/v1/deliveries/${id}`)).body;

describe('channel', () => {
  it('is added with a fresh signing secret, shown once, and hides its address', async () => {
    const { status, body } = await addChannel('hooks', 'webhook', 'https://hooks.example.com/T0/secret-path');
    expect(status).toBe(201);
    expect(body.secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    const { body: list } = await house.call('GET', '/v1/channels');
    expect(list.items).toMatchObject([{ name: 'hooks', host: 'hooks.example.com', least: 'info', waiting: 0, dead: 0 }]);
    const seen = JSON.stringify([list, house.world.store.snapshot()]);
    expect(seen).not.toContain('secret-path');
    expect(seen).not.toContain(String(body.secret).slice(6, 20));
  });

  it.each([
    ['no address', { url: 'nonsense' }, '/url'],
    ['another scheme', { url: 'file:///etc/passwd' }, '/url'],
    ['a password in the address', { url: 'https://me:pw@example.com/' }, '/url'],
    ['a short secret', { secret: 'whsec_c2hvcnQ=' }, '/secret'],
    ['a mistyped secret', { secret: `whsec_${'a'.repeat(41)}` }, '/secret'],
    ['a secret of a chat', { kind: 'slack', secret: `whsec_${'a'.repeat(40)}` }, '/secret'],
  ])('is not added with %s', async (_what, parts, path) => {
    const made = await addChannel('x', 'webhook', 'https://example.com/', parts);
    expect(made).toMatchObject({ status: 400, body: { errors: [{ path }] } });
    expect(JSON.stringify(made.body)).not.toContain('me:pw');
  });

  it('has a name of its own', async () => {
    await addChannel('x', 'slack', 'https://example.com/');
    expect(await addChannel('x', 'slack', 'https://example.com/')).toMatchObject({ status: 409, code: 'already-exists' });
  });

  it('is tested by the way that notices take', async () => {
    const there = await receiver();
    const { body: made } = await addChannel('hooks', 'webhook', there.url);
    // The verifier looks at the true time.
    house.world.clock.advance(Date.now() - house.world.clock.now());
    const token = await house.tokenFor(['operator']);
    const { status, body } = await house.call('POST', '/v1/channels/hooks/test', undefined, { token });
    expect(status).toBe(202);
    expect(there.requests).toEqual([]);
    await tick();
    const [request] = there.requests;
    const verified = new Webhook(String(made.secret)).verify(request?.body ?? '', request?.headers ?? {});
    expect(verified).toMatchObject({ type: 'glidepath.test', data: { environment: 'production' } });
    expect(request?.headers['webhook-id']).toBe(body.id);
    expect((await house.call('GET', `/v1/deliveries/${body.id}`, undefined, { token })).body).toMatchObject({
      state: 'sent',
      attempts: 1,
      channel: 'hooks',
    });
    expect(() => new Webhook(`whsec_${'A'.repeat(43)}=`).verify(request?.body ?? '', request?.headers ?? {})).toThrow();
    expect(() => new Webhook(String(made.secret)).verify(`${request?.body} `, request?.headers ?? {})).toThrow();
  });

  it('says why a test did not arrive, at once and without its address', async () => {
    const there = await receiver();
    there.reply = { status: 404, body: 'no_service \u001b[31m' };
    await addChannel('chat', 'slack', there.url);
    const { body } = await house.call('POST', '/v1/channels/chat/test');
    await tick();
    expect(await delivery(String(body.id))).toMatchObject({ state: 'dead', lastError: 'status 404: no_service [31m' });
    await there.stop();
    receivers = [];
    const { body: second } = await house.call('POST', '/v1/channels/chat/test');
    await tick();
    const { lastError } = await delivery(String(second.id));
    expect(lastError).toMatch(/^connection-failed: /);
    expect((await house.call('GET', '/v1/channels')).body.items).toMatchObject([{ waiting: 0, dead: 0 }]);
    expect(lastError).not.toContain('secret-path');
  });

  it('takes what has not arrived with it', async () => {
    await addChannel('chat', 'slack', 'http://127.0.0.1:1/');
    const id = await putNews('chat');
    await house.call('DELETE', '/v1/channels/chat');
    expect(await delivery(id)).toMatchObject({ code: 'not-found' });
    expect(await house.call('DELETE', '/v1/channels/chat')).toMatchObject({ status: 404 });
  });
});

describe('delivery', () => {
  it('is repeated under the same id until it arrives', async () => {
    const there = await receiver();
    there.reply = { status: 500 };
    await addChannel('hooks', 'webhook', there.url);
    const id = await putNews('hooks');
    await tick();
    expect(await delivery(id)).toMatchObject({ state: 'waiting', attempts: 1, lastError: 'status 500' });
    there.reply = { status: 204 };
    await tick(backoffMs(1, 0.5));
    expect(await delivery(id)).toMatchObject({ state: 'sent', attempts: 2, lastError: null });
    expect(there.requests.map(({ headers }) => headers['webhook-id'])).toEqual([id, id]);
    await tick(MINUTE);
    expect(there.requests).toHaveLength(2);
  });

  it('comes when the receiver asks for it', async () => {
    const there = await receiver();
    there.reply = { status: 429, headers: { 'retry-after': '120' } };
    await addChannel('hooks', 'webhook', there.url);
    const id = await putNews('hooks');
    await tick();
    expect((await delivery(id)).nextAt).toBe(after(house.world.clock.now(), 2 * MINUTE));
  });

  it('is given up after its attempts, and at once where the receiver is gone; a retry begins anew', async () => {
    const there = await receiver();
    there.reply = { status: 410 };
    await addChannel('hooks', 'webhook', there.url);
    const gone = await putNews('hooks');
    await tick();
    expect(await delivery(gone)).toMatchObject({ state: 'dead', attempts: 1 });
    there.reply = { status: 500 };
    const id = await putNews('hooks');
    for (let at = 1; at <= ATTEMPTS_MAX; at++) await tick(backoffMs(at, 0.5));
    expect(await delivery(id)).toMatchObject({ state: 'dead', attempts: ATTEMPTS_MAX });
    const { body } = await house.call('GET', '/v1/deliveries?state=dead');
    expect(body.items).toMatchObject([{ id }, { id: gone }]);
    const events = (await house.call('GET', '/v1/events')).body.items as { type: string }[];
    expect(events.map(({ type }) => type).filter((type) => type === 'delivery.dead')).toHaveLength(2);
    there.reply = { status: 200 };
    await house.call('POST', `/v1/deliveries/${id}/retry`);
    await tick();
    expect(await delivery(id)).toMatchObject({ state: 'sent', attempts: 1 });
    expect(await house.call('POST', `/v1/deliveries/${id}/retry`)).toMatchObject({ status: 409 });
  });

  it('is sent again when the node died between the answer and its note', async () => {
    const there = await receiver();
    await addChannel('hooks', 'webhook', there.url);
    const id = await putNews('hooks');
    const { store } = house.world;
    const commit = store.commit.bind(store);
    store.commit = (change) => {
      const isNote = change.writes.some((write) => write.op === 'update' && write.table === 'delivery' && 'sentAt' in write.set);
      return isNote ? Promise.reject(new Error('killed')) : commit(change);
    };
    await tick();
    store.commit = commit;
    await tick(2 * MINUTE);
    expect(there.requests.map(({ headers }) => headers['webhook-id'])).toEqual([id, id]);
    expect(await delivery(id)).toMatchObject({ state: 'sent' });
  });

  it('makes nobody else late when a receiver hangs', async () => {
    const [slow, quick] = await Promise.all([receiver(), receiver()]);
    slow.reply = 'hang';
    await addChannel('slow', 'webhook', slow.url);
    await addChannel('quick', 'webhook', quick.url);
    const hanging = await putNews('slow');
    const { server, world } = house;
    await server.tick(world.clock.advance(2 * SECOND));
    await slow.received(1);
    for (let round = 1; round <= 3; round++) {
      const id = await putNews('quick');
      const stateAfterTick = async () => {
        await server.tick(world.clock.advance(10 * SECOND));
        return (await delivery(id)).state;
      };
      await expect.poll(stateAfterTick).toBe('sent');
      expect(quick.requests).toHaveLength(round);
    }
    const reaper = server.jobs().find(({ name }) => name === 'lease.reap');
    expect(reaper?.okAt).toBe(world.clock.now());
    expect((await house.call('GET', '/v1/licenses')).status).toBe(200);
    expect(slow.requests).toHaveLength(1);
    await slow.stop();
    receivers = [quick];
    await server.settled();
    expect(await delivery(hanging)).toMatchObject({ state: 'waiting', attempts: 1 });
  });

  it('backs off with full jitter up to an hour, and never hammers', () => {
    expect([1, 2, 3, 12, 200].map((attempts) => backoffMs(attempts, 0.999))).toEqual([14_985, 29_970, 59_940, 3_596_400, 3_596_400]);
    expect(backoffMs(200, 0)).toBe(SECOND);
  });
});

describe('what arrived', () => {
  it('is forgotten after a month; what did not stays', async () => {
    const there = await receiver();
    await addChannel('hooks', 'webhook', there.url);
    const [sent, dead] = [await putNews('hooks'), await putNews('hooks')];
    await tick();
    const { store } = house.world;
    await store.commit({
      writes: [{ op: 'update', table: 'delivery', id: dead, revision: 2, set: { state: 'dead' } }],
      audit: [],
      events: [],
    });
    await tick(20 * DAY);
    await tick(9 * DAY);
    expect(await store.get('delivery', sent)).toMatchObject({ state: 'sent' });
    await tick(DAY);
    expect([await store.get('delivery', sent), await store.get('delivery', dead)]).toMatchObject([null, { state: 'dead' }]);
  });
});

describe('heartbeat', () => {
  const beats = async (minutes: number) => {
    for (let minute = 0; minute < minutes; minute++) await tick(MINUTE);
  };

  it('beats each minute while jobs run and notices arrive', async () => {
    const there = await receiver();
    await addChannel('switch', 'heartbeat', there.url);
    await beats(3);
    expect(there.requests.map(({ method }) => method)).toEqual(['GET', 'GET', 'GET']);
  });

  it('stops when a message was given up, and goes on when it has arrived', async () => {
    const [there, dead] = await Promise.all([receiver(), receiver()]);
    dead.reply = { status: 410 };
    await addChannel('switch', 'heartbeat', there.url);
    await addChannel('hooks', 'webhook', dead.url);
    const id = await putNews('hooks');
    await beats(3);
    expect(there.requests).toHaveLength(1);
    dead.reply = { status: 200 };
    await house.call('POST', `/v1/deliveries/${id}/retry`);
    await beats(3);
    expect(there.requests.length).toBeGreaterThanOrEqual(3);
  });

  it('stops when a message waits too long', async () => {
    const [there, dead] = await Promise.all([receiver(), receiver()]);
    dead.reply = { status: 500 };
    await addChannel('switch', 'heartbeat', there.url);
    await addChannel('hooks', 'webhook', dead.url);
    await putNews('hooks');
    await beats(30);
    expect(there.requests.length).toBeLessThan(16);
  });

  it('does not carry notices, and its test is a beat', async () => {
    const there = await receiver();
    await addChannel('switch', 'heartbeat', there.url);
    await house.call('POST', '/v1/channels/switch/test');
    await tick();
    expect(there.requests.map(({ method, body }) => [method, body])).toContainEqual(['GET', '']);
  });
});

describe('heartbeat of a node with a dead job', () => {
  it('stops', async () => {
    let isBroken = false;
    const fragile = { name: 'fragile', everyMs: MINUTE, run: async () => (isBroken ? Promise.reject(new Error('no')) : undefined) };
    house = await testServer({ jobs: [fragile, ...jobs] }, { egress });
    const there = await receiver();
    await addChannel('switch', 'heartbeat', there.url);
    for (let minute = 0; minute < 3; minute++) await tick(MINUTE);
    expect(there.requests).toHaveLength(3);
    isBroken = true;
    for (let minute = 0; minute < 10; minute++) await tick(MINUTE);
    expect(there.requests.length).toBeLessThanOrEqual(7);
    isBroken = false;
    for (let minute = 0; minute < 3; minute++) await tick(MINUTE);
    expect(there.requests.length).toBeGreaterThanOrEqual(9);
  });
});
