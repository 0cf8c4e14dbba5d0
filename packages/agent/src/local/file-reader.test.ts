import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createFileReader } from './file-reader.ts';

const home = realpathSync(mkdtempSync(join(tmpdir(), 'glidepath-files-')));
const allowed = join(home, 'allowed');
const at = (name: string) => join(allowed, name);
const reader = createFileReader([allowed, join(home, 'single.lic'), join(home, 'linked')]);

beforeAll(() => {
  mkdirSync(join(allowed, 'below'), { recursive: true });
  mkdirSync(join(home, 'allowed-not'));
  mkdirSync(join(home, 'real'));
  for (const path of ['allowed/a.lic', 'allowed/below/b.lic', 'secret', 'allowed-not/c.lic', 'single.lic', 'real/d.lic'])
    writeFileSync(join(home, path), path);
  symlinkSync(join(home, 'secret'), at('escape.lic'));
  symlinkSync(home, at('up'));
  symlinkSync('a.lic', at('inside.lic'));
  symlinkSync('loop', at('loop'));
  symlinkSync(join(home, 'real'), join(home, 'linked'));
  expect(spawnSync('mkfifo', [at('pipe')]).status).toBe(0);
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

async function reading(path: string, maxBytes = 1_000) {
  const result = await reader.readFile(path, maxBytes);
  return result.ok ? new TextDecoder().decode(result.value) : result.reason;
}

describe('reading files for probes', () => {
  it.each([
    ['a file of a folder', () => at('a.lic'), 'allowed/a.lic'],
    ['a file deeper below', () => at('below/b.lic'), 'allowed/below/b.lic'],
    ['a link that stays inside', () => at('inside.lic'), 'allowed/a.lic'],
    ['a file that is named itself', () => join(home, 'single.lic'), 'single.lic'],
    ['a file of a folder that is a link', () => join(home, 'linked/d.lic'), 'real/d.lic'],
    ['a link that leads out', () => at('escape.lic'), 'not-permitted'],
    ['a folder behind a link that leads out', () => at('up/secret'), 'not-permitted'],
    ['dots that lead out', () => `${allowed}/../secret`, 'not-permitted'],
    ['a folder whose name only begins alike', () => join(home, 'allowed-not/c.lic'), 'not-permitted'],
    ['a file outside that does not exist', () => join(home, 'nothing'), 'not-permitted'],
    ['a relative path', () => 'a.lic', 'not-permitted'],
    ['a path with NUL', () => `${at('a.lic')}\0.txt`, 'not-permitted'],
    ['a pipe, without waiting for it', () => at('pipe'), 'not-permitted'],
    ['a folder', () => at('below'), 'not-permitted'],
    ['a link to itself', () => at('loop'), 'not-permitted'],
    ['a file that is not there', () => at('none.lic'), 'file-missing'],
  ])('%s', async (_, path, found) => {
    expect(await reading(path())).toBe(found);
  });

  it('devices, even where their folder is allowed', async () => {
    expect(await createFileReader(['/dev']).readFile('/dev/zero', 10)).toMatchObject({ ok: false, reason: 'not-permitted' });
  });

  it('what grows while it is read, and what says that it is empty, only to the bound', async () => {
    expect(await createFileReader(['/proc']).readFile('/proc/self/status', 10)).toMatchObject({ ok: false, reason: 'too-large' });
    expect(await reading(at('a.lic'), 12)).toBe('too-large');
    expect(await reading(at('a.lic'), 13)).toBe('allowed/a.lic');
  });

  it('nothing at all where no folder is named', async () => {
    expect(await createFileReader([]).readFile(at('a.lic'), 10)).toMatchObject({ ok: false, reason: 'not-permitted' });
  });
});

describe('listing a folder for probes', () => {
  it('gives the names of its files, sorted, and not what lies below', async () => {
    const listed = await reader.listFolder(allowed);
    expect(listed).toEqual({ ok: true, value: ['a.lic', 'escape.lic', 'inside.lic', 'loop', 'up'] });
  });

  it.each([
    ['outside', () => home, 'not-permitted'],
    ['missing', () => at('nowhere'), 'file-missing'],
    ['a file', () => at('a.lic'), 'file-missing'],
  ])('refuses one that is %s', async (_, path, reason) => {
    expect(await reader.listFolder(path())).toMatchObject({ ok: false, reason });
  });
});
