import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { request as httpsRequest } from 'node:https';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DAY, instant } from '@glidepath/core';
import { Type } from 'typebox';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { answer, type Command, defineCommand } from '../../command.ts';
import { COMMANDS } from '../../features/index.ts';
import { createGate } from '../../limiter/index.ts';
import { type TestServer, testServer, testWorld } from '../../test-world.ts';
import { SOUND_VITALS, type World } from '../../world.ts';
import { createMetrics } from '../telemetry/metrics.ts';
import { bindingRemarks, isLoopback } from './binding.ts';
import { createHttpAdapter, type HttpAdapter, type HttpOptions } from './http-adapter.ts';
import { testCertificate } from './test-certificate.ts';
import { certificateExaminer, reloadingTls } from './tls.ts';

const open: HttpAdapter[] = [];
afterEach(async () => {
  for (const adapter of open.splice(0)) await adapter.drain(100);
});

interface Node extends TestServer {
  readonly url: string;
  readonly adapter: HttpAdapter;
}

async function node(
  options: Partial<HttpOptions> = {},
  commands: readonly Command[] = COMMANDS,
  parts: Partial<World> = {},
): Promise<Node> {
  const server = await testServer({ jobs: [], commands }, parts);
  const adapter = await createHttpAdapter(server.server, { port: 0, ...options });
  open.push(adapter);
  return { ...server, adapter, url: await adapter.listen() };
}

/** A command that answers when the test says so. */
function heldCommand(): { command: Command; release: () => void; begun: Promise<void> } {
  let release = () => {};
  let begin = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const begun = new Promise<void>((resolve) => {
    begin = resolve;
  });
  const command = defineCommand({
    ...{ name: 'held', method: 'GET', path: '/held', summary: '', auth: 'none', scope: 'control-plane' },
    answers: { 200: Type.Unknown() },
    async run() {
      begin();
      await held;
      return answer(200, { held: true });
    },
  });
  return { command, release, begun };
}

/** Everything that the server says on a bare connection, until it closes it. */
async function converse(url: string, talk: (socket: Socket) => void): Promise<string> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  const chunks: Buffer[] = [];
  socket.on('data', (chunk) => chunks.push(chunk));
  socket.on('error', () => {});
  await once(socket, 'connect');
  talk(socket);
  await once(socket, 'close');
  return Buffer.concat(chunks).toString('utf8');
}

describe('http adapter', () => {
  it('carries a command there and back', async () => {
    const { url, admin } = await node();
    const response = await fetch(`${url}/v1/customers?environment=production`, {
      method: 'POST',
      headers: { authorization: `Bearer ${admin}`, 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'Initech' }),
    });
    expect([response.status, response.headers.get('content-type')]).toEqual([201, 'application/json; charset=utf-8']);
    expect(await response.json()).toMatchObject({ name: 'Initech' });
    const listed = await fetch(`${url}/v1/customers?limit=1`, { headers: { authorization: `Bearer ${admin}` } });
    expect(await listed.json()).toMatchObject({ items: [{ name: 'Initech' }], next: null });
  });

  it('carries a policy as YAML', async () => {
    const { url, admin } = await node();
    const response = await fetch(`${url}/v1/policies`, {
      method: 'POST',
      headers: { authorization: `Bearer ${admin}`, 'content-type': 'text/yaml' },
      body: 'a: [',
    });
    expect(response.status).toBe(422);
    expect(await response.json()).toMatchObject({ code: 'policy-invalid', violations: [{ line: 1 }] });
  });

  describe('problems', () => {
    const post = (url: string, token: string, body: string, type = 'application/json', path = '/v1/customers') =>
      fetch(`${url}${path}`, { method: 'POST', headers: { authorization: `Bearer ${token}`, 'content-type': type }, body });

    it.each([
      ['an unknown path', 404, 'not-found', (url: string) => fetch(`${url}/nowhere`)],
      ['an unknown method', 405, 'method-not-allowed', (url: string) => fetch(`${url}/v1/customers`, { method: 'DELETE' })],
      ['HEAD', 405, null, (url: string) => fetch(`${url}/healthz`, { method: 'HEAD' })],
      ['a broken path', 400, 'bad-input', (url: string) => fetch(`${url}/v1/customers/%ff`)],
      ['a path without end', 401, 'unauthenticated', (url: string) => fetch(`${url}/v1/customers/${'x'.repeat(2_000)}`)],
      ['malformed JSON', 400, 'not-json', (url: string, token: string) => post(url, token, '{"name"')],
      ['no body', 400, 'not-json', (url: string, token: string) => post(url, token, '')],
      ['another media type', 415, 'unsupported-media-type', (url: string, token: string) => post(url, token, 'x', 'text/html')],
      ['a body over 256 KiB', 413, 'too-large', (url: string, token: string) => post(url, token, 'x'.repeat(256 * 1024 + 1))],
      [
        'a policy over 1 MiB',
        413,
        'too-large',
        (url: string, token: string) => post(url, token, 'x'.repeat(1024 * 1024 + 2), 'text/yaml', '/v1/policies'),
      ],
      ['an unknown credential', 401, 'unauthenticated', (url: string) => post(url, 'nonsense', '{}')],
      ['an unknown key', 400, 'bad-input', (url: string, token: string) => post(url, token, '{"nmae":"x"}')],
    ])('answer %s', async (_what, status, code, ask) => {
      const { url, admin, world } = await node();
      const before = JSON.stringify(world.store.snapshot());
      const response = await ask(url, admin);
      expect([response.status, response.headers.get('content-type')]).toEqual([status, 'application/problem+json; charset=utf-8']);
      if (code !== null) expect(await response.json()).toMatchObject({ status, code, instance: response.headers.get('x-request-id') });
      expect(JSON.stringify(world.store.snapshot())).toBe(before);
    });

    it('name the methods of a path', async () => {
      const { url } = await node();
      expect((await fetch(`${url}/v1/customers`, { method: 'PUT' })).headers.get('allow')).toBe('POST, GET');
    });

    it('answer what is no HTTP, and headers without end, on the bare connection', async () => {
      const { url } = await node();
      expect(await converse(url, (socket) => socket.write('hello\r\n\r\n'))).toMatch(
        /^HTTP\/1\.1 400 [\s\S]*application\/problem\+json[\s\S]*"code":"bad-input"/,
      );
      expect(await converse(url, (socket) => socket.write(`GET / HTTP/1.1\r\nx: ${'y'.repeat(70_000)}\r\n\r\n`))).toMatch(
        /^HTTP\/1\.1 431 /,
      );
    });

    it('answer a command that takes too long, once', async () => {
      const { command, release } = heldCommand();
      const { url } = await node({ limits: { handlerMs: 20 } }, [command]);
      const response = await fetch(`${url}/held`);
      expect(response.status).toBe(504);
      expect(await response.json()).toMatchObject({ code: 'timeout' });
      release();
      expect((await fetch(`${url}/nowhere`)).status).toBe(404);
    });
  });

  describe('headers', () => {
    it('are safe, and name no server', async () => {
      const { url } = await node();
      const { headers } = await fetch(`${url}/healthz`);
      expect(Object.fromEntries(headers)).toMatchObject({
        'x-content-type-options': 'nosniff',
        'cache-control': 'no-store',
        'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
        'referrer-policy': 'no-referrer',
      });
      expect([headers.get('server'), headers.get('x-powered-by'), headers.get('strict-transport-security')]).toEqual([null, null, null]);
    });

    it.each([
      ['a proper id', 'abc-1', true],
      ['an id with spaces', 'a b', false],
      ['an id without end', 'x'.repeat(200), false],
    ])('keep %s as request id: %s %s', async (_what, id, isKept) => {
      const { url } = await node();
      const { headers } = await fetch(`${url}/healthz`, { headers: { 'x-request-id': id } });
      expect(headers.get('x-request-id') === id).toBe(isKept);
      expect(headers.get('x-request-id')).toMatch(/^[A-Za-z0-9_.:-]{1,128}$/);
    });
  });

  describe('slow callers', () => {
    it('that never finish their header are cut off', async () => {
      const { url } = await node({ limits: { headersMs: 50, requestMs: 50, lookMs: 20 } });
      expect(await converse(url, (socket) => socket.write('GET /healthz HTTP/1.1\r\nhost: x\r\n'))).toMatch(/^HTTP\/1\.1 408 /);
    });

    it('that never finish their body are cut off', async () => {
      const { url, admin } = await node({ limits: { headersMs: 50, requestMs: 50, lookMs: 20 } });
      const head = `POST /v1/customers HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${admin}\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{`;
      expect(await converse(url, (socket) => socket.write(head))).toMatch(/^HTTP\/1\.1 408 /);
    });

    it('that say nothing are cut off', async () => {
      const { url } = await node({ limits: { idleMs: 50 } });
      expect(await converse(url, () => {})).toBe('');
    });
  });

  describe('drain', () => {
    it('finishes what is in flight and takes nothing new', async () => {
      const { command, release, begun } = heldCommand();
      const { url, adapter } = await node({}, [command]);
      const inFlight = fetch(`${url}/held`);
      await begun;
      // More than the test may take: what keeps the drain waiting would show.
      const drained = adapter.drain(60_000);
      await vi.waitFor(async () => expect(fetch(`${url}/held`)).rejects.toThrow());
      release();
      expect((await inFlight).status).toBe(200);
      await drained;
    });

    it('closes after its time what never finishes', async () => {
      const { command, begun } = heldCommand();
      const { url, adapter } = await node({}, [command]);
      const inFlight = fetch(`${url}/held`).then(
        () => 'answered',
        () => 'cut',
      );
      await begun;
      await adapter.drain(10);
      expect(await inFlight).toBe('cut');
    });

    it('is announced on readyz first', async () => {
      let isDraining = false;
      let announced = () => {};
      const scheduler = {
        after(_delayMs: number, task: () => void) {
          announced = task;
          return { cancel() {} };
        },
      };
      const { url, adapter } = await node({}, COMMANDS, { scheduler, vitals: { ...SOUND_VITALS, isDraining: () => isDraining } });
      expect((await fetch(`${url}/readyz`)).status).toBe(200);
      isDraining = true;
      const drained = adapter.drain(1_000, 5_000);
      expect(await (await fetch(`${url}/readyz`)).json()).toMatchObject({ code: 'not-ready', facts: { findings: ['draining'] } });
      announced();
      await drained;
      await expect(fetch(`${url}/readyz`)).rejects.toThrow();
    });
  });

  it('says which port is taken', async () => {
    const { url, server } = await node();
    const port = Number(new URL(url).port);
    const second = await createHttpAdapter(server, { port });
    await expect(second.listen()).rejects.toMatchObject({ code: 'port-in-use', message: expect.stringContaining(String(port)) });
  });

  describe('metrics', () => {
    const metrics = createMetrics({ version: '1', skewMs: () => 0 });
    const withMetrics = { metrics: metrics.text, observe: metrics.observeCommand };

    it('are open on loopback, and count commands by name and outcome', async () => {
      const { url, admin } = await node(withMetrics);
      await fetch(`${url}/v1/customers`, { headers: { authorization: `Bearer ${admin}` } });
      await fetch(`${url}/v1/customers/nobody`, { headers: { authorization: `Bearer ${admin}` } });
      await fetch(`${url}/what/ever`);
      const text = await (await fetch(`${url}/metrics`)).text();
      expect(text).toContain('glidepath_commands_total{command="customer.list",code="ok"} 1');
      expect(text).toContain('glidepath_commands_total{command="customer.show",code="not-found"} 1');
      expect(text).toContain('glidepath_commands_total{command="none",code="not-found"} 1');
    });

    it('need a token where a proxy stands in front', async () => {
      const { url, admin, tokenFor } = await node({ ...withMetrics, trustedProxies: ['127.0.0.1'] });
      const get = (token: string | null) =>
        fetch(`${url}/metrics`, token === null ? {} : { headers: { authorization: `Bearer ${token}` } });
      expect((await get(null)).status).toBe(401);
      expect((await get('glt_wrong')).status).toBe(401);
      expect((await get(await tokenFor(['viewer']))).status).toBe(200);
      expect((await get(admin)).status).toBe(200);
    });

    it('are asked with wrong tokens only so often, and with one that is known however busy the node is', async () => {
      const { clock, random, crypto } = testWorld();
      const limits = { credential: { perSecond: 1, burst: 100 }, address: { perSecond: 1, burst: 3 } };
      const gate = createGate({ clock, random, crypto, limits, loop: { delayMs: () => 2_000 } });
      const { url, admin } = await node({ ...withMetrics, trustedProxies: ['127.0.0.1'] }, COMMANDS, { gate });
      const get = async (token: string) => (await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${token}` } })).status;
      expect(await get(admin)).toBe(200);
      const statuses = [];
      for (let count = 0; count < 5; count++) statuses.push(await get('glt_wrong'));
      expect(statuses).toEqual([401, 401, 401, 429, 429]);
      expect(await get(admin)).toBe(200);
    });

    it('need a token off loopback', async () => {
      const { url } = await node({ ...withMetrics, host: '0.0.0.0' });
      const { port } = new URL(url);
      expect((await fetch(`http://127.0.0.1:${port}/metrics`)).status).toBe(401);
    });
  });
});

describe('binding', () => {
  it.each([
    ['127.0.0.1', true],
    ['127.8.8.8', true],
    ['::1', true],
    ['localhost', true],
    ['0.0.0.0', false],
    ['::', false],
    ['10.0.0.1', false],
    ['127.evil.example', false],
  ])('on %s is loopback: %s', (host, expected) => {
    expect(isLoopback(host)).toBe(expected);
  });

  it.each([
    ['loopback', {}, 0],
    ['the network', { host: '0.0.0.0' }, 1],
    ['the network with TLS', { host: '0.0.0.0', tls: { certFile: '', keyFile: '' } }, 0],
    ['the network behind a trusted proxy', { host: '0.0.0.0', trustedProxies: ['10.0.0.0/8'] }, 0],
  ])('on %s has %i remarks', (_where, options, count) => {
    expect(bindingRemarks({ port: 1, ...options })).toHaveLength(_where === 'the network' ? 1 : count);
  });
});

describe('tls', () => {
  const HOUR_AGO = Date.now() - 3_600_000;
  const folder = () => mkdtempSync(join(tmpdir(), 'glidepath-tls-'));
  function files(name = 'one', untilMs = Date.now() + 90 * DAY, into = folder()) {
    const pair = testCertificate(name, HOUR_AGO, untilMs);
    const found = { certFile: join(into, 'cert.pem'), keyFile: join(into, 'key.pem') };
    writeFileSync(found.certFile, pair.cert);
    writeFileSync(found.keyFile, pair.key);
    return { ...found, ...pair, into };
  }
  const issuerAt = (url: string, ca: string) =>
    new Promise<{ issuer: string; hsts: unknown }>((resolve, reject) => {
      const { port } = new URL(url);
      const request = httpsRequest({ host: 'localhost', port, path: '/healthz', ca, agent: false }, (response) => {
        const { issuer } = (response.socket as unknown as { getPeerCertificate(): { issuer: { CN: string } } }).getPeerCertificate();
        response.resume();
        resolve({ issuer: issuer.CN, hsts: response.headers['strict-transport-security'] });
      });
      request.on('error', reject);
      request.end();
    });

  it('is served from two files, with HSTS', async () => {
    const one = files();
    const { url } = await node({ tls: one });
    expect(url).toMatch(/^https:/);
    expect(await issuerAt(url, one.cert)).toEqual({ issuer: 'one', hsts: 'max-age=31536000' });
  });

  it('takes a renewed pair over, and not half of one', () => {
    const one = files();
    const lines: string[] = [];
    const log = {
      debug() {},
      warn() {},
      info: (event: string) => void lines.push(event),
      error: (event: string) => void lines.push(event),
    };
    const tls = reloadingTls(one, log);
    const taken: unknown[] = [];
    const server = { setSecureContext: (context: { cert: string }) => taken.push(context.cert) };
    vi.useFakeTimers();
    try {
      tls.watch(server);
      const two = testCertificate('two', HOUR_AGO, Date.now() + 90 * DAY);
      writeFileSync(one.certFile, two.cert);
      vi.advanceTimersByTime(20_000);
      expect([taken, lines]).toEqual([[], ['tls-reload-failed']]);
      writeFileSync(one.keyFile, two.key);
      vi.advanceTimersByTime(20_000);
      expect([taken, lines]).toEqual([[two.cert], ['tls-reload-failed', 'tls-reloaded']]);
      tls.stop();
    } finally {
      vi.useRealTimers();
    }
  });

  it('says what is wrong with a pair that cannot be used', () => {
    const { certFile, into } = files();
    expect(() => reloadingTls({ certFile, keyFile: join(into, 'nothing') }, { debug() {}, info() {}, warn() {}, error() {} })).toThrow(
      /cannot be used: ENOENT/,
    );
  });

  it.each([
    [22, []],
    [20, ['warning']],
    [6, ['critical']],
  ])('that ends in %i days is a finding: %j', async (days, severities) => {
    const now = instant(Date.now());
    const found = await certificateExaminer(files('x', now + days * DAY)).examine(now, {} as never);
    expect(found.map(({ severity }) => severity)).toEqual(severities);
  });
});
