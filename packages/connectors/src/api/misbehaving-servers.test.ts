import type { RequestListener } from 'node:http';
import type { Connector } from '@glidepath/core';
import { describe, expect, it } from 'vitest';
import { bytesOf } from '../contract/test-contract.ts';
import { answeringTools } from '../contract/test-tools.ts';
import { elasticsearchConnector } from '../elasticsearch/elasticsearch-connector.ts';
import { gitlabConnector } from '../gitlab/gitlab-connector.ts';
import { jetbrainsConnector } from '../jetbrains/jetbrains-connector.ts';
import { jsonConnector } from '../json/json-connector.ts';
import { prometheusConnector } from '../prometheus/prometheus-connector.ts';
import { splunkConnector } from '../splunk/splunk-connector.ts';
import { vaultConnector } from '../vault/vault-connector.ts';
import { loopbackTools, serve } from './test-server.ts';

const MEBIBYTE = Buffer.alloc(1024 * 1024, ' ');

/** Pours 100 MB as fast as they are taken, and counts what left. */
function pouring(poured: { bytes: number }): RequestListener {
  return (_, response) => {
    const more = (): void => {
      while (!response.destroyed && poured.bytes < 100 * MEBIBYTE.length) {
        poured.bytes += MEBIBYTE.length;
        if (!response.write(MEBIBYTE)) return;
      }
      response.end();
    };
    response.on('drain', more);
    more();
  };
}

const page = '<!DOCTYPE html><html><body><form action="/login">Please log in</form></body></html>';
const answering =
  (status: number, body: string, headers: Record<string, string> = {}): RequestListener =>
  (_, response) => {
    response.writeHead(status, headers).end(body);
  };

const CONNECTORS: readonly Connector[] = [
  vaultConnector,
  elasticsearchConnector,
  gitlabConnector,
  splunkConnector,
  jetbrainsConnector,
  prometheusConnector,
  jsonConnector,
];

describe.each(CONNECTORS)('$kind, when its server', (connector) => {
  it.each<[string, RequestListener, string]>([
    ['answers with a login page', answering(200, page, { 'content-type': 'text/html' }), 'unreadable'],
    ['answers with garbage', answering(200, '{"data": {"autoloaded": [}'), 'unreadable'],
    ['answers with nothing', answering(200, ''), 'unreadable'],
    ['answers with an error of its own', answering(200, '{"error":"no"}'), 'unreadable'],
    ['answers with a list', answering(200, '[1,2,3]'), 'unreadable'],
    ['does not let us in', answering(403, '{"errors":["permission denied"]}'), 'not-permitted'],
    ['does not know us', answering(401, page), 'not-permitted'],
    ['knows no such address', answering(404, ''), 'bad-status'],
    ['is asked too often', answering(429, ''), 'bad-status'],
    ['is behind a proxy that fails', answering(502, page), 'bad-status'],
    ['leads to the metadata address', answering(302, '', { location: 'http://169.254.169.254/latest/meta-data/' }), 'refused-by-us'],
    ['leads to another host', answering(302, '', { location: 'http://localhost/' }), 'refused-by-us'],
    ['hangs up', (request) => request.socket.destroy(), 'unreachable'],
  ])('%s: %s', async (_, listener, reason) => {
    const url = await serve(listener);
    const outcome = await connector.probe({ url, credential: 'token' }, loopbackTools());
    expect(outcome).toMatchObject({ ok: false, reason });
    expect(JSON.stringify(outcome)).not.toContain('s3cret');
  });

  it('hangs or drips: it is given up at the deadline', async () => {
    const silent = await serve(() => {});
    const dripping = await serve((_, response) => {
      const drip = setInterval(() => response.write(' '), 10);
      response.on('close', () => clearInterval(drip));
    });
    for (const url of [silent, dripping])
      expect(await connector.probe({ url }, loopbackTools(100))).toMatchObject({ ok: false, reason: 'timeout' });
  });

  it('pours 100 MB: it is stopped at the cap', async () => {
    const poured = { bytes: 0 };
    const url = await serve(pouring(poured));
    expect(await connector.probe({ url }, loopbackTools())).toMatchObject({ ok: false, reason: 'too-large' });
    expect(poured.bytes).toBeLessThan(60 * MEBIBYTE.length);
  });
});

describe('settings of APIs', () => {
  it.each([
    [{}, 'bad-settings'],
    [{ url: 7 }, 'bad-settings'],
    [{ url: 'vault' }, 'bad-settings'],
    [{ url: 'https://vault.example.com/?x=1' }, 'bad-settings'],
    [{ url: 'https://user:pass@vault.example.com/' }, 'bad-settings'],
    [{ url: 'file:///etc/passwd' }, 'bad-settings'],
    [{ url: 'http://169.254.169.254' }, 'refused-by-us'],
    [{ url: 'http://10.0.0.1' }, 'refused-by-us'],
    [{ url: 'https://vault.example.com', credential: 'nobody' }, 'not-permitted'],
    [{ url: 'https://vault.example.com', credential: 'token' }, 'refused-by-us'],
    [{ url: 'https://vault.example.com', credential: 7 }, 'bad-settings'],
  ])('%j: %s', async (settings, reason) => {
    expect(await vaultConnector.probe(settings, loopbackTools())).toMatchObject({ ok: false, reason });
  });

  it('may name a folder that the API lies below', async () => {
    const asked: unknown[] = [];
    const url = await serve((request, response) => {
      asked.push([request.url, request.headers['x-token']]);
      response.end('{"expires_at":"2027-01-27","user_limit":10,"active_users":4}');
    });
    expect(await gitlabConnector.probe({ url: `${url}/git/`, credential: 'token' }, loopbackTools())).toMatchObject({ ok: true });
    expect(asked).toEqual([['/git/api/v4/license', 's3cret&value']]);
  });
});

describe('answers in two parts', () => {
  const health = '{"serverUID":"q7x2abcd","lastCallHome":"03 Nov 2026 09:05"}';
  const report = '{"licenses":[{"name":"CLion","allocated":4,"available":6}]}';

  it('give JetBrains its token in the query of the report, and not to its health', async () => {
    const asked: unknown[] = [];
    const url = await serve((request, response) => {
      asked.push([request.url, request.headers['x-token']]);
      response.end(request.url === '/health' ? health : report);
    });
    const outcome = await jetbrainsConnector.probe({ url, credential: 'token' }, loopbackTools());
    expect(outcome).toMatchObject({
      ok: true,
      value: { servers: [{ name: 'q7x2abcd' }], features: [{}, { name: 'CLion', used: 4, issued: 10 }] },
    });
    expect(asked).toEqual([
      ['/health', undefined],
      ['/licenses-report.json?token=s3cret%26value', undefined],
    ]);
  });

  it('keep the first where the second fails, and say so', async () => {
    const url = await serve((request, response) => response.writeHead(request.url === '/health' ? 200 : 403).end(health));
    const outcome = await jetbrainsConnector.probe({ url, credential: 'token' }, loopbackTools());
    expect(outcome).toMatchObject({ ok: true, value: { features: [{}], notes: [expect.stringContaining('403')] } });
    expect(JSON.stringify(outcome)).not.toContain('s3cret');
  });

  it('take a JetBrains server that lost its account for down', async () => {
    const url = await serve((_, response) => response.writeHead(500).end('No connection to JetBrains Account since 02 Nov 2026'));
    expect(await jetbrainsConnector.probe({ url }, loopbackTools())).toMatchObject({
      ok: true,
      value: { servers: [{ state: 'down' }], features: [] },
    });
  });

  it('are not taken for a license by one field alone', async () => {
    const tools = answeringTools(bytesOf('{"expires_at":"2027-01-27"}'));
    expect(await gitlabConnector.probe({ url: 'https://gitlab.example.com' }, tools)).toMatchObject({ ok: false, reason: 'unreadable' });
  });

  it('count a field that is wrong and read the others', async () => {
    const tools = answeringTools(bytesOf('{"expires_at":"2027-01-27","user_limit":"ten","active_users":4}'));
    expect(await gitlabConnector.probe({ url: 'https://gitlab.example.com' }, tools)).toMatchObject({
      ok: true,
      value: { features: [{ used: 4, issued: null }], unparsedCount: 1 },
    });
  });
});
