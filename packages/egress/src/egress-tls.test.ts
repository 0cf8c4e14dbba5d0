import type { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { createEgress } from './create-egress.ts';
import { createTestAuthority } from './test-certificates.ts';
import { LOOPBACK, serve, serveTls } from './test-servers.ts';

const secret = { header: 'X-Vault-Token', value: 'hvs.never-to-be-seen', hosts: ['vault.example.com'] };

describe('egress > TLS', () => {
  const authority = createTestAuthority();
  const resolve = async () => ['127.0.0.1'];
  const egress = createEgress({ allow: LOOPBACK, resolve, ca: [authority.cert] });

  it('expects the certificate of the name, and sends the name', async () => {
    const names: unknown[] = [];
    const port = await serveTls(authority.issue(['vault.example.com']), (request, response) => {
      names.push((request.socket as Socket & { servername?: string }).servername, request.headers.host);
      response.end('sealed: false');
    });
    expect(await egress.request({ url: `https://vault.example.com:${port}/`, secret })).toMatchObject({ ok: true });
    expect(await egress.request({ url: `https://Vault.Example.com.:${port}/`, secret })).toMatchObject({ ok: true });
    expect(names).toEqual(['vault.example.com', `vault.example.com:${port}`, 'vault.example.com', `vault.example.com:${port}`]);
    const other = await egress.request({ url: `https://other.example.com:${port}/` });
    expect(other).toMatchObject({ ok: false, reason: 'tls-failed', facts: { code: 'ERR_TLS_CERT_ALTNAME_INVALID' } });
  });

  it('trusts no unknown authority, no ended certificate, and no plain text', async () => {
    const ended = await serveTls(authority.issue(['vault.example.com'], '210101000000Z'), (_, response) => response.end());
    const stranger = await serveTls(createTestAuthority().issue(['vault.example.com']), (_, response) => response.end());
    const plain = await serve((_, response) => response.end());
    for (const port of [ended, stranger, plain])
      expect(await egress.request({ url: `https://vault.example.com:${port}/`, secret })).toMatchObject({
        ok: false,
        reason: 'tls-failed',
      });
  });

  it('checks an address by the addresses of the certificate', async () => {
    const right = await serveTls(authority.issue(['127.0.0.1']), (_, response) => response.end());
    const wrong = await serveTls(authority.issue(['127.0.0.9']), (_, response) => response.end());
    expect(await egress.request({ url: `https://127.0.0.1:${right}/` })).toMatchObject({ ok: true });
    expect(await egress.request({ url: `https://127.0.0.1:${wrong}/` })).toMatchObject({ ok: false, reason: 'tls-failed' });
  });

  it('takes a presented chain as it is, and says why it is not trusted', async () => {
    const leaf = authority.issue(['vault.example.com'], '210101000000Z');
    const alone = await serveTls(leaf, () => {});
    const whole = await serveTls({ key: leaf.key, cert: leaf.cert + authority.cert }, () => {});
    const good = await serveTls(authority.issue(['vault.example.com']), () => {});
    expect(await egress.presentedChain('vault.example.com', alone)).toEqual({
      ok: true,
      value: { certificates: [leaf.der], untrusted: 'CERT_HAS_EXPIRED' },
    });
    const chain = await egress.presentedChain('vault.example.com', whole);
    expect(chain.ok && chain.value.certificates).toEqual([leaf.der, authority.der]);
    expect(await egress.presentedChain('vault.example.com', good)).toMatchObject({ ok: true, value: { untrusted: null } });
    expect(await egress.presentedChain('other.example.com', good)).toMatchObject({
      ok: true,
      value: { untrusted: 'ERR_TLS_CERT_ALTNAME_INVALID' },
    });
  });

  it.each([
    ['169.254.169.254', 443, 'address-refused'],
    ['::ffff:169.254.169.254', 443, 'address-refused'],
    ['user@vault.example.com', 443, 'bad-url'],
    ['vault.example.com/path', 443, 'bad-url'],
    ['vault.example.com', 0, 'bad-url'],
    ['vault.example.com', 1.5, 'bad-url'],
    ['', 443, 'bad-url'],
  ])('refuses to look at %s port %s', async (host, port, reason) => {
    expect(await egress.presentedChain(host, port)).toMatchObject({ ok: false, reason });
  });
});
