import { describe, expect, it } from 'vitest';
import { createEgress } from './create-egress.ts';
import { LOOPBACK, serve, stopServers } from './test-servers.ts';

const secret = { header: 'X-Vault-Token', value: 'hvs.never-to-be-seen', hosts: ['vault.example.com'] };

describe('egress > where to', () => {
  it.each([
    ['no URL', 'licenses.example.com', 'bad-url'],
    ['no URL at all', 'http://', 'bad-url'],
    ['a user', 'https://user@example.com/', 'bad-url'],
    ['a password', 'https://:pass@example.com/', 'bad-url'],
    ['port 0', 'https://example.com:0/', 'bad-url'],
    ['a file', 'file:///etc/passwd', 'scheme-refused'],
    ['ftp', 'ftp://example.com/', 'scheme-refused'],
    ['gopher', 'gopher://example.com/', 'scheme-refused'],
    ['data', 'data:text/plain,hello', 'scheme-refused'],
    ['loopback', 'http://127.0.0.1/', 'address-refused'],
    ['a decimal address', 'http://2130706433/', 'address-refused'],
    ['a hexadecimal address', 'http://0x7f.0x0.0x0.0x1/', 'address-refused'],
    ['an octal address', 'http://0177.0.0.01/', 'address-refused'],
    ['a short address', 'http://127.1/', 'address-refused'],
    ['full-width digits', 'http://１２７.０.０.１/', 'address-refused'],
    ['a metadata address', 'http://169.254.169.254/latest/meta-data/', 'address-refused'],
    ['a metadata address in decimal', 'http://2852039166/', 'address-refused'],
    ['a mapped address', 'http://[::ffff:127.0.0.1]/', 'address-refused'],
    ['a mapped metadata address', 'http://[::ffff:a9fe:a9fe]/', 'address-refused'],
    ['IPv6 loopback', 'http://[::1]/', 'address-refused'],
    ['IPv6 metadata', 'http://[fd00:ec2::254]/', 'address-refused'],
    ['unspecified', 'http://0.0.0.0/', 'address-refused'],
    ['a name without an address', 'https://nowhere.example.com/', 'name-not-found'],
  ])('refuses %s', async (_, url, reason) => {
    const answer = await createEgress({ allow: [], resolve: async () => [] }).request({ url });
    expect(answer).toMatchObject({ ok: false, reason });
  });

  it.each([
    ['an inner address', ['10.0.0.7']],
    ['a metadata address', ['169.254.169.254']],
    ['one inner address among public ones', ['93.184.215.14', '10.0.0.7']],
    ['what is no address', ['evil']],
  ])('refuses a name that leads to %s, and says what it found and expected', async (_, addresses) => {
    const answer = await createEgress({ allow: LOOPBACK, resolve: async () => addresses }).request({
      url: 'https://licenses.example.com/secret-path',
    });
    expect(answer).toMatchObject({ ok: false, reason: 'address-refused', facts: { host: 'licenses.example.com' } });
    if (answer.ok) return;
    expect(answer.message).toContain(addresses.at(-1));
    expect(answer.message).toContain('allow list');
    expect(answer.message).not.toContain('secret-path');
  });

  it('takes a resolver that throws for a name that is not there', async () => {
    const egress = createEgress({ allow: [], resolve: async () => Promise.reject(new Error('ENOTFOUND')) });
    expect(await egress.request({ url: 'https://a.example/' })).toMatchObject({ ok: false, reason: 'name-not-found' });
  });

  it('dials the address that was checked, although the name has moved on', async () => {
    let lookups = 0;
    const seen: (string | undefined)[] = [];
    const port = await serve((request, response) => {
      seen.push(request.headers.host);
      response.writeHead(request.url === '/moved' ? 200 : 302, { location: '/moved' }).end('here');
    });
    const resolve = async () => [lookups++ === 0 ? '127.0.0.1' : '169.254.169.254'];
    const answer = await createEgress({ allow: LOOPBACK, resolve }).request({ url: `http://rebound.example.com:${port}/` });
    expect(answer).toMatchObject({ ok: true, value: { status: 200 } });
    expect(lookups).toBe(1);
    expect(seen).toEqual([`rebound.example.com:${port}`, `rebound.example.com:${port}`]);
  });

  it('tries the next address when the first takes no connection', async () => {
    const port = await serve((_, response) => response.end('second'));
    const egress = createEgress({ allow: LOOPBACK, resolve: async () => ['127.0.0.2', '127.0.0.1'] });
    expect(await egress.request({ url: `http://two.example.com:${port}/` })).toMatchObject({ ok: true });
  });

  it('says who did not take the connection', async () => {
    const port = await serve(() => {});
    await stopServers();
    const answer = await createEgress({ allow: LOOPBACK }).request({ url: `http://127.0.0.1:${port}/` });
    expect(answer).toMatchObject({ ok: false, reason: 'connection-failed', facts: { code: 'ECONNREFUSED' } });
  });
});

describe('egress > secrets', () => {
  it('refuses a host that the secret is not bound to before even looking it up', async () => {
    let lookups = 0;
    const resolve = async () => [`127.0.0.${++lookups}`];
    const answer = await createEgress({ allow: LOOPBACK, resolve }).request({ url: 'https://vault.example.com.evil.test/', secret });
    expect(answer).toMatchObject({ ok: false, reason: 'secret-host' });
    expect(lookups).toBe(0);
    expect(JSON.stringify(answer)).not.toContain('never-to-be-seen');
  });

  it('refuses http to another machine, even in an allowed network', async () => {
    const egress = createEgress({ allow: ['10.0.0.0/8'], resolve: async () => ['10.0.0.9'] });
    expect(await egress.request({ url: 'http://vault.example.com:8200/', secret })).toMatchObject({ ok: false, reason: 'secret-host' });
  });

  it('sends it over http to this machine only when loopback is allowed', async () => {
    const seen: unknown[] = [];
    const port = await serve((request, response) => {
      seen.push(request.headers['x-vault-token']);
      response.end();
    });
    const request = { url: `http://vault.example.com:${port}/`, secret };
    const resolve = async () => ['127.0.0.1'];
    expect(await createEgress({ allow: [], resolve }).request(request)).toMatchObject({ ok: false, reason: 'address-refused' });
    expect(await createEgress({ allow: LOOPBACK, resolve }).request(request)).toMatchObject({ ok: true });
    expect(seen).toEqual([secret.value]);
  });

  it('puts a token that is taken from the query only there, and not into a redirect', async () => {
    const seen: unknown[] = [];
    const port = await serve((request, response) => {
      seen.push(request.url, request.headers['x-vault-token']);
      response.writeHead(request.url === '/here' ? 200 : 302, { location: '/here' }).end();
    });
    const egress = createEgress({ allow: LOOPBACK, resolve: async () => ['127.0.0.1'] });
    const parameter = { ...secret, parameter: 'token', value: 'a&b' };
    expect(await egress.request({ url: `http://vault.example.com:${port}/report?x=1`, secret: parameter })).toMatchObject({ ok: true });
    expect(seen).toEqual(['/report?x=1&token=a%26b', undefined, '/here', undefined]);
  });

  it.each([
    ['a secret with a line break', { secret: { ...secret, value: 'token\n' } }],
    ['a secret in a header of the connection', { secret: { ...secret, header: 'Host' } }],
    ['authorization as a plain header', { headers: { Authorization: 'Bearer never-to-be-seen' } }],
    ['a cookie as a plain header', { headers: { cookie: 'never-to-be-seen' } }],
    ['a header that ends the request', { headers: { 'x-a': 'b\r\nx-c: never-to-be-seen' } }],
    ['a host header', { headers: { Host: 'never-to-be-seen' } }],
    ['a transfer coding', { headers: { 'Transfer-Encoding': 'chunked' } }],
  ])('refuses %s without repeating it', async (_, part) => {
    const answer = await createEgress({ allow: [], resolve: async () => [] }).request({ url: 'https://vault.example.com/', ...part });
    expect(answer).toMatchObject({ ok: false, reason: 'bad-request' });
    expect(JSON.stringify(answer)).not.toMatch(/never-to-be-seen|token\\n/);
  });
});

describe('egress > redirects', () => {
  it.each([
    ['the metadata address', 'http://169.254.169.254/latest/'],
    ['another host', 'http://other.example.com:PORT/'],
    ['another port', 'http://start.example.com:1/'],
    ['another scheme', 'https://start.example.com:PORT/'],
    ['a file', 'file:///etc/passwd'],
    ['nothing readable', 'http://%'],
    ['a user', 'http://root@start.example.com:PORT/'],
  ])('does not follow one to %s', async (_, location) => {
    let requests = 0;
    const port: number = await serve((_request, response) => {
      requests += 1;
      response.writeHead(302, { location: location.replace('PORT', String(port)) }).end();
    });
    const egress = createEgress({ allow: LOOPBACK, resolve: async () => ['127.0.0.1'] });
    const answer = await egress.request({ url: `http://start.example.com:${port}/` });
    expect(answer).toMatchObject({ ok: false, reason: 'redirect-refused' });
    expect(requests).toBe(1);
  });

  it('follows three in place with its secret, and not a fourth', async () => {
    const tokens: unknown[] = [];
    const port = await serve((request, response) => {
      const at = Number(request.url?.slice(1));
      tokens.push(request.headers['x-vault-token']);
      if (at === 0) response.end('there');
      else response.writeHead(307, { location: `/${at - 1}` }).end();
    });
    const egress = createEgress({ allow: LOOPBACK, resolve: async () => ['127.0.0.1'] });
    const ask = (at: number) => egress.request({ url: `http://vault.example.com:${port}/${at}`, secret });
    expect(await ask(3)).toMatchObject({ ok: true, value: { status: 200 } });
    expect(tokens).toEqual([secret.value, secret.value, secret.value, secret.value]);
    expect(await ask(4)).toMatchObject({ ok: false, reason: 'redirect-refused' });
  });

  it('does not repeat a POST elsewhere', async () => {
    let requests = 0;
    const port = await serve((_, response) => {
      requests += 1;
      response.writeHead(307, { location: '/again' }).end();
    });
    const answer = await createEgress({ allow: LOOPBACK }).request({ url: `http://127.0.0.1:${port}/`, method: 'POST', body: '{}' });
    expect(answer).toMatchObject({ ok: false, reason: 'redirect-refused' });
    expect(requests).toBe(1);
  });
});

describe('egress > what is sent', () => {
  it('keeps path, query and body, closes the connection and asks for what it can read', async () => {
    const seen: unknown[] = [];
    const port = await serve((request, response) => {
      const { method, url, headers } = request;
      request
        .setEncoding('utf8')
        .on('data', (body) => seen.push({ method, url, body, connection: headers.connection, accepts: headers['accept-encoding'] }));
      request.on('end', () => response.writeHead(201, { 'X-Id': '7' }).end('made'));
    });
    const answer = await createEgress({ allow: LOOPBACK }).request({
      url: `http://127.0.0.1:${port}/a%20b?c=d#e`,
      method: 'POST',
      body: 'ü',
    });
    expect(answer).toMatchObject({ ok: true, value: { status: 201, headers: { 'x-id': '7' } } });
    expect(seen).toEqual([{ method: 'POST', url: '/a%20b?c=d', body: 'ü', connection: 'close', accepts: 'gzip, deflate, br' }]);
  });

  it('takes a HEAD for answered by its head', async () => {
    const port = await serve((_, response) => response.writeHead(200, { 'content-length': 5_000_000_000 }).end());
    const answer = await createEgress({ allow: LOOPBACK }).request({ url: `http://127.0.0.1:${port}/`, method: 'HEAD' });
    expect(answer).toMatchObject({ ok: true, value: { status: 200, body: new Uint8Array() } });
  });
});
