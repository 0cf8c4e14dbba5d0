import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { claimDataFolder, lockDataFolder } from './data-folder.ts';
import { processRoom, startMark } from './processes.ts';

const HEARTBEAT_MS = 60;
let folder: string;
let note: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'glidepath-folder-'));
  note = join(folder, 'up.lock');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('data folder > claimed', () => {
  it('is marked once and stays ours', async () => {
    await claimDataFolder(folder);
    writeFileSync(join(folder, 'anything'), '');
    await claimDataFolder(folder);
    expect(existsSync(join(folder, 'glidepath.json'))).toBe(true);
  });

  it('takes a new disk with its lost+found for empty', async () => {
    writeFileSync(join(folder, 'lost+found'), '');
    await expect(claimDataFolder(folder)).resolves.toBeUndefined();
  });

  it('takes a folder for new in which only an inventory waits for the first start', async () => {
    mkdirSync(join(folder, 'inventory'));
    writeFileSync(join(folder, 'agent.yaml'), '');
    await expect(claimDataFolder(folder)).resolves.toBeUndefined();
  });

  it('leaves a folder alone that holds other things', async () => {
    writeFileSync(join(folder, 'thesis.tex'), '');
    await expect(claimDataFolder(folder)).rejects.toMatchObject({
      code: 'data-folder-not-ours',
      message: expect.stringContaining('thesis.tex'),
    });
    expect(readdirSync(folder)).toEqual(['thesis.tex']);
  });
});

describe('data folder > locked', () => {
  const here = { host: hostname(), ...processRoom() };
  const elsewhere = { host: 'elsewhere', boot: 'another', namespace: null };

  it.each([
    ['a process that is gone', { ...here, pid: 999_999_999, startMark: null }],
    ['a later process with the same id', { ...here, pid: process.pid, startMark: 'long ago' }],
    ['a process before the machine started anew', { ...here, boot: 'before', pid: process.pid, startMark: startMark(process.pid) }],
    ['another machine that is silent', { ...elsewhere, pid: 4711, startMark: '1' }],
    ['nobody, torn in writing', null],
  ])('takes over a note of %s', async (_, content) => {
    writeFileSync(note, content === null ? '{"pi' : JSON.stringify(content));
    const lock = await lockDataFolder(folder, HEARTBEAT_MS);
    await lock.release();
    expect(readdirSync(folder)).toEqual([]);
  });

  it.each([
    ['a living process', { ...here, pid: process.pid, startMark: startMark(process.pid) }, `process ${process.pid}`],
    ['another machine whose heart beats', { ...elsewhere, pid: 4711, startMark: '1' }, 'process 4711 on elsewhere'],
  ])('respects a note of %s', async (_, content, who) => {
    writeFileSync(note, JSON.stringify(content));
    let at = 1_000_000;
    const beat = setInterval(() => {
      at += 1;
      utimesSync(note, at, at);
    }, HEARTBEAT_MS);
    try {
      const message = expect.stringContaining(who);
      await expect(lockDataFolder(folder, HEARTBEAT_MS)).rejects.toMatchObject({ code: 'data-folder-in-use', message });
      expect(readdirSync(folder)).toEqual(['up.lock']);
    } finally {
      clearInterval(beat);
    }
  });

  it('gives the folder to one of many at a time', async () => {
    writeFileSync(note, JSON.stringify({ ...here, pid: 999_999_999, startMark: null }));
    const tries = await Promise.allSettled(Array.from({ length: 8 }, () => lockDataFolder(folder, HEARTBEAT_MS)));
    const won = tries.filter((one) => one.status === 'fulfilled');
    expect(won).toHaveLength(1);
    await won[0]?.value.release();
  });
});
