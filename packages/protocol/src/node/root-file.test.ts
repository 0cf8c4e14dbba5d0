import { describe, expect, it } from 'vitest';
import { openRoot, type RootFile, sealRoot } from './root-file.ts';

const seed = new Uint8Array(32).fill(9);
const entropy = { bytes: (count: number) => new Uint8Array(count).fill(count) };
const COST = 2 ** 10;
const file = sealRoot(seed, 'correct horse', 'production', entropy, COST);

describe('root file', () => {
  it('gives the key back for the passphrase', () => {
    const opened = openRoot(JSON.parse(JSON.stringify(file)), 'correct horse');
    expect(opened.ok && Array.from(opened.value.seed)).toEqual(Array.from(seed));
    expect(opened.ok && opened.value.key.kid).toBe(file.kid);
    expect(opened.ok && opened.value.env).toBe('production');
  });

  it('is stretched at full cost unless told otherwise', () => {
    expect(sealRoot(seed, 'correct horse', 'production', entropy).cost).toBe(2 ** 17);
  });

  it('holds no byte of the seed in the clear', () => {
    expect(JSON.stringify(file)).not.toContain(Buffer.from(seed).toString('base64url').slice(0, 8));
  });

  it('takes a passphrase typed on another keyboard', () => {
    const sealed = sealRoot(seed, 'Schlüssel', 'production', entropy, COST);
    expect(openRoot(sealed, 'Schlu\u0308ssel').ok).toBe(true);
  });

  it.each<[string, Partial<RootFile>]>([
    ['another environment', { env: 'staging' }],
    ['another public key', { x: sealRoot(new Uint8Array(32), 'x', 'production', entropy, COST).x }],
    ['another name', { kid: 'x' }],
    ['another tag', { tag: 'AAAAAAAAAAAAAAAAAAAAAA' }],
  ])('does not open with %s written into it', (_what, change) => {
    expect(openRoot({ ...file, ...change }, 'correct horse')).toMatchObject({ ok: false, reason: 'wrong-passphrase' });
  });

  it('does not open with another passphrase', () => {
    expect(openRoot(file, 'correct horse ')).toMatchObject({ ok: false, reason: 'wrong-passphrase' });
  });

  it.each<[string, unknown]>([
    ['nothing', null],
    ['a file of another version', { ...file, version: 2 }],
    ['a cost that would take all memory', { ...file, cost: 2 ** 30 }],
    ['a cost that is no power of two', { ...file, cost: 1000 }],
    ['a tag that is cut short', { ...file, tag: 'AAAA' }],
    ['another cipher', { ...file, cipher: 'none' }],
  ])('knows that %s is no root file', (_what, other) => {
    expect(openRoot(other, 'correct horse')).toMatchObject({ ok: false, reason: 'not-a-root-file' });
  });
});
