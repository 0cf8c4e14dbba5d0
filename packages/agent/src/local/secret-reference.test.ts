import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LocalCredential } from '@glidepath/core';
import { afterAll, describe, expect, it } from 'vitest';
import { createSecretReader, credentialNamed } from './secret-reference.ts';

const folder = mkdtempSync(join(tmpdir(), 'glidepath-secret-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const file = join(folder, 'token');

const credential: LocalCredential = { name: 'vault', from: 'env:VAULT', header: 'x-vault-token', prefix: '', hosts: ['vault.example.com'] };

describe('a reference to a secret', () => {
  it('is read when it is used, so that a rotated one counts', async () => {
    const read = createSecretReader({});
    for (const value of ['first', 'second']) {
      writeFileSync(file, `${value}\n`);
      expect(await read(`file:${file}`)).toEqual({ ok: true, value });
    }
  });

  it.each([
    ['an empty variable', 'env:EMPTY'],
    ['no such variable', 'env:NONE'],
    ['no such file', 'file:/nowhere/token'],
    ['a second line, which could become a header', 'env:LINES'],
    ['the secret itself', 'hvs.abcdef'],
  ])('refuses %s, and repeats nothing of it', async (_, reference) => {
    const result = await createSecretReader({ EMPTY: ' ', LINES: 'hvs.abcdef\nx-admin: true' })(reference);
    expect(result).toMatchObject({ ok: false, reason: 'no-secret' });
    expect(JSON.stringify(result)).not.toContain('hvs');
  });
});

describe('a credential', () => {
  it('is bound to its hosts, with its prefix before the value', async () => {
    const read = createSecretReader({ VAULT: 'hvs.abc' });
    expect(await credentialNamed('vault', [{ ...credential, prefix: 'Bearer ' }], read)).toEqual({
      header: 'x-vault-token',
      value: 'Bearer hvs.abc',
      hosts: ['vault.example.com'],
    });
    expect(await credentialNamed('other', [credential], read)).toBeNull();
    expect(await credentialNamed('vault', [credential], createSecretReader({}))).toBeNull();
  });
});
