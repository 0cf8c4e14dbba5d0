import { type ClientRequest, get, type IncomingMessage } from 'node:http';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { issueTestLicense, policySource, setSettings, type TestLicense } from '../../features/test-license.ts';
import { type TestServer, testServer } from '../../test-world.ts';
import { createHttpAdapter, type HttpAdapter, type HttpOptions } from './http-adapter.ts';

const open: HttpAdapter[] = [];
const requests: ClientRequest[] = [];
afterEach(async () => {
  for (const request of requests.splice(0)) request.destroy();
  for (const adapter of open.splice(0)) await adapter.drain(100);
});

interface Node extends TestServer {
  readonly url: string;
  readonly adapter: HttpAdapter;
  readonly license: TestLicense;
}

async function node(streamLimits: HttpOptions['streamLimits'] = {}): Promise<Node> {
  const server = await testServer({ jobs: [] });
  const license = await issueTestLicense(server);
  const adapter = await createHttpAdapter(server.server, { port: 0, streamLimits });
  open.push(adapter);
  return { ...server, adapter, license, url: await adapter.listen() };
}

interface Followed {
  readonly response: IncomingMessage;
  readonly text: () => string;
  readonly hints: () => readonly unknown[];
  readonly isEnded: () => boolean;
}

/** A client that reads everything, unless it is paused. */
function follow(url: string, key: string): Promise<Followed> {
  return new Promise((resolve, reject) => {
    const request = get(`${url}/v1/hints`, { agent: false, headers: { authorization: `Bearer ${key}` } }, (response) => {
      let text = '';
      let ended = false;
      response.setEncoding('utf8').on('data', (part: string) => {
        text += part;
      });
      response.on('end', () => {
        ended = true;
      });
      response.on('error', () => {});
      const hints = () => text.split('\n').flatMap((line) => (line.startsWith('data: ') ? [JSON.parse(line.slice(6))] : []));
      resolve({ response, text: () => text, hints, isEnded: () => ended });
    });
    requests.push(request);
    request.on('error', reject);
  });
}

const until = (check: () => void) => vi.waitFor(check, { timeout: 10_000, interval: 5 });

describe('hint stream', () => {
  it('says at once that there is something new, and to nobody else', async () => {
    const house = await node();
    const other = await issueTestLicense(house);
    const [mine, theirs] = [await follow(house.url, house.license.key), await follow(house.url, other.key)];
    expect(mine.response.statusCode).toBe(200);
    expect(mine.response.headers['content-type']).toBe('text/event-stream');
    expect(mine.response.headers['cache-control']).toBe('no-store');
    await house.call('POST', `/v1/licenses/${house.license.id}/suspend`, { reason: 'unpaid' });
    await until(() => expect(mine.hints()).toEqual([{ license: house.license.id }]));
    await house.call('POST', `/v1/licenses/${other.id}/suspend`, { reason: 'unpaid' });
    await until(() => expect(theirs.hints()).toEqual([{ license: other.id }]));
    expect(mine.hints()).toHaveLength(1);
    expect(mine.text()).toContain('event: hint\ndata: ');
  });

  it('tells all who follow a policy of its promotion, once', async () => {
    const house = await node();
    const followed = await follow(house.url, house.license.key);
    await setSettings(house, { promotion: 'direct' });
    const changed = policySource((text) => text.replace('jobs: 64', 'jobs: 65'));
    const { body } = await house.call('POST', '/v1/policies?publishOnly=true', changed);
    house.world.bus.publish({ type: 'policy.promoted', environment: 'env_other', subject: 'env_other/acme-build' });
    const [environment] = await house.world.store.find('environment', {}, { limit: 1 });
    house.world.bus.publish({ type: 'policy.promoted', environment: environment?.id ?? '', subject: `${environment?.id}/another` });
    const promoted = await house.call('PUT', '/v1/policy-pointers/acme-build', { digest: body.digest });
    expect(promoted.status).toBe(200);
    await until(() => expect(followed.hints()).toEqual([{ license: house.license.id }]));
  });

  it('tells of a new key set', async () => {
    const house = await node();
    const followed = await follow(house.url, house.license.key);
    expect((await house.call('POST', '/v1/keys/rotate', { use: 'sign' })).status).toBeLessThan(300);
    await until(() => expect(followed.hints()).toEqual([{ keySet: true }]));
  });

  it('ends when a key of its license was revoked, and opens no more for that key', async () => {
    const house = await node();
    const followed = await follow(house.url, house.license.key);
    const [key] = await house.world.store.find('licenseKey', { license: house.license.id }, { limit: 1 });
    const revoked = await house.call('POST', `/v1/licenses/${house.license.id}/keys`, { reason: 'rotation' });
    expect(revoked.status).toBeLessThan(300);
    await house.call('DELETE', `/v1/licenses/${house.license.id}/keys/${key?.id}`);
    await until(() => expect(followed.isEnded()).toBe(true));
    expect((await follow(house.url, house.license.key)).response.statusCode).toBe(401);
  });

  it('is refused without a license key', async () => {
    const house = await node();
    expect((await follow(house.url, 'nonsense')).response.statusCode).toBe(401);
    expect((await follow(house.url, house.admin)).response.statusCode).toBe(403);
  });

  it.each([
    [{ streamsPerKeyMax: 2 }, 429, 'rate-limited'],
    [{ streamsMax: 2 }, 503, 'overloaded'],
  ])('is refused past %j, until another ends', async (limits, status, code) => {
    const house = await node(limits);
    const first = await follow(house.url, house.license.key);
    await follow(house.url, house.license.key);
    const third = await follow(house.url, house.license.key);
    expect([third.response.statusCode, third.response.headers['retry-after']]).toEqual([status, '60']);
    await until(() => expect(third.text()).toContain(`"code":"${code}"`));
    first.response.destroy();
    await vi.waitFor(async () => expect((await follow(house.url, house.license.key)).response.statusCode).toBe(200), { interval: 20 });
  });

  it('says that it lives', async () => {
    const house = await node({ beatMs: 150 });
    const followed = await follow(house.url, house.license.key);
    await until(() => expect(followed.text().split(':\n\n').length).toBeGreaterThan(3));
  });

  it('is ended by a drain, which does not wait for it', async () => {
    const house = await node();
    const followed = await follow(house.url, house.license.key);
    await house.adapter.drain(30_000);
    await until(() => expect(followed.isEnded()).toBe(true));
  });
});
