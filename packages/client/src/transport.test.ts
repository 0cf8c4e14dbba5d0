import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Scheduler } from '@glidepath/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LicenceClient } from './client.ts';
import { HttpControlPlane, type Misbehaviour } from './http-fixture.ts';
import { LICENSE_KEY } from './issuer-fixture.ts';
import { createClient } from './node/create-client.ts';
import { nodeScheduler } from './node/machine.ts';

/** A request's time-out of 10 s in half a second; everything else takes its time. */
const hasty: Scheduler = { after: (delayMs, task) => nodeScheduler.after(delayMs === 10_000 ? 500 : delayMs, task) };
const HUNDRED_MB = 100 * 1024 * 1024;

let control: HttpControlPlane;
let folder: string;
let port: number;
let clients: LicenceClient[];

beforeEach(async () => {
  control = new HttpControlPlane();
  port = await control.listen();
  folder = mkdtempSync(join(tmpdir(), 'glidepath-client-'));
  clients = [];
});

afterEach(async () => {
  for (const client of clients) await client.close();
  await control.close();
  rmSync(folder, { recursive: true, force: true });
});

function start(cacheDir = folder): LicenceClient {
  const client = createClient({
    server: `http://127.0.0.1:${port}`,
    licenseKey: LICENSE_KEY,
    roots: control.plane.issuer.roots,
    cacheDir,
    whenNothingSigned: 'deny',
    platform: { scheduler: hasty, log: { info: () => {}, warn: () => {} } },
  });
  clients.push(client);
  return client;
}

/** Sends a body of 100 MB as fast as it is read, and tells how much of it went out. */
function flood(sent: { bytes: number }): Misbehaviour {
  return (_, response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': HUNDRED_MB });
    const chunk = Buffer.alloc(64 * 1024, 'x');
    const more = (): void => {
      while (!response.destroyed && sent.bytes < HUNDRED_MB) {
        sent.bytes += chunk.length;
        if (!response.write(chunk)) {
          response.once('drain', more);
          return;
        }
      }
      response.end();
    };
    more();
  };
}

const ROWS: readonly { readonly what: string; readonly counted: string; readonly misbehaviour: Misbehaviour }[] = [
  { what: 'a server that never answers', counted: 'silence.timeout', misbehaviour: () => {} },
  { what: 'a server that hangs up', counted: 'silence.refused', misbehaviour: (request) => request.socket.destroy() },
  {
    what: 'a server that stops in the middle of its answer',
    counted: 'silence.timeout',
    misbehaviour: (_, response) => void response.writeHead(200, { 'content-length': '1000' }).write('{"word":"'),
  },
  {
    what: 'an answer that breaks off',
    counted: 'silence.truncated',
    misbehaviour: (_, response) => {
      response.writeHead(200, { 'content-length': '1000' });
      response.write('{"word":"', () => response.destroy());
    },
  },
  {
    what: "a captive portal's page",
    counted: 'silence.not-json',
    misbehaviour: (_, response) => void response.writeHead(200, { 'content-type': 'text/html' }).end('<html>Sign in</html>'),
  },
  {
    what: 'something that is not HTTP',
    counted: 'silence.refused',
    misbehaviour: (request) => void request.socket.end('220 mail.example.com ESMTP\r\n'),
  },
];

describe('transport', () => {
  it('gets a lease over HTTP and keeps it in the cache', async () => {
    const client = start();
    expect(await client.ready()).toBe('ready');
    expect(client.check('build')).toMatchObject({ allowed: true, source: 'lease' });
    await client.close();
    await control.close();
    const again = start();
    await again.ready();
    expect(again.check('build')).toMatchObject({ allowed: true, source: 'cache' });
    await control.listen();
  });

  it.each(ROWS)('takes nothing away for $what', async ({ counted, misbehaviour }) => {
    const client = start();
    await client.ready();
    control.misbehaviour = misbehaviour;
    await client.refresh();
    expect(client.health().counters[counted]).toBeGreaterThan(0);
    expect(client.check('build')).toMatchObject({ allowed: true, tier: 'full' });
  });

  it('takes nothing away for a port on which nobody listens', async () => {
    const client = start();
    await client.ready();
    await control.close();
    await client.refresh();
    expect(client.health().counters['silence.refused']).toBeGreaterThan(0);
    expect(client.check('build')).toMatchObject({ allowed: true, tier: 'full' });
    await control.listen();
  });

  it('gives up a body of 100 MB after the first MiB', async () => {
    const client = start();
    await client.ready();
    const sent = { bytes: 0 };
    control.misbehaviour = flood(sent);
    await client.refresh();
    expect(client.health().counters['silence.too-large']).toBeGreaterThan(0);
    expect(sent.bytes).toBeLessThan(HUNDRED_MB / 2);
    expect(client.check('build')).toMatchObject({ allowed: true, tier: 'full' });
  });

  it('follows no redirect', async () => {
    const client = start();
    await client.ready();
    let visits = 0;
    const elsewhere = createServer((_, response) => {
      visits += 1;
      response.end('{}');
    });
    await new Promise<void>((resolve) => elsewhere.listen(0, '127.0.0.1', resolve));
    const location = `http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}/`;
    control.misbehaviour = (_, response) => void response.writeHead(307, { location }).end();
    await client.refresh();
    await new Promise((resolve) => elsewhere.close(resolve));
    expect(client.health().counters['silence.http-307']).toBeGreaterThan(0);
    expect(visits).toBe(0);
    expect(client.check('build')).toMatchObject({ allowed: true, tier: 'full' });
  });

  it('gives up what is under way when it is closed', async () => {
    const client = start();
    await client.ready();
    control.misbehaviour = () => {};
    const refreshed = client.refresh();
    await client.close();
    await refreshed;
    expect(client.check('build').allowed).toBe(true);
  });
});
