import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../../../..');
const launcher = join(root, 'packages/cli/bin/glidepath.mjs');
const folder = mkdtempSync(join(tmpdir(), 'glidepath-demo-'));
const data = join(folder, 'demo');
const env = { ...process.env, HOME: folder, XDG_CONFIG_HOME: join(folder, 'config'), XDG_CACHE_HOME: join(folder, 'cache') };

interface Outage {
  readonly changes: readonly {
    readonly application: string;
    readonly from: string;
    readonly to: string;
    readonly afterMs: number;
    readonly works: readonly string[];
  }[];
  readonly applications: readonly { readonly application: string; readonly done: number; readonly refused: number }[];
}

let demo: ChildProcess;

beforeAll(async () => {
  demo = spawn(process.execPath, [launcher, 'up', '--demo', '--data', data, '--port', '0'], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  await saying(demo, 'demo outage');
});

afterAll(async () => {
  demo.kill('SIGTERM');
  if (demo.exitCode === null) await once(demo, 'exit');
  rmSync(folder, { recursive: true, force: true });
});

/** Resolves once the process has said the words; rejects when it ends before. */
function saying(child: ChildProcess, words: string): Promise<void> {
  let said = '';
  return new Promise((heard, ended) => {
    const listen = (part: Buffer) => {
      said += part.toString();
      if (said.includes(words)) heard();
    };
    child.stdout?.on('data', listen);
    child.stderr?.on('data', listen);
    child.once('exit', (code) => ended(new Error(`ended with ${code}: ${said}`)));
  });
}

function demoCommand<T>(word: string): T {
  const { status, stdout, stderr } = spawnSync(process.execPath, [launcher, 'demo', word, '--data', data, '--json'], {
    env,
    encoding: 'utf8',
  });
  expect(status, stderr).toBe(0);
  return JSON.parse(stdout) as T;
}

describe('the demo', () => {
  it('takes each application down its own path, one tier at a time, while the essential work never stops', () => {
    const { changes, applications } = demoCommand<Outage>('outage');
    const path = (name: string) => changes.filter(({ application }) => application === name).map(({ from, to }) => `${from} → ${to}`);
    expect(path('build-server')).toEqual(['full → reduced', 'reduced → essential']);
    expect(path('desktop-suite')).toEqual(['studio → desktop', 'desktop → editor']);
    expect(path('api-platform')).toEqual(['scale → base', 'base → core']);
    for (const { application, done, refused } of applications) {
      expect(done, application).toBeGreaterThan(50);
      expect(refused, application).toBe(0);
    }
    const transcript = readFileSync(join(root, 'docs/demo.md'), 'utf8');
    for (const { application, from, to, works } of changes) {
      expect(transcript, 'docs/demo.md is written by: npm run demo:transcript').toMatch(new RegExp(`${application}\\s+${from} → ${to}`));
      expect(transcript).toContain(works.join(', '));
    }
  });

  it('brings every application back to its plan when the control plane returns', () => {
    const { changes } = demoCommand<Outage>('back');
    expect(changes.map(({ application, to }) => `${application} ${to}`).sort()).toEqual([
      'api-platform scale',
      'build-server full',
      'desktop-suite studio',
    ]);
  });
});
