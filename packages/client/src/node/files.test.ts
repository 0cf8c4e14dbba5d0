import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { nodeFiles } from './files.ts';

let folder: string;
beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), 'glidepath-files-')), 'below', 'cache');
});
afterEach(() => rmSync(join(folder, '..', '..'), { recursive: true, force: true }));

const files = () => nodeFiles(folder);

describe('node files', () => {
  it('makes its folder, for this user only, and reads what it wrote', async () => {
    expect(await files().read('a')).toBeNull();
    await files().write('a', 'text\n');
    expect(await files().read('a')).toBe('text\n');
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(statSync(join(folder, 'a')).mode & 0o777).toBe(0o600);
  });

  it('lets one of many create a file, with its whole text', async () => {
    const made = await Promise.all(Array.from({ length: 20 }, (_, index) => files().create('key', `text ${index}`)));
    expect(made.filter(Boolean)).toHaveLength(1);
    expect(readFileSync(join(folder, 'key'), 'utf8')).toBe(`text ${made.indexOf(true)}`);
    expect(readdirSync(folder)).toEqual(['key']);
  });

  it('shows a reader the old text or the new, never a part, while many write', async () => {
    const texts = Array.from({ length: 8 }, (_, index) => String(index).repeat(50_000));
    await files().write('a', texts[0] ?? '');
    const reading = (async () => {
      const seen = new Set<string | null>();
      for (let turn = 0; turn < 40; turn++) seen.add(await files().read('a'));
      return seen;
    })();
    await Promise.all(texts.map((text) => files().write('a', text)));
    for (const text of await reading) expect(texts).toContain(text);
    expect(readdirSync(folder)).toEqual(['a']);
  });

  it('leaves nothing behind when the last step fails', async () => {
    mkdirSync(join(folder, 'a'), { recursive: true });
    writeFileSync(join(folder, 'a', 'in the way'), '');
    await expect(files().write('a', 'text')).rejects.toThrow();
    expect(readdirSync(folder)).toEqual(['a']);
  });

  it('reads no file that is larger than anything it keeps', async () => {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'a'), Buffer.alloc(2 * 1024 * 1024));
    await expect(files().read('a')).rejects.toThrow('larger');
  });

  it('says so where no folder can be had', async () => {
    const file = join(folder, '..', '..', 'file');
    writeFileSync(file, '');
    await expect(nodeFiles(join(file, 'cache')).write('a', 'text')).rejects.toThrow();
  });
});
