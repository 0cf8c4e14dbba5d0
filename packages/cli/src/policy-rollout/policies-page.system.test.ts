/** The page about changing policies, from publishing on: every command that it types, in its order, against a control plane that runs. */
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { LAUNCHER, type RunningUp, startUp } from '../cli.testkit.ts';

const run = promisify(execFile);
const ROOT = join(import.meta.dirname, '../../../..');
const home = mkdtempSync(join(tmpdir(), 'glidepath-page-'));
const env = { HOME: home, PATH: `${join(home, 'bin')}:${process.env.PATH ?? ''}`, NO_PROXY: '127.0.0.1', no_proxy: '127.0.0.1' };
let up: RunningUp;

beforeAll(async () => {
  mkdirSync(join(home, 'bin'));
  symlinkSync(LAUNCHER, join(home, 'bin', 'glidepath'));
  symlinkSync(join(ROOT, 'examples'), join(home, 'examples'));
  up = await startUp(join(home, 'data'), env);
  const { ready } = up;
  await typed(`npx glidepath sign-in ${ready.signInCode} --server ${ready.address}`);
  await typed('npx glidepath policy publish examples/policies/build-server.yaml');
});

afterAll(async () => {
  await up.stop();
  rmSync(home, { recursive: true, force: true, maxRetries: 5 });
});

/** As a reader types it; `npx` would look on a registry for what lies here. */
function typed(line: string): Promise<{ code: number; out: string }> {
  return run('bash', ['-c', line.replace(/^npx glidepath/, 'glidepath')], { cwd: home, env }).then(
    ({ stdout, stderr }) => ({ code: 0, out: stdout + stderr }),
    (error: { code: number; stdout: string; stderr: string }) => ({ code: error.code, out: error.stdout + error.stderr }),
  );
}

function sectionOf(heading: string): readonly string[] {
  const page = readFileSync(join(ROOT, 'docs/policies.md'), 'utf8');
  const [, section] = new RegExp(`^## ${heading}\\n(.*?)(?=^## |(?![\\s\\S]))`, 'ms').exec(page) ?? [];
  if (section === undefined) throw new Error(`the page has no section ${heading}`);
  return [...section.matchAll(/```sh\n(.*?)```/gs)].flatMap(([, block = '']) => block.trim().split('\n'));
}

it.each<[heading: string, lines: number, says: Readonly<Record<string, RegExp>>]>([
  ['Find what the tests do not', 2, { 'policy test': /no test expiry at 14d/, 'policy mutate': /tests that would notice/ }],
  [
    'Put a version in force, and take it back',
    7,
    {
      'policy publish': /in force for nobody yet/,
      'policy promote': /running in (shadow|canary of 10 %)/,
      'policy rollouts': /acme-build +running +canary/,
      'policy rollback': /rolled back acme-build/,
      'policy history': /canary of 10 %.*nobody complains/,
    },
  ],
  ['Ask a second person', 2, { 'environment settings': /two persons +on/, 'approval list': /Nothing waits/ }],
  ['Prove that nothing was changed', 3, { 'policy audit --export': /written log\.jsonl/, 'policy audit': /unchanged: |written/ }],
  ['Keep policies in git', 4, { 'policy apply': /1 as they are/ }],
])('types what it says under: %s', async (heading, count, says) => {
  const lines = sectionOf(heading);
  expect(lines).toHaveLength(count);
  for (const line of lines) {
    const { code, out } = await typed(line);
    // Mutants that survive are an answer of "no".
    expect([line, code, out]).toEqual([line, line.includes('policy mutate') ? 1 : 0, out]);
    const expected = Object.entries(says).find(([words]) => line.includes(words))?.[1];
    if (expected !== undefined) expect(out, line).toMatch(expected);
  }
});
