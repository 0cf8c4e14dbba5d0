import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isAddressRange } from './address-range.ts';
import { checkAgentFile } from './check-agent-file.ts';

function tree(spec: Record<string, unknown> = {}): Record<string, unknown> {
  return { apiVersion: 'glidepath.dev/v1', kind: 'Agent', metadata: { name: 'lab-1' }, spec };
}

const codesOf = (spec: Record<string, unknown>) =>
  checkAgentFile(tree(spec)).violations.map(({ code, path }) => `${code} at ${path.slice(1).join('.')}`);

describe("an agent's local file", () => {
  it('is read with its defaults', () => {
    const { file, violations } = checkAgentFile(
      tree({
        server: 'https://glidepath.example.com/',
        token: 'file:/etc/glidepath/agent.token',
        commands: {
          lmstat: { argv: ['/opt/flexlm/lmutil', 'lmstat', '-a'] },
          own: { argv: ['/bin/x'], timeout: '2m', uid: 65534, env: { A: 'b' } },
        },
        folders: ['/etc/flexlm'],
        egress: { allow: ['10.0.0.0/8', 'fd00::/8'] },
        credentials: {
          vault: { from: 'env:VAULT_TOKEN', header: 'X-Vault-Token', hosts: ['Vault.example.com'] },
          gitlab: { from: 'file:/run/secrets/gitlab', hosts: ['gitlab.example.com'] },
        },
      }),
    );
    expect(violations).toEqual([]);
    expect(file).toEqual({
      name: 'lab-1',
      server: 'https://glidepath.example.com',
      token: 'file:/etc/glidepath/agent.token',
      commands: [
        { name: 'lmstat', argv: ['/opt/flexlm/lmutil', 'lmstat', '-a'], timeoutMs: 30_000, uid: null, gid: null, env: {} },
        { name: 'own', argv: ['/bin/x'], timeoutMs: 120_000, uid: 65534, gid: null, env: { A: 'b' } },
      ],
      folders: ['/etc/flexlm'],
      egress: { allow: ['10.0.0.0/8', 'fd00::/8'], ca: null },
      credentials: [
        { name: 'vault', from: 'env:VAULT_TOKEN', header: 'x-vault-token', prefix: '', hosts: ['vault.example.com'] },
        { name: 'gitlab', from: 'file:/run/secrets/gitlab', header: 'authorization', prefix: 'Bearer ', hosts: ['gitlab.example.com'] },
      ],
    });
  });

  it('may allow nothing at all', () => {
    const { spec: _, ...bare } = tree();
    expect(checkAgentFile(bare).file).toMatchObject({ name: 'lab-1', server: null, commands: [], folders: [] });
  });

  it.each([
    ['a command found by PATH', { commands: { a: { argv: ['lmutil', 'lmstat'] } } }, 'malformed-text at commands.a.argv.0'],
    ['a command line for a shell', { commands: { a: { argv: '/bin/sh -c x' } } }, 'wrong-type at commands.a.argv'],
    ['no argument at all', { commands: { a: { argv: [] } } }, 'too-few-items at commands.a.argv'],
    ['a time-out of a day', { commands: { a: { argv: ['/x'], timeout: '1d' } } }, 'duration-out-of-range at commands.a.timeout'],
    ['a user by name', { commands: { a: { argv: ['/x'], uid: 'nobody' } } }, 'wrong-type at commands.a.uid'],
    ['a misspelt key', { comands: {} }, 'unknown-key at comands'],
    ['a relative folder', { folders: ['licenses'] }, 'malformed-text at folders.0'],
    ['a host as a range', { egress: { allow: ['vault.example.com'] } }, 'malformed-text at egress.allow.0'],
    ['a credential for any host', { credentials: { a: { from: 'env:A', hosts: [] } } }, 'too-few-items at credentials.a.hosts'],
    ['a wildcard', { credentials: { a: { from: 'env:A', hosts: ['*.example.com'] } } }, 'malformed-text at credentials.a.hosts.0'],
    ['an address with a password', { server: 'https://a:b@example.com' }, 'malformed-text at server'],
  ])('refuses %s', (_, spec, violation) => {
    expect(codesOf(spec)).toEqual([violation]);
  });

  it('does not repeat a secret that stands where a reference belongs', () => {
    const { violations } = checkAgentFile(tree({ credentials: { a: { from: 'hvs.secret', hosts: ['a'] } }, token: 'glt_secret' }));
    expect(violations).toHaveLength(2);
    expect(JSON.stringify(violations)).not.toMatch(/hvs|glt_/);
  });

  it('refuses any other tree as a value', () => {
    fc.assert(
      fc.property(fc.anything(), (any) => {
        expect(checkAgentFile(any).file).toBeNull();
      }),
    );
  });
});

describe('a range of addresses', () => {
  it.each(['10.0.0.0/8', '192.0.2.7', '::1', 'fd00::/8', '2001:db8:0:0:0:0:0:1/128', '0.0.0.0/0'])('%s', (words) => {
    expect(isAddressRange(words)).toBe(true);
  });
  it.each([
    '',
    '10.0.0.0/33',
    '10.0.0',
    '10.0.0.256',
    'fd00::/129',
    '::1::',
    '10.0.0.0/08',
    'a.example.com',
    '10.0.0.0/8/8',
    'fe80::1%eth0',
  ])('not %s', (words) => {
    expect(isAddressRange(words)).toBe(false);
  });
});
