import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { readInventory } from '@glidepath/protocol/inventory';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { plantTraps, type Traps } from './test-traps.ts';

const home = mkdtempSync(join(tmpdir(), 'glidepath-discover-'));
const env = {
  HOME: home,
  GLIDEPATH_DATA: join(home, 'data'),
  VAULT_ADDR: 'https://ana:PLANTEDpw@vault.example:8200',
  LM_LICENSE_FILE: '27000@lic-1',
  KUBECONFIG: join(home, 'none'),
};
const saved = join(home, 'data', 'inventory', 'discovered.yaml');
let traps: Traps;

beforeAll(async () => {
  mkdirSync(join(home, 'traps'));
  traps = await plantTraps(join(home, 'traps'));
});
afterAll(async () => {
  await traps.close();
  rmSync(home, { recursive: true, force: true });
});

interface CliRun {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const LAUNCHER = resolve(import.meta.dirname, '../../../cli/bin/glidepath.mjs');

/** The command as a user's shell runs it, killed when it takes too long. */
async function glidepath(args: readonly string[], killAfterMs = 60_000): Promise<CliRun> {
  const { status, stdout, stderr } = spawnSync(process.execPath, [LAUNCHER, ...args], {
    env: { PATH: process.env.PATH ?? '', ...env },
    ...{ encoding: 'utf8', timeout: killAfterMs, killSignal: 'SIGKILL' },
  });
  return { code: status, stdout, stderr };
}

const discover = (...args: readonly string[]) => glidepath(['discover', traps.folder, ...args]);
const harmless = ({ stdout, stderr }: CliRun) => {
  for (const secret of traps.secrets) expect(stdout + stderr).not.toContain(secret);
  expect(stdout + stderr).not.toContain('\u001b');
};

describe('glidepath discover', () => {
  it('ends within ten seconds in a folder of traps, and prints what ends next, worst first', async () => {
    // Far above what it takes; a pipe or a loop would hang for ever.
    const run = await glidepath(['discover', traps.folder, '--verbose'], 10_000);
    expect([run.code, run.stderr]).toEqual([0, '']);
    harmless(run);
    const order = [
      'Renderer',
      'nuke_i',
      'site.example.com',
      'MATLAB, Simulink',
      '1000 certificates, first node-0.example',
      'Vault at vault.example:8200',
    ];
    const places = order.map((name) => run.stdout.indexOf(`  ${name}  `));
    expect(places.every((place) => place > 0)).toBe(true);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    for (const words of [
      'trust stores',
      'tokens that are no licences',
      'files over 8 MB',
      'pipes, sockets',
      'nobody yet',
      'next: glidepath discover --save',
    ])
      expect(run.stdout).toContain(words);
  });

  it('makes hostile names harmless', async () => {
    const { stdout } = await discover();
    expect(stdout).toContain('[2J<script>=cmd()');
    expect(stdout.split('\n').some((line) => line.startsWith('=cmd()'))).toBe(false);
  });

  it('prints the same as JSON', async () => {
    const run = await discover('--json');
    harmless(run);
    const {
      found,
      skipped,
      saved: none,
    } = JSON.parse(run.stdout) as { found: { name: string; runway: { endsAt: string } }[]; skipped: object[]; saved: null };
    expect(found.find(({ name }) => name === 'MATLAB, Simulink')).toMatchObject({
      ends: 'dated',
      expiresAt: '2027-03-31T23:59:59Z',
      runway: { state: 'dated' },
      owner: null,
    });
    expect(skipped.length).toBeGreaterThan(5);
    expect(none).toBeNull();
  });

  it('ends days in the zone that is asked for', async () => {
    const { found } = JSON.parse((await discover('--json', '--zone', 'Europe/Berlin')).stdout) as {
      found: { name: string; expiresAt: string }[];
    };
    expect(found.find(({ name }) => name === 'MATLAB, Simulink')?.expiresAt).toBe('2027-03-31T21:59:59Z');
    expect(await discover('--zone', 'Europe/Berln')).toMatchObject({ code: 2, stderr: expect.stringContaining('Europe/Berlin') });
  });

  it('changes nothing without --save', async () => {
    await discover();
    expect(readdirSync(home)).not.toContain('data');
  });

  it('saves an inventory without a secret, that reads back', async () => {
    const run = await discover('--save');
    expect(run).toMatchObject({ code: 0, stdout: expect.stringContaining(saved) });
    const text = readFileSync(saved, 'utf8');
    for (const secret of traps.secrets) expect(text).not.toContain(secret);
    const { violations, documents } = readInventory(text);
    expect(violations).toEqual([]);
    expect(documents.map(({ document }) => document.name)).toEqual(
      expect.arrayContaining(['mlm-lab-lic', 'flexlm-lab-lic', 'vault', 'certificate-site-example-com']),
    );
    expect(statSync(saved).mode & 0o077).toBe(0);
  });

  it('writes its own file anew, and nobody else’s without being told', async () => {
    expect((await discover('--save')).code).toBe(0);
    writeFileSync(saved, `${readFileSync(saved, 'utf8')}# ana was here\n`);
    expect(await discover('--save')).toMatchObject({ code: 2, stderr: expect.stringContaining('was changed since it was written') });
    expect(readFileSync(saved, 'utf8')).toContain('ana was here');
    expect(await discover('--save', '--replace')).toMatchObject({ code: 0, stderr: expect.stringContaining('moved aside') });
    const kept = readdirSync(join(home, 'data', 'inventory')).filter((name) => name.endsWith('.bak'));
    expect(kept).toHaveLength(1);
    expect(readFileSync(join(home, 'data', 'inventory', kept[0] ?? ''), 'utf8')).toContain('ana was here');
  });

  it('says what is wrong with its words', async () => {
    expect(await glidepath(['discover', join(home, 'nowhere')])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('there is no'),
    });
  });
});
