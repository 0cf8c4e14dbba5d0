import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DAY, HOUR, type Instant, instant } from '@glidepath/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { binariesCheck } from '../embedded/binaries-check.ts';
import { dataFolderCheck } from '../embedded/data-folder-check.ts';
import { sealKeyCheck } from '../seal/seal-check.ts';
import { diskWatch } from './disk.ts';
import { nextStart } from './next-start.ts';

const START = instant(1_800_000_000_000);
const later = (ms: number): Instant => instant(START + ms);
const TB = 1e12;

describe('the disk', () => {
  function disk() {
    let freeBytes = TB / 2;
    const watch = diskWatch('/', async () => ({ freeBytes, totalBytes: TB }));
    const uses = (bytes: number) => {
      freeBytes -= bytes;
    };
    return { watch, uses };
  }

  it('that fills up is full at the pace of the last day', async () => {
    const { watch, uses } = disk();
    for (let hour = 0; hour < 24; hour++) {
      expect((await watch.state(later(hour * HOUR))).fullAt === null).toBe(hour < 6);
      uses(TB / 1_000);
    }
    const { fullAt, freeBytes } = await watch.state(later(24 * HOUR));
    expect(fullAt).toBeCloseTo(later(24 * HOUR) + (freeBytes / (TB / 1_000)) * HOUR, -7);
    expect((await watch.end(later(24 * HOUR))).parts).toMatchObject([{ cause: 'disk', endsAt: fullAt }]);
  });

  it('that does not fill up, or empties, ends nothing and says how much is free', async () => {
    const { watch, uses } = disk();
    for (let hour = 0; hour < 30; hour++) {
      uses(-1_000);
      expect((await watch.state(later(hour * HOUR))).fullAt).toBeNull();
    }
    expect(await watch.end(later(30 * HOUR))).toMatchObject({ parts: [], isKnown: true, evidence: expect.stringContaining('50 %') });
  });

  it('is that of a folder', async () => {
    const { freeBytes, totalBytes } = await diskWatch(tmpdir()).state(START);
    expect(freeBytes).toBeGreaterThan(0);
    expect(totalBytes).toBeGreaterThanOrEqual(freeBytes);
  });
});

describe('the next start', () => {
  it('would fail for each reason, since that reason was first found', async () => {
    const wrong = new Map<string, string>();
    const check = (what: string) => ({ what, problem: async () => wrong.get(what) ?? null });
    const broken = { what: 'c', problem: async () => Promise.reject(new Error('no such file')) };
    const look = nextStart([check('a'), check('b')]);
    expect(await look(START)).toMatchObject({ latent: [], isKnown: true });
    wrong.set('a', 'it is gone');
    await look(later(HOUR));
    wrong.set('b', 'it is old');
    expect((await look(later(DAY))).latent).toEqual([
      { act: 'restart', from: later(HOUR), reason: 'a: it is gone' },
      { act: 'restart', from: later(DAY), reason: 'b: it is old' },
    ]);
    wrong.clear();
    expect((await look(later(DAY))).latent).toEqual([]);
    expect((await nextStart([broken])(START)).latent).toMatchObject([{ reason: 'c: no such file' }]);
  });
});

describe('what a start needs', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'glidepath-next-start-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('is a data folder that is there', async () => {
    const check = dataFolderCheck(folder);
    expect(await check.problem()).toBeNull();
    expect(await dataFolderCheck(join(folder, 'none')).problem()).toMatch(/is gone$/);
    writeFileSync(join(folder, 'file'), '');
    expect(await dataFolderCheck(join(folder, 'file')).problem()).toMatch(/is no folder$/);
  });

  it('is the sealing key that this node started with, of which nothing is said', async () => {
    const file = join(folder, 'seal.key');
    const key = randomBytes(32);
    writeFileSync(file, key.toString('base64url'), { mode: 0o600 });
    const problem = async (variables = {}) =>
      await sealKeyCheck({ variables, file }, key)
        .problem()
        .catch((error: Error) => error.message);
    expect(await problem()).toBeNull();
    const other = randomBytes(32).toString('base64url');
    writeFileSync(file, other);
    expect(await problem()).toMatch(/another key/);
    expect(await problem()).not.toContain(other.slice(0, 8));
    rmSync(file);
    expect(await problem()).toMatch(/is missing/);
    expect(await problem({ GLIDEPATH_SEAL_KEY: key.toString('base64url') })).toBeNull();
  });

  it('are the binaries of PostgreSQL', async () => {
    expect(await binariesCheck().problem()).toBeNull();
    mkdirSync(join(folder, 'bin'));
    writeFileSync(join(folder, 'bin', 'postgres'), '');
    expect(await binariesCheck(() => folder).problem()).toMatch(/^initdb is missing/);
  });
});
