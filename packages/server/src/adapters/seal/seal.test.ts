import { chmodSync, mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { instant } from '@glidepath/core';
import { openRoot } from '@glidepath/protocol/node';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededEntropy } from '../../test-world.ts';
import { createSeal } from './aes-seal.ts';
import { lockRootFile } from './lock-root.ts';
import { readSealKey, SEAL_KEY_VARIABLE, sealFileExaminer } from './seal-key.ts';

const entropy = seededEntropy('seal');
const key = (fill: number) => new Uint8Array(32).fill(fill);

describe('seal', () => {
  it('opens what it sealed, for the same purpose', () => {
    const seal = createSeal(key(1), entropy);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.string(), (plain, purpose) => {
        expect(new Uint8Array(seal.open(seal.seal(plain, purpose), purpose))).toEqual(plain);
      }),
    );
  });

  it.each([
    ['for another purpose', 'b', (text: string) => text, key(1)],
    ['under another key', 'a', (text: string) => text, key(2)],
    ['with a changed byte', 'a', (text: string) => `${text.slice(0, -2)}${text.endsWith('AA') ? 'BB' : 'AA'}`, key(1)],
    ['cut short', 'a', (text: string) => text.slice(0, 20), key(1)],
    ['of another form', 'a', () => 'v2.x.y', key(1)],
    ['that is empty', 'a', () => '', key(1)],
  ])('does not open a text %s', (_what, purpose, change, other) => {
    const sealed = createSeal(key(1), entropy).seal(key(9), 'a');
    expect(() => createSeal(other, entropy).open(change(sealed), purpose)).toThrow(expect.objectContaining({ code: 'seal-broken' }));
  });

  it('never seals the same thing alike', () => {
    const seal = createSeal(key(1), entropy);
    expect(seal.seal(key(9), 'a')).not.toBe(seal.seal(key(9), 'a'));
  });
});

describe('sealing key', () => {
  const file = () => join(mkdtempSync(join(tmpdir(), 'glidepath-seal-')), 'seal.key');

  it('is made once with mode 0600, and found again', () => {
    const path = file();
    const made = readSealKey({ variables: {}, file: path, mayMake: true }, entropy);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(Buffer.from(readSealKey({ variables: {}, file: path, mayMake: false }, entropy)).equals(Buffer.from(made))).toBe(true);
  });

  it('is never made anew over a store that holds sealed keys', () => {
    expect(() => readSealKey({ variables: {}, file: file(), mayMake: false }, entropy)).toThrow(
      expect.objectContaining({ code: 'seal-key-missing' }),
    );
  });

  it('comes from the environment where it is given there', () => {
    const variables = { [SEAL_KEY_VARIABLE]: Buffer.from(key(5)).toString('base64url') };
    expect([...readSealKey({ variables, file: '/nowhere', mayMake: false }, entropy)]).toEqual([...key(5)]);
  });

  it.each(['', 'short', `${'a'.repeat(42)}!`, 'a'.repeat(44)])('that reads %j is refused', (text) => {
    const path = file();
    writeFileSync(path, text);
    expect(() => readSealKey({ variables: {}, file: path, mayMake: true }, entropy)).toThrow(
      expect.objectContaining({ code: 'seal-key-malformed' }),
    );
    expect(readFileSync(path, 'utf8')).toBe(text);
  });

  it('that others can read is a finding', async () => {
    const path = file();
    readSealKey({ variables: {}, file: path, mayMake: true }, entropy);
    const examine = () => sealFileExaminer(path).examine(instant(0), {} as never);
    expect(await examine()).toEqual([]);
    chmodSync(path, 0o640);
    expect(await examine()).toMatchObject([{ code: 'seal-key-readable', mend: `chmod 600 ${path}` }]);
  });
});

describe('root file', () => {
  it('opens with its passphrase and with no other', () => {
    const file = lockRootFile(entropy)({ seed: key(3), environment: 'production' }, 'abcd-efgh');
    expect(file).not.toContain(Buffer.from(key(3)).toString('base64url'));
    expect(openRoot(JSON.parse(file), 'abcd-efgh')).toMatchObject({ ok: true, value: { env: 'production' } });
    expect(openRoot(JSON.parse(file), 'abcd-efgx')).toMatchObject({ ok: false });
  });
});
