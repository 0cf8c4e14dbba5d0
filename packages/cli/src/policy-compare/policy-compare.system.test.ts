import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CliRun, glidepath, LAUNCHER } from '../cli.testkit.ts';
import { isReadyMessage, type ReadyMessage } from '../up/ready-message.ts';

const run = promisify(execFile);
const ROOT = join(import.meta.dirname, '../../../..');
const home = mkdtempSync(join(tmpdir(), 'glidepath-compare-'));
const env = { HOME: home, NO_PROXY: '127.0.0.1', no_proxy: '127.0.0.1' };

let child: ChildProcess;

beforeAll(async () => {
  // The pages type commands in a checkout of the repository.
  symlinkSync(join(ROOT, 'examples'), join(home, 'examples'));
  const { address, signInCode } = await start();
  await here('sign-in', String(signInCode), '--server', address);
  await here('policy', 'publish', join(ROOT, 'examples/policies/build-server.yaml'));
  await here('license', 'issue', '--product', 'acme', '--customer', 'Initech', '--policy', 'acme-build', '--create');
});

afterAll(async () => {
  child.kill('SIGTERM');
  await once(child, 'exit');
  rmSync(home, { recursive: true, force: true, maxRetries: 5 });
});

async function start(): Promise<ReadyMessage> {
  const args = [LAUNCHER, 'up', '--data', join(home, 'data'), '--port', '0'];
  child = spawn(process.execPath, args, { env: { PATH: process.env.PATH ?? '', ...env }, stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
  let log = '';
  child.stderr?.setEncoding('utf8').on('data', (part: string) => {
    log += part;
  });
  return new Promise((resolve, reject) => {
    child.on('message', (message) => isReadyMessage(message) && resolve(message));
    child.once('exit', (code) => reject(new Error(`up ended with ${code}: ${log}`)));
  });
}

async function here(...args: readonly string[]): Promise<CliRun> {
  const done = await glidepath(args, { env });
  expect([args.join(' '), done.code, done.stderr]).toEqual([args.join(' '), 0, '']);
  return done;
}

/** What a page types and what it says that this prints, block by block. */
function blocksOf(page: string): readonly (readonly [typed: string, said: string])[] {
  return [...page.matchAll(/^```sh\n([^`]*?)```\n(?:[^`\n]*\n)*?```\n(.*?)```\n/gms)].map(([, typed = '', said = '']) => [typed, said]);
}

async function type(commands: string): Promise<readonly string[]> {
  const script = `set -e\nnpx() { shift; "${process.execPath}" "${LAUNCHER}" "$@"; }\ncd "${home}"\n${commands}`;
  const { stdout } = await run('sh', ['-c', script], { env: { PATH: process.env.PATH ?? '', ...env } });
  return stdout.trimEnd().split('\n');
}

describe('policies side by side', () => {
  it('print what the page about models says, line for line', async () => {
    const blocks = blocksOf(readFileSync(join(ROOT, 'docs/choosing-a-model.md'), 'utf8'));
    expect(blocks).toHaveLength(4);
    for (const [typed, said] of blocks) expect(await type(typed)).toEqual(said.trimEnd().split('\n'));
  });

  it('count whom a version in force concerns, as the page about policies says', async () => {
    const [, section = ''] =
      /^## See what a version changes\n(.*?)(?=^## |(?![\s\S]))/ms.exec(readFileSync(join(ROOT, 'docs/policies.md'), 'utf8')) ?? [];
    const [[typed, said] = ['', ''], ...others] = blocksOf(section);
    expect(others).toEqual([]);
    const printed = (await type(typed)).map(squeezed);
    expect(printed.slice(-said.trimEnd().split('\n').length)).toEqual(said.trimEnd().split('\n').map(squeezed));
  });

  it('take the name of a policy alone, and a digest', async () => {
    const { items } = JSON.parse((await here('policy', 'list', '--json')).stdout) as { items: { digest: string }[] };
    const digest = items[0]?.digest ?? '';
    const { stdout } = await here('policy', 'diff', 'acme-build', digest, '--json', '--exit-code');
    expect(JSON.parse(stdout)).toMatchObject({
      difference: { before: digest, after: digest, states: [] },
      digest: expect.stringMatching(/^sha256:/),
      live: { licenses: 1, isComplete: true },
    });
  });

  it('say how to have a file counted that nobody has published', async () => {
    await here('policy', 'new', 'acme-build', '--model', 'hybrid', '--out', join(home, 'unknown.yaml'));
    const { stdout } = await here('policy', 'diff', 'acme-build@production', join(home, 'unknown.yaml'));
    expect(stdout).toContain('glidepath policy publish FILE --only');
  });
});

/** Columns are as wide as what stands in them. */
function squeezed(line: string): string {
  return line.replace(/\s+/g, ' ').trim();
}
